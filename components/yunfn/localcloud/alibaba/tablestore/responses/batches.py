"""Operations of many rows by their keys.

A row may fail alone: the answer is 200 then and the row says why. What fails as a whole are requests that are wrong in
themselves, name a table that is not there ("BatchGetRow", "BatchWriteRow"), or a table that the caller has no right to:
no document knows OTSNoPermissionAccess as an error of a row, and "Error codes" has it among those of the request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.models.tables import Table
from yunfn.localcloud.alibaba.tablestore.plain_buffer import KeyValue
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.request import DataCall, Operation
from yunfn.localcloud.alibaba.tablestore.responses.rows import find_row
from yunfn.localcloud.alibaba.tablestore.responses.selections import read_key, read_selection, refuse_transaction
from yunfn.localcloud.alibaba.tablestore.responses.writes import Kind, Write, check_size, consumed, perform, read_write
from yunfn.localcloud.alibaba.tablestore.row_rules import (
    MOST_ROWS_READ,
    MOST_ROWS_WRITTEN,
    check_key,
)
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState
from yunfn.localcloud.cloud_error import CloudError

_KINDS: dict[int, Kind] = {pb.PUT: "PutRow", pb.UPDATE: "UpdateRow", pb.DELETE: "DeleteRow"}


def batch_get_row(state: TablestoreState, call: DataCall) -> pb.BatchGetRowResponse:
    """BatchGetRow: the rows of each table in the order that they were asked for, missing ones empty."""
    asked: pb.BatchGetRowRequest = call.message
    if not asked.tables:
        raise ParameterInvalid("No row specified in the request of BatchGetRow.")
    _check_count([len(one.primary_key) for one in asked.tables], MOST_ROWS_READ)
    tables = _tables(state, call, asked.tables)
    for one in asked.tables:
        if not one.primary_key:
            raise ParameterInvalid(f"No row is specified for table: '{one.table_name}'.")
    reads = []
    for table, one in zip(tables, asked.tables, strict=True):
        keys = [read_key(data) for data in one.primary_key]
        for key in keys:
            check_key(key)
        reads.append((table, keys, read_selection(table, one)))
    response = pb.BatchGetRowResponse()
    for table, keys, selection in reads:
        answers = response.tables.add(table_name=table.name)
        for key in keys:
            try:
                row, done = find_row(state, table, key, selection)
            except CloudError as error:
                answers.rows.add(is_ok=False, error=_error(error))
            else:
                answers.rows.add(is_ok=True, consumed=consumed(done), row=row)
    return response


def batch_write_row(state: TablestoreState, call: DataCall) -> pb.BatchWriteRowResponse:
    """BatchWriteRow: puts, updates and deletions, one after the other."""
    asked: pb.BatchWriteRowRequest = call.message
    refuse_transaction(asked)
    if asked.is_atomic:
        raise ParameterInvalid("The local cloud does not do BatchWriteRow as one (is_atomic).")
    if not asked.tables:
        raise ParameterInvalid("No row is specified in BatchWriteRow.")
    _check_count([len(one.rows) for one in asked.tables], MOST_ROWS_WRITTEN)
    tables = _tables(state, call, asked.tables)
    for one in asked.tables:
        if not one.rows:
            raise ParameterInvalid(f"No operation is specified for table: '{one.table_name}'.")
    writes = [
        [read_write(_KINDS[row.type], row.row_change, row.condition, row.return_content) for row in one.rows]
        for one in asked.tables
    ]
    check_size("BatchWriteRow", sum(write.size for of_table in writes for write in of_table))
    for of_table in writes:
        _check_repeated(of_table)
    response = pb.BatchWriteRowResponse()
    for table, of_table in zip(tables, writes, strict=True):
        answers = response.tables.add(table_name=table.name)
        for write in of_table:
            answers.rows.append(_written(state, table, write))
    return response


def _written(state: TablestoreState, table: Table, write: Write) -> pb.RowInBatchWriteRowResponse:
    try:
        done = perform(state, table, write)
    except CloudError as error:
        return pb.RowInBatchWriteRowResponse(is_ok=False, error=_error(error))
    return pb.RowInBatchWriteRowResponse(is_ok=True, consumed=consumed(done), row=done.row)


def _tables(state: TablestoreState, call: DataCall, named: Sequence[Any]) -> list[Table]:
    """The tables of a batch: the caller must have the right to each, before anything is told of one."""
    names: dict[str, None] = {}
    for one in named:
        if one.table_name in names:
            raise ParameterInvalid(f"Duplicated table name: '{one.table_name}'.")
        names[one.table_name] = None
    for name in names:
        call.require(name)
    return [state.table(call.instance, name) for name in names]


def _check_count(rows: Sequence[int], limit: int) -> None:
    """Of each table how many rows; more tables than rows are as wrong, and their rights would take long to look at."""
    if max(sum(rows), len(rows)) > limit:
        raise ParameterInvalid(f"Rows count exceeds the upper limit: {limit}.")


def _check_repeated(writes: Sequence[Write]) -> None:
    """A row may be written several times by one batch, but not on conditions ("Error codes"), nor if it counts."""
    of_row: dict[tuple[KeyValue, ...], list[Write]] = defaultdict(list)
    for write in writes:
        if not write.numbered:
            of_row[write.values].append(write)
    for same in of_row.values():
        if len(same) == 1:
            continue
        if any(write.existence != pb.IGNORE for write in same):
            raise ParameterInvalid("Repeated rows do not support row exist expectation check in BatchModify.")
        if any(write.condition is not None for write in same):
            raise ParameterInvalid("Repeated rows do not support row condition check in BatchModify.")
        if any(write.counts for write in same):
            raise ParameterInvalid("A row that is incremented can be once only in a BatchWriteRow.")


def _error(error: CloudError) -> pb.Error:
    return pb.Error(code=error.code, message=error.message)


OPERATIONS: dict[str, Operation] = {"BatchGetRow": batch_get_row, "BatchWriteRow": batch_write_row}
