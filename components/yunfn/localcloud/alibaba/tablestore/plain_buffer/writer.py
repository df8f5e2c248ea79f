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
_TIMESTAMP = struct.Struct("<q")
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
    parts += [_cell(cell, checksums) for cell in row.primary_key]
    if row.cells:
        parts.append(_DATA)
        parts += [_cell(cell, checksums) for cell in row.cells]
    if row.deleted:
        parts.append(_DELETED)
    checksums.append(row.deleted)
    parts.append(bytes((tags.ROW_CHECKSUM, crc8(bytes(checksums)))))
    return b"".join(parts)


def _cell(cell: Cell, checksums: bytearray) -> bytes:
    tagged, checked = _name(cell.name)
    if cell.value is not None:
        variant = write_variant(cell.value)
        tagged += _SIZE.pack(tags.CELL_VALUE, len(variant)) + variant
        checked += variant
    if cell.operation is not None:
        tagged += bytes((tags.CELL_TYPE, cell.operation))
    if cell.timestamp is not None:
        timestamp = _TIMESTAMP.pack(cell.timestamp)
        tagged += bytes((tags.CELL_TIMESTAMP,)) + timestamp
        checked += timestamp
    # Its tag comes before the timestamp's, its share of the checksum after.
    if cell.operation is not None:
        checked += bytes((cell.operation,))
    checksum = crc8(checked)
    checksums.append(checksum)
    return tagged + bytes((tags.CELL_CHECKSUM, checksum))


@lru_cache(maxsize=1024)
def _name(name: str) -> tuple[bytes, bytes]:
    encoded = name.encode()
    return bytes((tags.CELL,)) + _SIZE.pack(tags.CELL_NAME, len(encoded)) + encoded, encoded
