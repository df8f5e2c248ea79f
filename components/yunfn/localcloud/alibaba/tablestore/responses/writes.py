"""Writes of one row, alone or of a batch: what the request says, and what it does to the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from yunfn.localcloud.alibaba.tablestore.exceptions import ConditionCheckFail, ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.models.row_changes import (
    ColumnUpdate,
    DeleteColumn,
    DeleteVersion,
    Increment,
    NotACounterError,
    Put,
    put,
    update,
)
from yunfn.localcloud.alibaba.tablestore.models.row_reads import Condition
from yunfn.localcloud.alibaba.tablestore.models.rows import PrimaryKey, Row, living
from yunfn.localcloud.alibaba.tablestore.models.streams import Change, ColumnChange
from yunfn.localcloud.alibaba.tablestore.models.tables import FOREVER, Table
from yunfn.localcloud.alibaba.tablestore.plain_buffer import (
    AUTO_INCREMENT,
    BufferRow,
    Cell,
    CellOperation,
    KeyValue,
    Marker,
    write_row,
)
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.responses.filters import read_condition
from yunfn.localcloud.alibaba.tablestore.responses.selections import read_buffer
from yunfn.localcloud.alibaba.tablestore.row_rules import (
    MOST_COLUMNS,
    MOST_WRITE_BYTES,
    cells_size,
    check_column_name,
    check_key,
    check_schema,
    check_value,
    units,
)

if TYPE_CHECKING:
    from yunfn.localcloud.alibaba.tablestore.state import TablestoreState

Kind = Literal["PutRow", "UpdateRow", "DeleteRow"]

_LATEST_VERSION = (2**63 - 1) // 1000


@dataclass(frozen=True, slots=True)
class Write:
    """A write that is right in itself; whether it fits its table shows when it is done."""

    kind: Kind
    key: tuple[Cell, ...]
    updates: tuple[ColumnUpdate, ...]
    existence: int
    condition: Condition | None
    returns: int
    returned_columns: frozenset[str]
    size: int

    @property
    def values(self) -> tuple[KeyValue, ...]:
        """The key's values: two writes of the same ones are about one row, unless the table numbers it."""
        return tuple(cell.value for cell in self.key if cell.value is not None)

    @property
    def numbered(self) -> bool:
        """Whether the table is to give the row its number."""
        return AUTO_INCREMENT in self.values

    @property
    def counts(self) -> bool:
        """Whether it adds to a column."""
        return any(isinstance(change, Increment) for change in self.updates)


@dataclass(frozen=True, slots=True)
class Done:
    """What a write used, in capacity units, and the row to answer, as a plain buffer."""

    read: int
    write: int
    row: bytes | None = None


def read_write(kind: Kind, data: bytes, condition: pb.Condition, returns: pb.ReturnContent) -> Write:
    """The write that a plain buffer and the fields beside it ask for; raises ParameterInvalid."""
    row = read_buffer(data)
    if kind == "DeleteRow":
        if not row.deleted:
            raise ParameterInvalid("Invalid request of delete row: missing RowDeleteMarker in request.")
        if row.cells:
            raise ParameterInvalid("Invalid delete row request: unexpected cells in request.")
    elif row.deleted:
        raise ParameterInvalid("Invalid request of put/update row: unexpected RowDeleteMarker in request.")
    values = check_key(row.primary_key, markers=(AUTO_INCREMENT,))
    if kind == "DeleteRow" and AUTO_INCREMENT in values:
        raise ParameterInvalid("Invalid row to delete which with pk auto increment.")
    updates = _updates(kind, row)
    write = Write(
        kind,
        row.primary_key,
        updates,
        condition.row_existence,
        read_condition(condition.column_condition),
        returns.return_type,
        frozenset(returns.return_column_names),
        cells_size((cell.name, cell.value) for cell in (*row.primary_key, *row.cells)),
    )
    check_size(kind, write.size)
    if AUTO_INCREMENT in values:
        if write.existence != pb.IGNORE:
            name = pb.RowExistenceExpectation.Name(write.existence)
            raise ParameterInvalid(f"Invalid expect:{name} when modify row with pk auto increment.")
        if write.condition is not None:
            raise ParameterInvalid("Can't set condition when modify row with pk auto increment.")
    _check_returns(write)
    return write


def check_size(operation: str, size: int) -> None:
    """Check how many bytes of rows a request of ``operation`` writes in all; raises ParameterInvalid."""
    if size > MOST_WRITE_BYTES:
        raise ParameterInvalid(
            f"The total data size of {operation} request exceeds the limit, limit size: {MOST_WRITE_BYTES}, "
            f"data size: {size}."
        )


def _check_returns(write: Write) -> None:
    """RT_AFTER_MODIFY is for the columns that an update adds to ("Atomic counters")."""
    if write.returns != pb.RT_AFTER_MODIFY:
        return
    counters = {change.name for change in write.updates if isinstance(change, Increment)}
    if not counters or not write.returned_columns <= counters:
        raise ParameterInvalid("Invalid return type: RT_AFTER_MODIFY is for columns that the request increments.")


def _updates(kind: Kind, row: BufferRow) -> tuple[ColumnUpdate, ...]:
    if len(row.cells) > MOST_COLUMNS:
        raise ParameterInvalid(
            f"The number of attribute columns exceeds the limit, limit count: {MOST_COLUMNS}, "
            f"column count: {len(row.cells)}."
        )
    if kind == "UpdateRow" and not row.cells:
        raise ParameterInvalid("Invalid update row request: missing cells in request.")
    key = {cell.name for cell in row.primary_key}
    updates = []
    for cell in row.cells:
        check_column_name(cell.name)
        if cell.name in key:
            raise ParameterInvalid(f"Duplicated attribute column name with primary key column: '{cell.name}'.")
        if kind == "PutRow" and cell.operation is not None:
            raise ParameterInvalid(f"OpType cannot be given for column name:{cell.name} in PutRow.")
        updates.append(_update(cell))
    counters = [change.name for change in updates if isinstance(change, Increment)]
    for name in counters:
        # "Atomic counters": of one request, nothing else may be done with such a column.
        if [change.name for change in updates].count(name) > 1:
            raise ParameterInvalid(f"Column '{name}' is incremented, nothing else can be done with it in one request.")
    return tuple(updates)


def _update(cell: Cell) -> ColumnUpdate:
    name, value, timestamp, operation = cell
    if timestamp is not None and not 0 <= timestamp < _LATEST_VERSION:
        raise ParameterInvalid("Timestamp must be in range [0, INT64_MAX/1000).")
    if operation in (CellOperation.DELETE_ONE_VERSION, CellOperation.DELETE_ALL_VERSIONS) and value is not None:
        raise ParameterInvalid("Column value cannot be given when type is DELETE_ONE_VERSION,DELETE_ALL_VERSION.")
    if operation is CellOperation.DELETE_ONE_VERSION:
        if timestamp is None:
            raise ParameterInvalid("Timestamp must be given when type is DELETE_ONE_VERSION.")
        return DeleteVersion(name, timestamp)
    if operation is CellOperation.DELETE_ALL_VERSIONS:
        if timestamp is not None:
            raise ParameterInvalid("Timestamp cannot be given when type is DELETE_ALL_VERSION.")
        return DeleteColumn(name)
    if value is None:
        raise ParameterInvalid(f"Invalid cell: {name}. Reason: missing value.")
    if isinstance(value, Marker):
        raise ParameterInvalid(f"{value.name} is an invalid type for the attribute column.")
    check_value(name, value)
    if operation is None:
        return Put(name, value, timestamp)
    if isinstance(value, bool) or not isinstance(value, int) or timestamp is not None:
        raise ParameterInvalid(f"Column '{name}' is to be incremented by an integer, without a timestamp.")
    return Increment(name, value)


def perform(state: TablestoreState, table: Table, write: Write) -> Done:
    """Do a write, keep what it changed for the table's stream, and tell what it used.

    Raises InvalidPrimaryKey, ConditionCheckFail, and ParameterInvalid for what only the table or the row can tell.
    """
    check_schema(table, write.key)
    now = int(state.clock.time() * 1000)
    _check_versions(table, write.updates, now)
    key = _full_key(state, table, write, now)
    before = living(state.rows.get(table, key), table.options, now)
    _check_condition(write, before)
    after = _changed(table, write, key, before, now)
    if before is not None or after is not None:
        names = [column.name for column in table.primary_key]
        changes = _column_changes(write.updates, after, now)
        # Whenever the cloud is killed: a row's change and the stream's record of it are both kept, or none is.
        with state.cloud.store.transaction():
            if after is not None:
                state.rows.put(table, after)
            else:
                state.rows.delete(table, key)
            state.streams.append(table.key, Change(write.kind, tuple(zip(names, key, strict=True)), changes))
    read = units(write.size) if write.existence != pb.IGNORE or write.condition is not None else 0
    return Done(read, units(write.size), _returned(table, write, key, after))


def _full_key(state: TablestoreState, table: Table, write: Write, now: int) -> PrimaryKey:
    numbering = any(column.auto_increment for column in table.primary_key)
    if numbering and not write.numbered and write.kind != "DeleteRow" and write.existence != pb.EXPECT_EXIST:
        name = pb.RowExistenceExpectation.Name(write.existence)
        raise ParameterInvalid(f"Invalid expect: {name} when modify a specific row for table with pk auto increment.")
    values = []
    for value in write.values:
        values.append(state.rows.next_number(table, now) if isinstance(value, Marker) else value)
    return tuple(values)


def _check_versions(table: Table, updates: Sequence[ColumnUpdate], now: int) -> None:
    """Versions must be near the present and not over already ("Error codes", Invalid timestamp)."""
    options, seconds = table.options, now // 1000
    earliest = seconds - options.deviation_seconds
    if options.time_to_live != FOREVER:
        earliest = max(earliest, seconds - options.time_to_live)
    for change in updates:
        if isinstance(change, Put) and change.timestamp is not None:
            version = change.timestamp // 1000
            if not earliest <= version < seconds + options.deviation_seconds:
                raise ParameterInvalid(f"Invalid timestamp. Cell:{change.name}.")


def _check_condition(write: Write, before: Row | None) -> None:
    if write.existence == pb.EXPECT_EXIST and before is None:
        raise ConditionCheckFail
    if write.existence == pb.EXPECT_NOT_EXIST and before is not None:
        raise ConditionCheckFail
    if write.condition is not None and not write.condition({} if before is None else before.columns):
        raise ConditionCheckFail


def _changed(table: Table, write: Write, key: PrimaryKey, before: Row | None, now: int) -> Row | None:
    if write.kind == "DeleteRow":
        return None
    if write.kind == "PutRow":
        puts = [change for change in write.updates if isinstance(change, Put)]
        return put(key, puts, now, table.options.max_versions)
    if not table.options.allow_update:
        raise ParameterInvalid("The table does not allow UpdateRow (its option allow_update is false).")
    try:
        return update(before, key, write.updates, now, table.options.max_versions)
    except NotACounterError as error:
        raise ParameterInvalid(str(error)) from None


def _column_changes(updates: Sequence[ColumnUpdate], after: Row | None, now: int) -> tuple[ColumnChange, ...]:
    changes: list[ColumnChange] = []
    for change in updates:
        match change:
            case Put(name, value, timestamp):
                changes.append(("Put", name, value, now if timestamp is None else timestamp))
            case Increment(name, _):
                assert after is not None
                newest = after.columns[name][0]
                changes.append(("Put", name, newest.value, newest.timestamp))
            case DeleteVersion(name, timestamp):
                changes.append(("DeleteOneVersion", name, None, timestamp))
            case DeleteColumn(name):
                changes.append(("DeleteAllVersions", name, None, None))
    return tuple(changes)


def _returned(table: Table, write: Write, key: PrimaryKey, after: Row | None) -> bytes | None:
    if write.returns == pb.RT_NONE:
        return None
    cells = tuple(Cell(column.name, value) for column, value in zip(table.primary_key, key, strict=True))
    if write.returns == pb.RT_PK:
        return write_row(BufferRow(cells))
    assert after is not None
    columns = [(name, after.columns[name][0]) for name in sorted(write.returned_columns)]
    return write_row(BufferRow(cells, tuple(Cell(name, version.value, version.timestamp) for name, version in columns)))


def consumed(done: Any) -> pb.ConsumedCapacity:
    """The capacity units that a :class:`Done` used, as the wire has them."""
    return pb.ConsumedCapacity(capacity_unit=pb.CapacityUnit(read=done.read, write=done.write))
