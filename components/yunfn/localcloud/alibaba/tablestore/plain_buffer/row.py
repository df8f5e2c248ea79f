"""What a plain buffer holds, before anybody asks whether it fits a table."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from yunfn.localcloud.alibaba.tablestore.plain_buffer.variants import KeyValue


class CellOperation(IntEnum):
    """What an update does with a column other than putting a value.

    INCREMENT is in the clients alone (tablestore 5.1.0 and 6.4.8), not in "PlainBuffer".
    """

    DELETE_ALL_VERSIONS = 1
    DELETE_ONE_VERSION = 3
    INCREMENT = 4


class Cell(NamedTuple):
    """One column of a row or of a change; ``timestamp`` is its version in milliseconds."""

    name: str
    value: KeyValue | None = None
    timestamp: int | None = None
    operation: CellOperation | None = None


class BufferRow(NamedTuple):
    """A row, a key alone, or a change of a row; ``deleted`` is the mark that asks for the row's deletion."""

    primary_key: tuple[Cell, ...]
    cells: tuple[Cell, ...] = ()
    deleted: bool = False
