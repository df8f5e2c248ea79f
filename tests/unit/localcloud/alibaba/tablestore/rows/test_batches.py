"""BatchGetRow and BatchWriteRow, by the official client."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots

from yunfn.localcloud.alibaba.tablestore.plain_buffer import BufferRow, Cell, CellOperation, write_row
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb

from .row_tables import RowTables, condition, refused


def key(row: int, job: str = "j") -> list[tuple[str, Any]]:
    return [("job", job), ("row", row)]


def put(row: int, existence: str = "IGNORE", column: Any = None, **columns: Any) -> ots.PutRowItem:
    return ots.PutRowItem(ots.Row(key(row), list(columns.items())), condition(existence, column))


def update(row: int, existence: str = "IGNORE", **changes: Any) -> ots.UpdateRowItem:
    return ots.UpdateRowItem(ots.Row(key(row), changes), condition(existence))


def delete(row: int, existence: str = "IGNORE") -> ots.DeleteRowItem:
    return ots.DeleteRowItem(ots.Row(key(row)), condition(existence))


def read(rows: RowTables, columns: list[str] | None = None, **tables: list[Any]) -> Any:
    request = ots.BatchGetRowRequest()
    for name, keys in tables.items():
        request.add(ots.TableInBatchGetRowItem(name, keys, columns or [], None, 1))
    return rows.batch_get_row(request)


def values(result: Any, table: str) -> list[Any]:
    return [
        one.row and [value for _, value, _ in one.row.attribute_columns] for one in result.get_result_by_table(table)
    ]


def test_rows_of_several_tables_are_written_and_read_in_order(rows: RowTables) -> None:
    one, other = rows.table(), rows.table()
    done = rows.batch(**{one: [put(1, a=1), put(2, a=2), update(3, PUT=[("a", 3)])], other: [put(1, b=4), delete(9)]})
    assert done.is_all_succeed()
    assert {item.consumed.write for item in done.get_put()[0]} == {1}
    result = read(rows, **{other: [key(1), key(2)], one: [key(3), key(1), key(3)]})
    assert (values(result, one), values(result, other)) == ([[3], [1], [3]], [[4], None])
    assert values(read(rows, columns=["a"], **{one: [key(1)], other: [key(1)]}), other) == [None]


def test_rows_fail_alone(rows: RowTables) -> None:
    table = rows.table()
    rows.put(table, key(1), ("a", 1))
    done = rows.batch(
        **{table: [put(1, "EXPECT_NOT_EXIST", a=9), put(2, "EXPECT_NOT_EXIST", a=2), delete(3, "EXPECT_EXIST")]}
    )
    (fine,), (failed,) = done.get_put()
    assert (fine.is_ok, failed.error_code, failed.error_message) == (
        True, "OTSConditionCheckFail", "Condition check failed.",
    )  # fmt: skip
    assert done.get_delete()[1][0].error_code == "OTSConditionCheckFail"
    assert values(read(rows, **{table: [key(1), key(2)]}), table) == [[1], [2]]
    wrong = [("jobs", "j"), ("row", 1)]
    done = rows.batch(**{table: [ots.PutRowItem(ots.Row(wrong, [("a", 1)]), condition()), put(4, a=4)]})
    message = "Validate PK name fail. Input: jobs, Meta: job."
    assert [(item.error_code, item.error_message) for item in done.get_put()[1]] == [("OTSInvalidPK", message)]
    result = read(rows, **{table: [wrong, key(4)]})
    assert [(one.is_ok, one.error_code) for one in result.get_result_by_table(table)] == [
        (False, "OTSInvalidPK"), (True, None),
    ]  # fmt: skip


def test_a_batch_that_is_wrong_writes_nothing(rows: RowTables) -> None:
    table, other = rows.table(), rows.table()
    invalid = (400, "OTSParameterInvalid")

    def wrong(*items: Any) -> str:
        return refused(*invalid, rows.batch, **{table: [put(1, a=1), *items], other: [put(1, a=1)]})

    assert wrong(ots.PutRowItem(ots.Row(key(2), [("job", 1)]), condition())).startswith("Duplicated attribute column")
    assert wrong(put(2, a="x" * 2097153)).endswith("with CurrentLength:2097153.")
    assert wrong(put(2, a="x" * 2097152), put(3, a="x" * 2097152)).startswith(
        "The total data size of BatchWriteRow request exceeds the limit, limit size: 4194304, data size: 41943"
    )
    assert wrong(*(delete(n) for n in range(2, 201))) == "Rows count exceeds the upper limit: 200."
    refused(404, "OTSObjectNotExist", rows.batch, **{table: [put(1, a=1)], "nothing": [put(1, a=1)]})
    assert values(read(rows, **{table: [key(1)], other: [key(1)]}), table) == [None]


def test_a_row_may_be_written_twice_but_not_on_conditions(rows: RowTables) -> None:
    table, invalid = rows.table(), (400, "OTSParameterInvalid")
    assert rows.batch(**{table: [put(1, a=1), delete(1), update(1, PUT=[("b", 2)])]}).is_all_succeed()
    assert rows.get(table, key(1)) == [("b", 2)]
    message = refused(*invalid, rows.batch, **{table: [put(1, a=1), delete(1, "EXPECT_EXIST")]})
    assert message == "Repeated rows do not support row exist expectation check in BatchModify."
    column = ots.SingleColumnCondition("b", 2, ots.ComparatorType.EQUAL)
    message = refused(*invalid, rows.batch, **{table: [put(1, column=column, a=1), delete(1)]})
    assert message == "Repeated rows do not support row condition check in BatchModify."
    message = refused(*invalid, rows.batch, **{table: [update(1, INCREMENT=[("n", 1)]), delete(1)]})
    assert "incremented" in message
    assert rows.get(table, key(1)) == [("b", 2)]


def test_rows_that_are_numbered_are_not_the_same(rows: RowTables) -> None:
    table = rows.table([("job", "STRING"), ("row", "INTEGER", ots.PK_AUTO_INCR)])
    new = [("job", "j"), ("row", ots.PK_AUTO_INCR)]
    items = [ots.PutRowItem(ots.Row(new, [("a", n)]), condition(), ots.ReturnType.RT_PK) for n in range(3)]
    done = rows.batch(**{table: items}).get_put()[0]
    numbers = [item.row.primary_key[1][1] for item in done]
    assert numbers == sorted(set(numbers))
    assert [rows.get(table, key(number)) for number in numbers] == [[("a", n)] for n in range(3)]


def test_batches_of_nothing_and_of_too_much(rows: RowTables) -> None:
    table, invalid = rows.table(), (400, "OTSParameterInvalid")
    assert refused(*invalid, rows.batch) == "No row is specified in BatchWriteRow."
    assert refused(*invalid, rows.batch, **{table: []}) == f"No operation is specified for table: '{table}'."
    assert refused(*invalid, read, rows) == "No row specified in the request of BatchGetRow."
    many = [key(n) for n in range(101)]
    assert refused(*invalid, read, rows, **{table: many}) == "Rows count exceeds the upper limit: 100."
    assert len(read(rows, **{table: many[:100]}).get_result_by_table(table)) == 100
    twice = pb.TableInBatchGetRowRequest(table_name=table, primary_key=[], max_versions=1)
    message = refused(*invalid, rows.ask, "BatchGetRow", tables=[twice, twice])
    assert message == f"Duplicated table name: '{table}'."
    refused(*invalid, rows.ask, "BatchWriteRow", transaction_id="t", tables=[])
    one = pb.TableInBatchWriteRowRequest(table_name=table)
    row = write_row(BufferRow((Cell("job", "j"), Cell("row", 1)), (Cell("n", 1, None, CellOperation.INCREMENT),)))
    one.rows.add(type=pb.UPDATE, row_change=row, condition={"row_existence": pb.IGNORE})
    assert "is_atomic" in refused(*invalid, rows.ask, "BatchWriteRow", is_atomic=True, tables=[one])


@pytest.mark.parametrize("existence", ["EXPECT_EXIST", "EXPECT_NOT_EXIST"])
def test_conditions_of_a_batch_see_the_rows_before_them(rows: RowTables, existence: str) -> None:
    table = rows.table()
    done = rows.batch(**{table: [put(1, a=1), put(2, existence, a=1)]})
    assert [len(items) for items in done.get_put()] == ([1, 1] if existence == "EXPECT_EXIST" else [2, 0])
