"""Operations of one row, by the official client."""

from __future__ import annotations

import math
from typing import Any

import pytest
import tablestore as ots
from tablestore import INF_MAX, INF_MIN, PK_AUTO_INCR, ReturnType

from yunfn.localcloud.alibaba.tablestore.plain_buffer import BufferRow, Cell, CellOperation, read_row, write_row
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb

from .row_tables import ENDS, RowTables, condition, refused

KEY = [("job", "j1"), ("row", 7)]
EVERY_TYPE = [
    ("binary", bytearray(b"\x00\xff")),
    ("double", -2.5),
    ("false", False),
    ("integer", -(2**63)),
    ("text", "\x00ü\U0001f600"),
    ("true", True),
]


def test_every_type_comes_back_as_it_was_put(rows: RowTables) -> None:
    table = rows.table()
    before = rows.now()
    consumed, returned = rows.put(table, KEY, *EVERY_TYPE)
    assert (consumed.read, consumed.write, returned) == (0, 1, None)
    consumed, row, token = rows.get_row(table, KEY, max_version=1)
    assert (consumed.read, consumed.write, token) == (1, 0, b"")
    assert row.primary_key == KEY
    assert [(name, value) for name, value, _ in row.attribute_columns] == EVERY_TYPE
    assert all(before <= version <= rows.now() for _, _, version in row.attribute_columns)


def test_keys_are_of_all_their_types(rows: RowTables) -> None:
    table = rows.table([("b", "BINARY"), ("s", "STRING"), ("n", "INTEGER")])
    key = [("b", bytearray(b"\xfe\x00")), ("s", ""), ("n", 2**63 - 1)]
    rows.put(table, key, ("a", 1))
    assert rows.get_row(table, key, max_version=1)[1].primary_key == key
    assert rows.get(table, [("b", bytearray(b"")), ("s", ""), ("n", 0)]) is None


def test_a_put_replaces_the_row_and_an_update_adds_to_it(rows: RowTables) -> None:
    table = rows.table()
    rows.put(table, KEY, ("a", 1), ("b", 2))
    rows.put(table, KEY, ("b", 3), ("c", 4))
    assert rows.get(table, KEY) == [("b", 3), ("c", 4)]
    rows.update(table, KEY, {"PUT": [("a", 5), ("b", "6")], "DELETE_ALL": ["c"]})
    assert rows.get(table, KEY) == [("a", 5), ("b", "6")]
    rows.update(table, KEY, {"DELETE_ALL": ["a", "b"]})
    assert rows.get(table, KEY) == []
    rows.delete(table, KEY, condition("EXPECT_EXIST"))
    assert rows.get(table, KEY) is None
    rows.delete(table, KEY)
    # Nothing but deletions makes no row.
    rows.update(table, KEY, {"DELETE_ALL": ["a"]})
    assert rows.get(table, KEY) is None


def test_what_a_row_must_be_before_a_write(rows: RowTables) -> None:
    table = rows.table()
    failed = (403, "OTSConditionCheckFail")
    row = ots.Row(KEY, [("a", 1)])
    assert refused(*failed, rows.put_row, table, row, condition("EXPECT_EXIST")) == "Condition check failed."
    refused(*failed, rows.update_row, table, ots.Row(KEY, {"PUT": [("a", 1)]}), condition("EXPECT_EXIST"))
    refused(*failed, rows.delete, table, KEY, condition("EXPECT_EXIST"))
    consumed, _ = rows.put_row(table, row, condition("EXPECT_NOT_EXIST"))
    assert (consumed.read, consumed.write) == (1, 1)
    refused(*failed, rows.put_row, table, row, condition("EXPECT_NOT_EXIST"))
    is_one = ots.SingleColumnCondition("a", 1, ots.ComparatorType.EQUAL)
    rows.update_row(table, ots.Row(KEY, {"PUT": [("a", 2)]}), condition("EXPECT_EXIST", is_one))
    refused(*failed, rows.put_row, table, row, condition("IGNORE", is_one))
    refused(*failed, rows.delete, table, KEY, condition("IGNORE", is_one))
    assert rows.get(table, KEY) == [("a", 2)]


def test_columns_to_get(rows: RowTables) -> None:
    table = rows.table()
    rows.put(table, KEY, *[(name, name) for name in "abcde"])
    assert rows.get(table, KEY, columns_to_get=["d", "a", "nothing", "a"]) == [("a", "a"), ("d", "d")]
    assert rows.get(table, KEY, columns_to_get=["nothing"]) is None
    # A column of the key among them: the row is there, whatever else it has not.
    assert rows.get(table, KEY, columns_to_get=["job", "nothing"]) == []
    assert rows.get(table, KEY, start_column="b", end_column="d") == [("b", "b"), ("c", "c")]
    assert rows.get(table, KEY, start_column="x") is None


def test_versions(rows: RowTables) -> None:
    table = rows.table(max_version=3)
    now = rows.now()
    rows.put(table, KEY, *[("a", number, now + number) for number in (3, 1, 4, 2)], ("b", 0, now))

    def versions(**selection: Any) -> list[tuple[str, int]]:
        row = rows.get_row(table, KEY, **{"max_version": None, **selection})[1]
        return [] if row is None else [(name, version - now) for name, _, version in row.attribute_columns]

    assert versions(max_version=9) == [("a", 4), ("a", 3), ("a", 2), ("b", 0)]
    assert versions(max_version=2) == [("a", 4), ("a", 3), ("b", 0)]
    assert versions(time_range=(now + 2, now + 4)) == [("a", 3), ("a", 2)]
    assert versions(time_range=(now + 2, now + 5), max_version=1) == [("a", 4)]
    assert versions(time_range=now + 3) == [("a", 3)]
    assert versions(time_range=now + 9) == []
    rows.update(table, KEY, {"DELETE": [("a", None, now + 3)]})
    assert versions(max_version=9) == [("a", 4), ("a", 2), ("b", 0)]
    rows.update(table, KEY, {"PUT": [("a", 9, now + 3), ("a", 9, now + 9)]})
    assert versions(max_version=9) == [("a", 9), ("a", 4), ("a", 3), ("b", 0)]


def test_time_to_live_is_by_the_clouds_clock(rows: RowTables) -> None:
    table = rows.table(time_to_live=86400)
    rows.put(table, KEY, ("a", 1))
    rows.later(43200)
    rows.update(table, KEY, {"PUT": [("b", 2)]})
    assert rows.get(table, KEY) == [("a", 1), ("b", 2)]
    rows.later(43300)
    assert rows.get(table, KEY) == [("b", 2)]
    assert len(rows.whole(table)) == 1
    rows.later(43200)
    assert rows.get(table, KEY) is None
    assert rows.whole(table) == []
    rows.put_row(table, ots.Row(KEY, [("a", 3)]), condition("EXPECT_NOT_EXIST"))
    assert rows.get(table, KEY) == [("a", 3)]


def test_versions_must_be_near_the_present(rows: RowTables) -> None:
    table, now = rows.table(max_time_deviation=1000), rows.now()
    for version in (now + 1_100_000, now - 1_100_000):
        message = refused(400, "OTSParameterInvalid", rows.put, table, KEY, ("a", 1, version))
        assert message == "Invalid timestamp. Cell:a."
    rows.put(table, KEY, ("a", 1, now - 900_000))
    message = refused(400, "OTSParameterInvalid", rows.put, table, KEY, ("a", 1, -1))
    assert message == "Timestamp must be in range [0, INT64_MAX/1000)."


def test_a_column_counts(rows: RowTables) -> None:
    table = rows.table()
    rows.update(table, KEY, {"INCREMENT": [("n", 5)]})
    rows.update(table, KEY, {"INCREMENT": [("n", -7)], "PUT": [("text", "x")]})
    assert rows.get(table, KEY) == [("n", -2), ("text", "x")]
    message = refused(400, "OTSParameterInvalid", rows.update, table, KEY, {"INCREMENT": [("text", 1)]})
    assert "'text'" in message
    message = refused(
        400, "OTSParameterInvalid", rows.update, table, KEY, {"INCREMENT": [("n", 1)], "DELETE_ALL": ["n"]}
    )
    assert "'n'" in message
    assert rows.get(table, KEY) == [("n", -2), ("text", "x")]
    # The sum in the answer is on the wire, and in the Java client alone.
    change = BufferRow((Cell("job", "j1"), Cell("row", 7)), (Cell("n", 10, None, CellOperation.INCREMENT),))
    asked = {"table_name": table, "row_change": write_row(change), "condition": {"row_existence": pb.IGNORE}}
    after = {"return_type": pb.RT_AFTER_MODIFY, "return_column_names": ["n"]}
    answer = read_row(rows.ask("UpdateRow", **asked, return_content=after).row)
    assert (answer.primary_key, [cell[:2] for cell in answer.cells]) == (change.primary_key, [("n", 8)])
    after["return_column_names"] = ["text"]
    refused(400, "OTSParameterInvalid", rows.ask, "UpdateRow", **asked, return_content=after)


def test_a_table_numbers_its_rows(rows: RowTables) -> None:
    table = rows.table([("job", "STRING"), ("number", "INTEGER", PK_AUTO_INCR)])
    new = [("job", "j"), ("number", PK_AUTO_INCR)]
    keys = [rows.put(table, new, ("a", n), return_type=ReturnType.RT_PK)[1].primary_key for n in range(3)]
    numbers = [key[1][1] for key in keys]
    assert numbers == sorted(set(numbers))
    assert [rows.get(table, key) for key in keys] == [[("a", n)] for n in range(3)]
    rows.put(table, keys[0], ("a", 9), condition=condition("EXPECT_EXIST"))
    rows.update(table, new, {"PUT": [("a", 10)]})
    rows.delete(table, keys[1])
    ends = [("job", INF_MIN), ("number", INF_MIN)], [("job", INF_MAX), ("number", INF_MAX)]
    _, _, found = rows.range(table, *ends)
    assert [row.attribute_columns[0][1] for row in found] == [9, 2, 10]
    invalid = (400, "OTSParameterInvalid")
    exists, not_exists = condition("EXPECT_EXIST"), condition("EXPECT_NOT_EXIST")
    asked = "when modify row with pk auto increment."
    assert refused(*invalid, rows.put, table, new, condition=exists) == f"Invalid expect:EXPECT_EXIST {asked}"
    assert "EXPECT_NOT_EXIST" in refused(*invalid, rows.put, table, keys[0], condition=not_exists)
    assert "IGNORE when modify a specific row" in refused(*invalid, rows.put, table, keys[0])
    assert refused(*invalid, rows.get, table, new) == "PKAutoIncr can't be used for read operations."
    assert "pk auto increment" in refused(*invalid, rows.delete, table, new)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ([("jobs", "j"), ("row", 1)], "Validate PK name fail. Input: jobs, Meta: job."),
        ([("row", 1), ("job", "j")], "Validate PK name fail. Input: row, Meta: job."),
        ([("job", "j")], "Validate PK size fail. Input: 1, Meta: 2."),
        ([("job", "j"), ("row", 1), ("x", 1)], "Validate PK size fail. Input: 3, Meta: 2."),
        ([("job", bytearray(b"j")), ("row", 1)], "Validate PK type fail. Input: VT_BLOB, Meta: VT_STRING."),
        ([("job", "j"), ("row", "1")], "Validate PK type fail. Input: VT_STRING, Meta: VT_INTEGER."),
        ([("job", "j"), ("row", PK_AUTO_INCR)], "Validate PK type fail. Input: VT_AUTO_INCREMENT, Meta: VT_INTEGER."),
    ],
)
def test_a_key_that_is_not_the_tables(rows: RowTables, key: Any, message: str) -> None:
    table, invalid = rows.table(), (400, "OTSInvalidPK")
    assert refused(*invalid, rows.put, table, key, ("a", 1)) == message
    assert refused(*invalid, rows.update, table, key, {"PUT": [("a", 1)]}) == message
    if key[-1][1] is not PK_AUTO_INCR:
        assert refused(*invalid, rows.get, table, key) == message
        assert refused(*invalid, rows.delete, table, key) == message


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ([("job", INF_MIN), ("row", 1)], "VT_INF_MIN is an invalid type for the primary key."),
        ([("job", "j"), ("row", INF_MAX)], "VT_INF_MAX is an invalid type for the primary key."),
        ([("job", True), ("row", 1)], "VT_BOOLEAN is an invalid type for the primary key."),
        ([("job", "j"), ("job", "j")], "Duplicated primary key name: 'job'."),
        (
            [("job", "ü" * 513), ("row", 1)],
            "The length of primary key column: 'job' exceeds the MaxLength:1024 with CurrentLength:1026.",
        ),
    ],
)
def test_a_key_that_is_no_tables(rows: RowTables, key: Any, message: str) -> None:
    table, invalid = rows.table(), (400, "OTSParameterInvalid")
    assert refused(*invalid, rows.put, table, key, ("a", 1)) == message
    assert refused(*invalid, rows.get, table, key) == message
    assert refused(*invalid, rows.delete, table, key) == message


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([("job", 1)], "Duplicated attribute column name with primary key column: 'job'."),
        ([("1a", 1)], "Invalid column name: '1a'."),
        ([("", 1)], "invalid name of column: empty name."),
        ([("a" * 256, 1)], f"Invalid column name: '{'a' * 256}'."),
        ([("a", float("nan"))], "NaN can't be set to double value."),
        ([("a", float("-inf"))], "Infinity can't be set to double value."),
        (
            [("a", "x" * 2097153)],
            "The length of attribute column: 'a' exceeds the MaxLength:2097152 with CurrentLength:2097153.",
        ),
        (
            [(f"a{n}", 1) for n in range(1025)],
            "The number of attribute columns exceeds the limit, limit count: 1024, column count: 1025.",
        ),
        (
            [("a", "x" * 2097152), ("b", "x" * 2097152)],
            "The total data size of PutRow request exceeds the limit, limit size: 4194304, data size: 4194322.",
        ),
    ],
)
def test_columns_that_cannot_be(rows: RowTables, columns: Any, message: str) -> None:
    table = rows.table()
    assert refused(400, "OTSParameterInvalid", rows.put, table, KEY, *columns) == message
    assert rows.get(table, KEY) is None


def test_the_largest_that_can_be(rows: RowTables) -> None:
    table, key = rows.table(), [("job", "ü" * 512), ("row", 1)]
    columns = [("a" * 255, "x" * 2097152), *((f"b{n:04}", n) for n in range(1023))]
    consumed, _ = rows.put(table, key, *columns)
    assert consumed.write == -(-(3 + 1024 + 3 + 8 + 255 + 2097152 + 1023 * 13) // 4096)
    assert rows.get(table, key) == columns


def test_reads_that_cannot_be(rows: RowTables) -> None:
    table, invalid = rows.table(), (400, "OTSParameterInvalid")
    many = [f"a{n}" for n in range(129)]
    assert "column count: 129" in refused(*invalid, rows.get, table, KEY, columns_to_get=many)
    assert refused(*invalid, rows.get, table, KEY, columns_to_get=["#"]) == "Invalid column name: '#'."
    none = "No version condition is specified while querying row."
    assert refused(*invalid, rows.get, table, KEY, max_version=None) == none
    assert "must be positive" in refused(*invalid, rows.get, table, KEY, max_version=0)
    assert "at the same time" in refused(*invalid, rows.get, table, KEY, time_range=5)
    assert refused(*invalid, rows.get, table, KEY, transaction_id="t") == "TransactionID is invalid."


def test_writes_that_cannot_be(rows: RowTables) -> None:
    table, invalid = rows.table(), (400, "OTSParameterInvalid")
    key = (Cell("job", "j"), Cell("row", 1))
    ignore = {"table_name": table, "condition": {"row_existence": pb.IGNORE}}

    def put(*cells: Cell, deleted: bool = False) -> str:
        return refused(*invalid, rows.ask, "PutRow", row=write_row(BufferRow(key, cells, deleted)), **ignore)

    def update(*cells: Cell) -> str:
        return refused(*invalid, rows.ask, "UpdateRow", row_change=write_row(BufferRow(key, cells)), **ignore)

    def delete(*cells: Cell, deleted: bool = True) -> str:
        return refused(*invalid, rows.ask, "DeleteRow", primary_key=write_row(BufferRow(key, cells, deleted)), **ignore)

    one, every = CellOperation.DELETE_ONE_VERSION, CellOperation.DELETE_ALL_VERSIONS
    assert "unexpected RowDeleteMarker" in put(deleted=True)
    assert "OpType cannot be given for column name:a in PutRow" in put(Cell("a", None, None, every))
    assert "missing value" in put(Cell("a"))
    assert "missing cells" in update()
    assert "Timestamp must be given" in update(Cell("a", None, None, one))
    assert "Timestamp cannot be given" in update(Cell("a", None, 5, every))
    assert "Column value cannot be given" in update(Cell("a", 1, 5, one))
    assert "missing RowDeleteMarker" in delete(deleted=False)
    assert "unexpected cells" in delete(Cell("a", 1))
    broken = bytearray(write_row(BufferRow(key)))
    broken[-1] ^= 1
    assert "checksum is mismatch" in refused(*invalid, rows.ask, "PutRow", row=bytes(broken), **ignore)


def test_a_table_that_is_not_to_be_updated(rows: RowTables) -> None:
    table = rows.table(allow_update=False)
    rows.put(table, KEY, ("a", 1))
    assert "allow_update" in refused(400, "OTSParameterInvalid", rows.update, table, KEY, {"PUT": [("a", 2)]})
    rows.put(table, KEY, ("a", 3))
    assert rows.get(table, KEY) == [("a", 3)]


def test_a_table_that_is_not_there(rows: RowTables) -> None:
    missing = (404, "OTSObjectNotExist")
    assert refused(*missing, rows.get, "nothing", KEY) == "Requested table does not exist."
    refused(*missing, rows.put, "nothing", KEY, ("a", 1))
    refused(*missing, rows.delete, "nothing", KEY)


def test_rows_go_with_their_table(rows: RowTables) -> None:
    table = rows.table()
    rows.put(table, KEY, ("a", 1))
    rows.delete_table(table)
    throughput = ots.ReservedThroughput(ots.CapacityUnit(0, 0))
    rows.create_table(ots.TableMeta(table, [("job", "STRING"), ("row", "INTEGER")]), ots.TableOptions(), throughput)
    assert rows.get(table, KEY) is None


def test_two_hundred_rows_are_written_and_five_thousand_read_in_no_time(rows: RowTables) -> None:
    table = rows.table()
    puts = [ots.Row([("job", "j"), ("row", n)], [("base", "7" * 60), ("n", n)]) for n in range(200)]
    cpu = rows.cpu()
    assert rows.batch(**{table: [ots.PutRowItem(put, condition()) for put in puts]}).is_all_succeed()
    write_seconds = rows.cpu() - cpu
    rows.fill(table, [((("j", n)), {"base": "7" * 60, "n": n}) for n in range(200, 5000)])
    cpu = rows.cpu()
    consumed, following, found = rows.range(table, *ENDS)
    read_seconds = rows.cpu() - cpu
    assert ([row.primary_key[1][1] for row in found], following) == (list(range(5000)), None)
    assert consumed.read == math.ceil(5000 * (1 + 8 + 4 + 60 + 1 + 8) / 4096)
    # Of the cloud's own processor time: some 0.03 and 0.2 s, on a busy machine a third more.
    assert write_seconds < 0.5
    assert read_seconds < 1.5
