"""Who may do what with the rows of which table; batches need the right to each of their tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tablestore as ots

from .row_tables import ENDS, RowTables, refused

KEY = [("job", "j1"), ("row", 7)]
ROW = ots.Row(KEY, [("a", 1)])

Ask = Callable[[RowTables, str], Any]


def batch_get(rows: RowTables, *tables: str) -> Any:
    request = ots.BatchGetRowRequest()
    for table in tables:
        request.add(ots.TableInBatchGetRowItem(table, [KEY], [], None, 1))
    return rows.batch_get_row(request)


def batch_write(rows: RowTables, *tables: str) -> Any:
    return rows.batch(**{table: [ots.PutRowItem(ROW, None)] for table in tables})


ASKS: dict[str, Ask] = {
    "GetRow": lambda rows, table: rows.get(table, KEY),
    "PutRow": lambda rows, table: rows.put(table, KEY, ("a", 1)),
    "UpdateRow": lambda rows, table: rows.update(table, KEY, {"PUT": [("a", 1)]}),
    "DeleteRow": lambda rows, table: rows.delete(table, KEY),
    "GetRange": lambda rows, table: rows.whole(table),
    "BatchGetRow": batch_get,
    "BatchWriteRow": batch_write,
    "ComputeSplitPointsBySize": lambda rows, table: rows.ask(
        "ComputeSplitPointsBySize", table_name=table, split_size=1
    ),
}


@pytest.mark.parametrize("action", ASKS)
def test_each_operation_takes_its_own_right_to_its_own_table(rows: RowTables, action: str) -> None:
    mine, other = rows.table(), rows.table()
    user = rows.user({"Action": f"ots:{action}", "Resource": rows.arn(mine)})
    for name, ask in ASKS.items():
        for table in (mine, other, "nothing"):
            if (name, table) == (action, mine):
                ask(user, table)
            else:
                message = refused(403, "OTSNoPermissionAccess", ask, user, table)
                assert f"ots:{name} on {rows.arn(table)}" in message


def test_a_batch_with_one_table_that_is_denied_does_nothing(rows: RowTables) -> None:
    mine, other = rows.table(), rows.table()
    rows.put(mine, KEY, ("old", 1))
    user = rows.user({"Action": "ots:Batch*", "Resource": rows.arn(mine)})
    for tables in ((mine, other), (other, mine)):
        for ask, name in ((batch_get, "BatchGetRow"), (batch_write, "BatchWriteRow")):
            message = refused(403, "OTSNoPermissionAccess", ask, user, *tables)
            assert f"ots:{name} on {rows.arn(other)}" in message
    assert rows.get(mine, KEY) == [("old", 1)]
    assert rows.get(other, KEY) is None
    both = rows.user({"Action": "ots:Batch*", "Resource": [rows.arn(mine), rows.arn(other)]})
    batch_write(both, mine, other)
    assert batch_get(both, mine, other).is_all_succeed()


def test_a_reader_of_one_table_reads_it_in_every_way_and_writes_nowhere(rows: RowTables) -> None:
    table = rows.table()
    rows.put(table, KEY, ("a", 1))
    read = ["BatchGet*", "Describe*", "Get*", "List*", "Consume*", "Search", "ComputeSplitPointsBySize"]
    user = rows.user({"Action": [f"ots:{action}" for action in read], "Resource": rows.arn(table)})
    for name, ask in ASKS.items():
        if name in ("PutRow", "UpdateRow", "DeleteRow", "BatchWriteRow"):
            refused(403, "OTSNoPermissionAccess", ask, user, table)
        else:
            ask(user, table)
    assert rows.range(table, *ENDS)[2][0].primary_key == KEY
