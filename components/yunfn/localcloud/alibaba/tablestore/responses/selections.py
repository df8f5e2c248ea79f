"""What reads ask for: the fields that GetRow, BatchGetRow and GetRange have in common."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.models.row_reads import Selection, select
from yunfn.localcloud.alibaba.tablestore.models.rows import Row
from yunfn.localcloud.alibaba.tablestore.models.tables import Table
from yunfn.localcloud.alibaba.tablestore.plain_buffer import BrokenBufferError, BufferRow, Cell, read_row
from yunfn.localcloud.alibaba.tablestore.responses.filters import read_filter
from yunfn.localcloud.alibaba.tablestore.row_rules import (
    cells_size,
    check_column_name,
    check_columns_to_get,
    value_size,
)


def read_key(data: bytes) -> tuple[Cell, ...]:
    """The primary key that a read names; raises ParameterInvalid."""
    row = read_buffer(data)
    if row.deleted:
        raise ParameterInvalid("Delete marker cannot be given.")
    if row.cells:
        raise ParameterInvalid("Attribute column cannot be given while reading data.")
    return row.primary_key


def read_buffer(data: bytes) -> BufferRow:
    """The one row of a plain buffer; raises ParameterInvalid."""
    try:
        return read_row(data)
    except BrokenBufferError as broken:
        raise ParameterInvalid(str(broken)) from None


def read_selection(table: Table, asked: Any) -> Selection:
    """The columns and versions that ``asked`` wants of ``table``'s rows; raises ParameterInvalid.

    A row that has none of the columns to get is not answered, unless one of them is of the primary key ("GetRange").
    """
    refuse_transaction(asked)
    if asked.token if isinstance(asked.token, bytes) else any(asked.token):
        raise ParameterInvalid("The local cloud gives no tokens, and answers rows whole.")
    names = frozenset(asked.columns_to_get)
    check_columns_to_get(names)
    start, end = (getattr(asked, field) if asked.HasField(field) else None for field in ("start_column", "end_column"))
    for name in (start, end):
        if name is not None:
            check_column_name(name)
    times, max_versions = _versions(asked)
    condition, page = read_filter(asked.filter)
    if names:
        with_key = not names.isdisjoint(column.name for column in table.primary_key)
    else:
        with_key = start is None and end is None and times is None
    return Selection(names or None, start, end, times, max_versions, condition, page, with_key)


def _versions(asked: Any) -> tuple[tuple[int, int] | None, int | None]:
    """The range of versions and how many of them, at least one of both ("Error codes", "Version and TTL")."""
    max_versions: int | None = asked.max_versions if asked.HasField("max_versions") else None
    if max_versions is not None and max_versions <= 0:
        raise ParameterInvalid(f"Invalid max versions: {max_versions}. Reason: Max versions must be positive.")
    if not asked.HasField("time_range"):
        if max_versions is None:
            raise ParameterInvalid("No version condition is specified while querying row.")
        return None, max_versions
    times = asked.time_range
    bounds = times.HasField("start_time"), times.HasField("end_time")
    if times.HasField("specific_time"):
        # The service's own spelling.
        if max_versions is not None:
            raise ParameterInvalid("Specific tiemstamp and max versions cannot be given at the same time.")
        if any(bounds):
            raise ParameterInvalid("Specific tiemstamp and time range cannot be given at the same time.")
        if times.specific_time < 0:
            raise ParameterInvalid("Specific timestamp cannot be less than 0.")
        return (times.specific_time, times.specific_time + 1), None
    if not all(bounds):
        raise ParameterInvalid("Start and end time must be given at the same time.")
    if times.start_time < 0 or times.end_time < 0:
        raise ParameterInvalid("Timestamp must be in range [0, INT64_MAX/1000).")
    return (times.start_time, times.end_time), max_versions


def refuse_transaction(asked: Any) -> None:
    """Raise ParameterInvalid for what is to be part of a local transaction: none can have begun here."""
    if "transaction_id" in asked.DESCRIPTOR.fields_by_name and asked.HasField("transaction_id"):
        raise ParameterInvalid("TransactionID is invalid.")


def answered(table: Table, row: Row, selection: Selection) -> tuple[BufferRow, int] | None:
    """A row as the answer holds it and the bytes that were read of it; None for a row that is not answered."""
    columns = select(row, selection)
    if columns is None:
        return None
    key = tuple(Cell(column.name, value) for column, value in zip(table.primary_key, row.primary_key, strict=True))
    cells = tuple(
        Cell(name, version.value, version.timestamp) for name, versions in columns.items() for version in versions
    )
    size = sum(value_size(value) for value in row.primary_key)
    return BufferRow(key, cells), size + cells_size((cell.name, cell.value) for cell in cells)
