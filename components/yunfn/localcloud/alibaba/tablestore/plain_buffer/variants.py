"""Values: a byte for the type, then the value itself; everything little-endian."""

from __future__ import annotations

import struct
from enum import Enum

from yunfn.localcloud.alibaba.tablestore.values import Value


class BrokenBufferError(ValueError):
    """The bytes are no plain buffer; says what is wrong in the words of Tablestore's "Error codes"."""


class Marker(Enum):
    """What stands in a primary key instead of a value: before or after all values, or "the next number"."""

    INF_MIN = 0x9
    INF_MAX = 0xA
    AUTO_INCREMENT = 0xB


INF_MIN = Marker.INF_MIN
INF_MAX = Marker.INF_MAX
AUTO_INCREMENT = Marker.AUTO_INCREMENT

KeyValue = Value | Marker
"""A value, or in a primary key what stands for one."""

_INTEGER, _DOUBLE, _BOOLEAN, _STRING, _BLOB = 0x0, 0x1, 0x2, 0x3, 0x7
_MARKERS = {marker.value: marker for marker in Marker}
_LONG = struct.Struct("<bq")
_FLOAT = struct.Struct("<bd")
_SIZED = struct.Struct("<bi")


def write_variant(value: KeyValue) -> bytes:
    """The type and the value. The checksum of a cell covers just these bytes, too."""
    if isinstance(value, str):
        data = value.encode()
        return _SIZED.pack(_STRING, len(data)) + data
    if isinstance(value, bool):
        return bytes((_BOOLEAN, value))
    if isinstance(value, int):
        return _LONG.pack(_INTEGER, value)
    if isinstance(value, float):
        return _FLOAT.pack(_DOUBLE, value)
    if isinstance(value, Marker):
        return bytes((value.value,))
    return _SIZED.pack(_BLOB, len(value)) + value


def read_variant(data: bytes) -> KeyValue:
    """The value that ``data`` is, from the type to its last byte; raises BrokenBufferError."""
    kind = data[0] if data else -1
    if kind in (_STRING, _BLOB):
        return _sized(kind, data)
    if kind == _INTEGER and len(data) == _LONG.size:
        number: int = _LONG.unpack(data)[1]
        return number
    if kind == _DOUBLE and len(data) == _FLOAT.size:
        double: float = _FLOAT.unpack(data)[1]
        return double
    if kind == _BOOLEAN and len(data) == 2:
        return data[1] != 0
    if kind in _MARKERS and len(data) == 1:
        return _MARKERS[kind]
    if kind == _BOOLEAN:
        raise BrokenBufferError(f"Invalid boolean real value, value length: {len(data) - 1}.")
    if kind in (_INTEGER, _DOUBLE, *_MARKERS):
        raise BrokenBufferError("data format is invalid.")
    raise BrokenBufferError("data format is invalid, unknown variant type occured.")


def _sized(kind: int, data: bytes) -> str | bytes:
    if len(data) < _SIZED.size:
        raise BrokenBufferError("data format is invalid.")
    size: int = _SIZED.unpack_from(data)[1]
    content = data[_SIZED.size :]
    if size != len(content):
        raise BrokenBufferError(f"Cell data broken, wrong string format, size: {size}.")
    if kind == _BLOB:
        return content
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise BrokenBufferError("Value of column must be UTF8 encoding.") from None


def variant_name(value: KeyValue) -> str:
    """The name of a value's type, as refusals call it."""
    if isinstance(value, Marker):
        return "VT_AUTO_INCREMENT" if value is AUTO_INCREMENT else f"VT_{value.name}"
    names = {bool: "VT_BOOLEAN", int: "VT_INTEGER", float: "VT_DOUBLE", str: "VT_STRING", bytes: "VT_BLOB"}
    return names[type(value)]
