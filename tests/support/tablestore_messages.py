"""A request of each of Tablestore's data operations: about table ``t`` and its stream, and else of nothing."""

from __future__ import annotations

import base64
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2

_VALUES: dict[str, Any] = {
    "table_name": "t",
    "stream_id": "t_1",
    "shard_iterator": base64.urlsafe_b64encode(b'["t_1", 0]').decode(),
}
# Repeated fields of which a request needs one at least.
_ONE_AT_LEAST = ("tables", "rows", "columns")
_EMPTY = {
    FieldDescriptor.CPPTYPE_STRING: lambda field: b"" if field.type == FieldDescriptor.TYPE_BYTES else "x",
    FieldDescriptor.CPPTYPE_ENUM: lambda field: field.enum_type.values[0].number,
    FieldDescriptor.CPPTYPE_BOOL: lambda field: False,
}


def request_of(operation: str) -> bytes:
    """The request's body, with every required field in it."""
    message = getattr(table_store_pb2, f"{operation}Request")()
    _fill(message)
    return bytes(message.SerializeToString())


def _fill(message: Any) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.label == FieldDescriptor.LABEL_REPEATED:
            if field.name in _ONE_AT_LEAST:
                one = getattr(message, field.name)
                if field.message_type is None:
                    one.append("x")
                else:
                    _fill(one.add())
        elif field.name in _VALUES:
            setattr(message, field.name, _VALUES[field.name])
        elif field.label == FieldDescriptor.LABEL_REQUIRED:
            if field.message_type is not None:
                getattr(message, field.name).SetInParent()
                _fill(getattr(message, field.name))
            else:
                setattr(message, field.name, _EMPTY.get(field.cpp_type, lambda _: 0)(field))
