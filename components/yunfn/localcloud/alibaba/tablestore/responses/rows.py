"""Operations of one row."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.alibaba.tablestore.models.row_reads import Selection
from yunfn.localcloud.alibaba.tablestore.models.rows import PrimaryKey, living
from yunfn.localcloud.alibaba.tablestore.models.tables import Table
from yunfn.localcloud.alibaba.tablestore.plain_buffer import Cell, Marker, write_row
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.request import DataCall, Operation
from yunfn.localcloud.alibaba.tablestore.responses.selections import (
    answered,
    read_key,
    read_selection,
    refuse_transaction,
)
from yunfn.localcloud.alibaba.tablestore.responses.writes import Done, Kind, consumed, perform, read_write
from yunfn.localcloud.alibaba.tablestore.row_rules import check_key, check_schema, units
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState


def get_row(state: TablestoreState, call: DataCall) -> pb.GetRowResponse:
    """GetRow: one row, as far as the request wants it; an empty answer where there is none."""
    asked: pb.GetRowRequest = call.message
    table = state.table_of(call)
    key = read_key(asked.primary_key)
    check_key(key)
    selection = read_selection(table, asked)
    row, done = find_row(state, table, key, selection)
    return pb.GetRowResponse(consumed=consumed(done), row=row)


def find_row(state: TablestoreState, table: Table, key: tuple[Cell, ...], selection: Selection) -> tuple[bytes, Done]:
    """A row as a plain buffer, empty if it is not there or not wanted; raises InvalidPrimaryKey."""
    check_schema(table, key)
    row = living(state.rows.get(table, _values(key)), table.options, int(state.clock.time() * 1000))
    found = None if row is None else answered(table, row, selection)
    if found is None:
        return b"", Done(1, 0)
    answer, size = found
    return write_row(answer), Done(units(size), 0)


def _values(key: tuple[Cell, ...]) -> PrimaryKey:
    return tuple(cell.value for cell in key if cell.value is not None and not isinstance(cell.value, Marker))


def put_row(state: TablestoreState, call: DataCall) -> pb.PutRowResponse:
    """PutRow: a whole row, in place of what was there."""
    return pb.PutRowResponse(**_written(state, call, "PutRow", call.message.row))


def update_row(state: TablestoreState, call: DataCall) -> pb.UpdateRowResponse:
    """UpdateRow: some columns of a row, which need not be there before."""
    return pb.UpdateRowResponse(**_written(state, call, "UpdateRow", call.message.row_change))


def delete_row(state: TablestoreState, call: DataCall) -> pb.DeleteRowResponse:
    """DeleteRow: all of a row."""
    return pb.DeleteRowResponse(**_written(state, call, "DeleteRow", call.message.primary_key))


def _written(state: TablestoreState, call: DataCall, kind: Kind, data: bytes) -> dict[str, Any]:
    asked = call.message
    table = state.table_of(call)
    refuse_transaction(asked)
    done = perform(state, table, read_write(kind, data, asked.condition, asked.return_content))
    answer: dict[str, Any] = {"consumed": consumed(done)}
    if done.row is not None:
        answer["row"] = done.row
    return answer


OPERATIONS: dict[str, Operation] = {
    "GetRow": get_row,
    "PutRow": put_row,
    "UpdateRow": update_row,
    "DeleteRow": delete_row,
}
