"""GetRange: the rows between two keys."""

from __future__ import annotations

from collections.abc import Sequence

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.models.row_keys import row_key
from yunfn.localcloud.alibaba.tablestore.models.rows import PrimaryKey, living
from yunfn.localcloud.alibaba.tablestore.models.tables import Table
from yunfn.localcloud.alibaba.tablestore.plain_buffer import (
    INF_MAX,
    INF_MIN,
    BufferRow,
    Cell,
    KeyValue,
    write_key,
    write_rows,
)
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.request import DataCall, Operation
from yunfn.localcloud.alibaba.tablestore.responses.selections import answered, read_key, read_selection
from yunfn.localcloud.alibaba.tablestore.responses.writes import Done, consumed
from yunfn.localcloud.alibaba.tablestore.row_rules import (
    MOST_BYTES_SCANNED,
    MOST_ROWS_SCANNED,
    check_key,
    check_schema,
    row_size,
    units,
    value_size,
)
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState


def get_range(state: TablestoreState, call: DataCall) -> pb.GetRangeResponse:
    """GetRange: rows up or down the keys, and where to go on if it ended early.

    It ends after ``limit`` rows that it answers, and after 5,000 rows or 4 MB that it looked at, those that a filter
    leaves out included ("GetRange"; the Java client's tests of filters).
    """
    asked: pb.GetRangeRequest = call.message
    table = state.table_of(call)
    if asked.HasField("limit") and asked.limit <= 0:
        raise ParameterInvalid("The limit must be greater than 0.")
    backward = asked.direction == pb.BACKWARD
    start = _end(table, asked.inclusive_start_primary_key)
    end = _end(table, asked.exclusive_end_primary_key)
    if backward and row_key(start) <= row_key(end):
        raise ParameterInvalid("Begin key must more than end key in BACKWARD")
    if not backward and row_key(start) >= row_key(end):
        raise ParameterInvalid("Begin key must less than end key in FORWARD")
    selection = read_selection(table, asked)
    limit = asked.limit if asked.HasField("limit") else MOST_ROWS_SCANNED
    now = int(state.clock.time() * 1000)
    rows: list[BufferRow] = []
    scanned = read = looked_at = 0
    following: PrimaryKey | None = None
    for kept in state.rows.scan(table, start, end, backward=backward):
        row = living(kept, table.options, now)
        if row is None:
            continue
        if len(rows) == limit or scanned == MOST_ROWS_SCANNED or looked_at >= MOST_BYTES_SCANNED:
            following = row.primary_key
            break
        scanned += 1
        found = answered(table, row, selection)
        if found is None:
            read += sum(map(value_size, row.primary_key))
            looked_at += row_size(table, row)
        else:
            rows.append(found[0])
            read += found[1]
            looked_at += found[1]
    response = pb.GetRangeResponse(consumed=consumed(Done(units(read), 0)), rows=write_rows(rows))
    if following is not None:
        response.next_start_primary_key = write_key(_names(table), following)
    return response


def _end(table: Table, data: bytes) -> Sequence[KeyValue]:
    key: tuple[Cell, ...] = read_key(data)
    values = check_key(key, markers=(INF_MIN, INF_MAX))
    check_schema(table, key)
    return values


def _names(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


OPERATIONS: dict[str, Operation] = {"GetRange": get_range}
