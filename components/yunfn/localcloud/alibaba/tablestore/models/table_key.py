"""Where a table is."""

from __future__ import annotations

from typing import NamedTuple


class TableKey(NamedTuple):
    """A table's full name: ``instance`` in lower case, ``table`` as it was created."""

    account: str
    region: str
    instance: str
    table: str
