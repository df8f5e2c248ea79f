"""Writing plain buffers."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import lru_cache

from yunfn.localcloud.alibaba.tablestore.plain_buffer import tags
from yunfn.localcloud.alibaba.tablestore.plain_buffer.checksum import crc8
from yunfn.localcloud.alibaba.tablestore.plain_buffer.row import BufferRow, Cell
from yunfn.localcloud.alibaba.tablestore.plain_buffer.variants import KeyValue, write_variant

_HEADER = struct.pack("<i", tags.HEADER)
_SIZE = struct.Struct("<bi")
_VERSION = struct.Struct("<bq")
_CHECKSUMS = [bytes((tags.CELL_CHECKSUM, checksum)) for checksum in range(256)]
_PRIMARY_KEY = bytes((tags.ROW_PRIMARY_KEY,))
_DATA = bytes((tags.ROW_DATA,))
_DELETED = bytes((tags.DELETE_ROW_MARKER,))


def write_rows(rows: Iterable[BufferRow]) -> bytes:
    """The buffer of several rows; empty for none, as the service answers (clients read an empty field as no row)."""
    written = b"".join(map(_row, rows))
    return _HEADER + written if written else b""


def write_row(row: BufferRow) -> bytes:
    """The buffer of one row, or of one change."""
    return _HEADER + _row(row)


def write_key(names: Iterable[str], values: Iterable[KeyValue]) -> bytes:
    """The buffer of a primary key alone."""
    return write_row(BufferRow(tuple(Cell(name, value) for name, value in zip(names, values, strict=True))))


def _row(row: BufferRow) -> bytes:
    checksums = bytearray()
    parts = [_PRIMARY_KEY]
    for cell in row.primary_key:
        _cell(cell, parts, checksums)
    if row.cells:
        parts.append(_DATA)
        for cell in row.cells:
            _cell(cell, parts, checksums)
    if row.deleted:
        parts.append(_DELETED)
    checksums.append(row.deleted)
    parts.append(bytes((tags.ROW_CHECKSUM, crc8(bytes(checksums)))))
    return b"".join(parts)


def _cell(cell: Cell, parts: list[bytes], checksums: bytearray) -> None:
    """Add a cell to the parts of its row, and its checksum to theirs. Ranges make tens of thousands: speed counts."""
    name, value, timestamp, operation = cell
    tagged, checked = _name(name)
    parts.append(tagged)
    if value is not None:
        variant = write_variant(value)
        parts.append(_SIZE.pack(tags.CELL_VALUE, len(variant)))
        parts.append(variant)
        checked += variant
    if operation is not None:
        parts.append(bytes((tags.CELL_TYPE, operation)))
    if timestamp is not None:
        version = _VERSION.pack(tags.CELL_TIMESTAMP, timestamp)
        parts.append(version)
        checked += version[1:]
    # Its tag comes before the timestamp's, its share of the checksum after.
    if operation is not None:
        checked += bytes((operation,))
    checksum = crc8(checked)
    checksums.append(checksum)
    parts.append(_CHECKSUMS[checksum])


@lru_cache(maxsize=1024)
def _name(name: str) -> tuple[bytes, bytes]:
    encoded = name.encode()
    return bytes((tags.CELL,)) + _SIZE.pack(tags.CELL_NAME, len(encoded)) + encoded, encoded
