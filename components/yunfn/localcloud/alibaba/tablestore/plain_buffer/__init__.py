"""The format of rows and keys inside Tablestore's messages ("PlainBuffer" of its API reference)."""

from yunfn.localcloud.alibaba.tablestore.plain_buffer.reader import read_row, read_rows
from yunfn.localcloud.alibaba.tablestore.plain_buffer.row import BufferRow, Cell, CellOperation
from yunfn.localcloud.alibaba.tablestore.plain_buffer.variants import (
    AUTO_INCREMENT,
    INF_MAX,
    INF_MIN,
    BrokenBufferError,
    KeyValue,
    Marker,
    read_variant,
    variant_name,
    write_variant,
)
from yunfn.localcloud.alibaba.tablestore.plain_buffer.writer import write_key, write_row, write_rows

__all__ = [
    "AUTO_INCREMENT",
    "INF_MAX",
    "INF_MIN",
    "BrokenBufferError",
    "BufferRow",
    "Cell",
    "CellOperation",
    "KeyValue",
    "Marker",
    "read_row",
    "read_rows",
    "read_variant",
    "variant_name",
    "write_key",
    "write_row",
    "write_rows",
    "write_variant",
]
