"""JSON as policies may be written in: no more than RFC 8259 allows, and nothing that two readers read differently."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from yunfn.access.documents.positions import Offence, is_plain_number, scan
from yunfn.exceptions import PolicyDocumentError

#: No longer text is looked at: both clouds take 6,144 characters, and white space may stand between them.
MAX_CHARACTERS = 262_144

_REASONS: dict[Offence, str] = {
    "duplicate": "the name stands twice in one object, and readers do not agree which one counts",
    "constant": "NaN and Infinity are not JSON",
    "number": "the number is longer or larger than any reader of JSON has to take",
    "surrogate": "half of a surrogate pair is no character",
    "deep": "nested deeper than any policy is",
}


class _Offence(Exception):
    """What the quick reader saw; the slow one finds where."""

    def __init__(self, kind: Offence) -> None:
        self.kind = kind


def decoded(content: bytes, source: str) -> str:
    """Answer the text of a file's bytes; raises PolicyDocumentError, with the line, where they are not UTF-8."""
    if len(content) > 4 * MAX_CHARACTERS:
        raise PolicyDocumentError(source, None, "", _too_long(len(content), "bytes"))
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PolicyDocumentError(source, line, "", f"not UTF-8: byte {content[error.start]:#04x}") from None


def load(text: str, source: str) -> Any:
    """Read ``text``; quick, for it looks for lines only where something is wrong.

    Raises:
        PolicyDocumentError: not JSON, a name twice in one object, NaN or Infinity, numbers beyond a double, halves of
            surrogate pairs, a byte order mark, nested too deep, longer than MAX_CHARACTERS.
    """
    if len(text) > MAX_CHARACTERS:
        raise PolicyDocumentError(source, None, "", _too_long(len(text), "characters"))
    if text.startswith("\ufeff"):
        raise PolicyDocumentError(source, 1, "", "begins with a byte order mark; save the file as UTF-8 without it")
    try:
        value = _DECODER.decode(text)
        if not text.isascii() or "\\u" in text:
            _encodable(value)
    except json.JSONDecodeError as error:
        raise PolicyDocumentError(source, error.lineno, "", f"not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        _refuse(text, source, "deep")
    except _Offence as offence:
        _refuse(text, source, offence.kind)
    return value


def _refuse(text: str, source: str, kind: Offence) -> NoReturn:
    path, line = scan(text).offences.get(kind, ("", None))
    raise PolicyDocumentError(source, line, path, _REASONS[kind])


def _too_long(length: int, unit: str) -> str:
    return f"{length} {unit}: no policy is that long (at most {MAX_CHARACTERS} characters are looked at)"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Offence("duplicate")
    return found


def _constant(word: str) -> NoReturn:
    raise _Offence("constant")


def _integer(word: str) -> int:
    if not is_plain_number(word):
        raise _Offence("number")
    return int(word)


def _decimal(word: str) -> float:
    if not is_plain_number(word):
        raise _Offence("number")
    return float(word)


def _encodable(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise _Offence("surrogate") from None


# One for all texts: json.loads makes a new one at each call.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_decimal
)
