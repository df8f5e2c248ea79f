"""Operations of tables."""

from __future__ import annotations

from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.request import DataCall, Operation
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState


def list_table(state: TablestoreState, call: DataCall) -> pb.ListTableResponse:
    """ListTable: the names of the instance's tables."""
    call.require()
    return pb.ListTableResponse(table_names=[table.name for table in state.tables.listed(call.instance)])


OPERATIONS: dict[str, Operation] = {
    "ListTable": list_table,
}
