"""A stream's record: a row's change, with its place in the shard beside it.

The extension is in no documentation: its tags and their order were read in the official Go and Java clients
(``readRowExtension``, ``readExtension``), which want it in each record and leave it out of the row's checksum.
"""

from __future__ import annotations

import struct

from yunfn.localcloud.alibaba.tablestore.plain_buffer.row import BufferRow
from yunfn.localcloud.alibaba.tablestore.plain_buffer.writer import write_row

_EXTENSION, _SEQUENCE, _EPOCH, _TIME, _ROW_INDEX = 0x0B, 0x0C, 0x0D, 0x0E, 0x0F
_PLACE = struct.Struct("<bibibibqbi")
_SEQUENCE_BYTES = struct.calcsize("<bibqbi")
_EXTENSION_BYTES = _SEQUENCE_BYTES + struct.calcsize("<bi")
# The row's checksum and its tag come last.
_CHECKSUM_BYTES = 2


def write_record(row: BufferRow, time: int, row_index: int) -> bytes:
    """The buffer of one record: ``time`` in microseconds, ``row_index`` that of the row among those of one request."""
    written = write_row(row)
    place = _PLACE.pack(
        *(_EXTENSION, _EXTENSION_BYTES),
        *(_SEQUENCE, _SEQUENCE_BYTES),
        *(_EPOCH, 0),
        *(_TIME, time),
        *(_ROW_INDEX, row_index),
    )
    return written[:-_CHECKSUM_BYTES] + place + written[-_CHECKSUM_BYTES:]
