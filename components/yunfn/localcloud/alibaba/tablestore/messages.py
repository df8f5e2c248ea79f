"""Reading protobuf messages that came from outside.

The Python runtime leaves more to its user than other languages' do: texts that are no UTF-8 come out as bytes, and
required fields may be missing.
"""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

MOST_PARTS = 10_000
"""How many messages and repeated values one message may hold in all.

No document has such a limit; a batch of 200 rows comes to a thousand, and each part takes time to look at.
"""
# How many missing fields a refusal names.
_MOST_TOLD = 10


class BrokenMessageError(ValueError):
    """The bytes are no message of the kind; says why."""


def parse(kind: type[Message], data: bytes) -> Any:
    """The message of ``kind`` in ``data``, with all its required fields; raises BrokenMessageError."""
    message = kind()
    try:
        message.ParseFromString(data)
    except DecodeError:
        raise BrokenMessageError("It is not of the wire's format") from None
    _check_parts(message, MOST_PARTS)
    if missing := message.FindInitializationErrors():
        raise BrokenMessageError(f"It has no {', '.join(missing[:_MOST_TOLD])}")
    return message


def _check_parts(message: Message, left: int) -> int:
    """How many parts may still come; raises BrokenMessageError for too many, and for a text that is none."""
    for field, value in message.ListFields():
        repeated, nested = field.label == FieldDescriptor.LABEL_REPEATED, field.type == FieldDescriptor.TYPE_MESSAGE
        values = value if repeated else (value,)
        left -= len(values) if repeated or nested else 0
        if left < 0:
            raise BrokenMessageError(f"It has more than {MOST_PARTS} parts")
        if nested:
            for part in values:
                left = _check_parts(part, left)
        elif field.type == FieldDescriptor.TYPE_STRING and not all(isinstance(text, str) for text in values):
            raise BrokenMessageError(f"Its {field.name} is not UTF-8")
    return left
