"""Filters of reads and column conditions of writes, by the official client."""

from __future__ import annotations

from typing import Any

import pytest
from tablestore import ComparatorType, CompositeColumnCondition, LogicalOperator, SingleColumnCondition
from tablestore.metadata import CastType, ColumnConditionType, RegexRule, SingleColumnRegexCondition

from yunfn.localcloud.alibaba.tablestore.plain_buffer import read_row, write_key, write_variant
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb

from .row_tables import ENDS, RowTables, condition, refused

VALUES = {"n": 5, "text": "mü", "flag": True, "double": 1.5, "raw": bytearray(b"\x01\x02"), "log": "t=42;x=1.5;"}


@pytest.fixture(scope="module")
def table(rows: RowTables) -> str:
    name = rows.table()
    rows.put(name, [("job", "j"), ("row", 1)], *VALUES.items())
    return name


def passes(rows: RowTables, table: str, test: Any) -> bool:
    """Whether a filter lets the row through; conditions of writes must say the same."""
    key = [("job", "j"), ("row", 1)]
    found = rows.get(table, key, column_filter=test)
    assert len(rows.range(table, *ENDS, column_filter=test)[2]) == (found is not None)
    given = (table, key, {"PUT": [("n", 5)]}, condition("IGNORE", test))
    if found is None:
        refused(403, "OTSConditionCheckFail", rows.update, *given)
    else:
        rows.update(*given)
        assert dict(found) == VALUES
    return found is not None


def is_(name: str, comparator: str, value: Any, **given: Any) -> SingleColumnCondition:
    return SingleColumnCondition(name, value, getattr(ComparatorType, comparator), **given)


def all_of(combinator: str, *tests: Any) -> CompositeColumnCondition:
    composite = CompositeColumnCondition(getattr(LogicalOperator, combinator))
    for test in tests:
        composite.add_sub_condition(test)
    return composite


@pytest.mark.parametrize(
    ("name", "less", "equal", "more"),
    [
        ("n", 4, 5, 6),
        ("n", -(2**63), 5, 2**63 - 1),
        ("text", "mz", "mü", "mü\0"),
        ("double", -1.5, 1.5, 1e300),
        ("raw", bytearray(b"\x01"), bytearray(b"\x01\x02"), bytearray(b"\x02")),
    ],
)
def test_values_are_compared(rows: RowTables, table: str, name: str, less: Any, equal: Any, more: Any) -> None:
    expected = {
        "EQUAL": (False, True, False),
        "NOT_EQUAL": (True, False, True),
        "GREATER_THAN": (True, False, False),
        "GREATER_EQUAL": (True, True, False),
        "LESS_THAN": (False, False, True),
        "LESS_EQUAL": (False, True, True),
    }
    for comparator, answers in expected.items():
        assert tuple(passes(rows, table, is_(name, comparator, value)) for value in (less, equal, more)) == answers


def test_values_of_other_types_are_other_values(rows: RowTables, table: str) -> None:
    others = {"n": (5.0, "5", True), "flag": (1, "True"), "double": (1, "1.5"), "raw": ("\x01\x02",), "text": (5,)}
    for name, values in others.items():
        for value in values:
            assert not passes(rows, table, is_(name, "EQUAL", value))
            assert passes(rows, table, is_(name, "NOT_EQUAL", value))
            assert not passes(rows, table, is_(name, "GREATER_EQUAL", value))


def test_a_column_that_is_missing(rows: RowTables, table: str) -> None:
    assert passes(rows, table, is_("nothing", "EQUAL", 1))
    assert passes(rows, table, is_("nothing", "EQUAL", 1, pass_if_missing=True))
    assert not passes(rows, table, is_("nothing", "EQUAL", 1, pass_if_missing=False))
    assert not passes(rows, table, is_("nothing", "NOT_EQUAL", 1, pass_if_missing=False))
    # A filter sees what is read: a column that is not among those to get is missing.
    key = [("job", "j"), ("row", 1)]
    strict = is_("n", "EQUAL", 5, pass_if_missing=False)
    assert rows.get(table, key, columns_to_get=["text"], column_filter=strict) is None
    assert rows.get(table, key, columns_to_get=["text", "n"], column_filter=strict) == [("n", 5), ("text", "mü")]
    # The official client cannot send these two: it has no way to write the value that they lack.
    given = {"table_name": table, "primary_key": write_key(["job", "row"], ["j", 1]), "max_versions": 1}
    for name in ("n", "nothing"):
        for comparator in (pb.CT_EXIST, pb.CT_NOT_EXIST):
            test = single(b"")
            test.comparator, test.column_name = comparator, name
            answer = rows.ask("GetRow", filter=wire(pb.FT_SINGLE_COLUMN_VALUE, test), **given)
            assert bool(answer.row) == ((name == "n") == (comparator == pb.CT_EXIST))


def test_conditions_are_combined(rows: RowTables, table: str) -> None:
    yes, no = is_("n", "EQUAL", 5), is_("n", "EQUAL", 6)
    answers = {}
    for left, right in ((yes, yes), (yes, no), (no, yes), (no, no)):
        for combinator in ("AND", "OR"):
            answers[left is yes, right is yes, combinator] = passes(rows, table, all_of(combinator, left, right))
    assert answers == {
        (left, right, combinator): (left and right if combinator == "AND" else left or right)
        for left in (True, False)
        for right in (True, False)
        for combinator in ("AND", "OR")
    }
    assert passes(rows, table, all_of("NOT", no)) and not passes(rows, table, all_of("NOT", yes))
    assert passes(rows, table, all_of("AND", yes, all_of("NOT", no), all_of("OR", no, no, yes)))


def test_older_versions_count_where_asked(rows: RowTables) -> None:
    table, key, now = rows.table(max_version=3), [("job", "j"), ("row", 1)], rows.now()
    rows.put(table, key, ("n", 1, now), ("n", 2, now + 1), ("n", 3, now + 2))
    for newest, most, found in ((True, 3, False), (False, 3, True), (False, 2, False)):
        test = is_("n", "EQUAL", 1, latest_version_only=newest)
        assert (rows.get(table, key, max_version=most, column_filter=test) is not None) == found
    rows.update(table, key, {"PUT": [("x", 1)]}, condition("IGNORE", is_("n", "EQUAL", 1, latest_version_only=False)))


def test_a_part_of_a_text_is_compared(rows: RowTables, table: str) -> None:
    def part(regex: str, cast: Any, comparator: str, value: Any, **given: Any) -> bool:
        rule = RegexRule(regex, cast)
        test = SingleColumnRegexCondition("log", getattr(ComparatorType, comparator), value, rule, **given)
        assert test.get_type() == ColumnConditionType.SINGLE_COLUMN_REGEX_CONDITION
        return passes(rows, table, test)

    assert part("t=([0-9]+);", CastType.VT_INTEGER, "GREATER_THAN", 41)
    assert not part("t=([0-9]+);", CastType.VT_INTEGER, "GREATER_THAN", 42)
    assert part("x=([0-9.]+);", CastType.VT_DOUBLE, "EQUAL", 1.5)
    assert part("t=[0-9]+", CastType.VT_STRING, "EQUAL", "t=42")


def test_a_page_of_columns(rows: RowTables, table: str) -> None:
    names = sorted(VALUES)
    key = write_key(["job", "row"], ["j", 1])
    page = pb.ColumnPaginationFilter(offset=1, limit=2).SerializeToString()
    test = pb.Filter(type=pb.FT_COLUMN_PAGINATION, filter=page).SerializeToString()
    answer = rows.ask("GetRow", table_name=table, primary_key=key, max_versions=1, filter=test)
    assert [cell.name for cell in read_row(answer.row).cells] == names[1:3]


def wire(kind: int, message: Any) -> bytes:
    return bytes(pb.Filter(type=kind, filter=message.SerializeToString()).SerializeToString())


def single(value: bytes = write_variant(1)) -> pb.SingleColumnValueFilter:
    return pb.SingleColumnValueFilter(
        comparator=pb.CT_EQUAL, column_name="n", column_value=value, filter_if_missing=True, latest_version_only=True
    )


def test_filters_that_cannot_be(rows: RowTables, table: str) -> None:
    invalid, one = (400, "OTSParameterInvalid"), is_("n", "EQUAL", 5)
    key = [("job", "j"), ("row", 1)]

    def reading(test: Any) -> str:
        return refused(*invalid, rows.get, table, key, column_filter=test)

    def sent(test: bytes) -> str:
        given = {"table_name": table, "primary_key": write_key(["job", "row"], ["j", 1]), "max_versions": 1}
        return refused(*invalid, rows.ask, "GetRow", filter=test, **given)

    assert reading(all_of("NOT", one, one)) == "Invalid NOT operator: the number of sub-filters must be 1."
    assert reading(all_of("AND", one)) == "Invalid AND/OR operator: the number of sub-filters must be more than 1."
    assert reading(all_of("OR", *[one] * 32)) == "The count of filter exceeds the max: 32."
    assert passes(rows, table, all_of("OR", *[one] * 31))
    deep: Any = one
    for _ in range(32):
        deep = all_of("NOT", deep)
    assert reading(deep) == "The count of filter exceeds the max: 32."
    assert reading(is_("#", "EQUAL", 5)) == "Invalid column name: '#'."
    assert "CurrentLength:2097153" in reading(is_("text", "EQUAL", "x" * 2097153))
    assert refused(*invalid, rows.update, table, key, {"PUT": [("n", 5)]}, condition("IGNORE", deep)).startswith(
        "The count"
    )
    assert sent(b"\xff") == "Deserialize filter failed."
    assert sent(pb.Filter(type=pb.FT_SINGLE_COLUMN_VALUE, filter=b"\xff").SerializeToString()).endswith(
        "relation filter failed."
    )
    assert sent(wire(pb.FT_SINGLE_COLUMN_VALUE, single(b"\x0a"))).endswith("relation filter failed.")
    page = pb.ColumnPaginationFilter(offset=-1, limit=1)
    assert sent(wire(pb.FT_COLUMN_PAGINATION, page)).startswith("Offset in ColumnPaginationFilter")
    page = pb.ColumnPaginationFilter(offset=0, limit=0)
    assert sent(wire(pb.FT_COLUMN_PAGINATION, page)).startswith("Limit in ColumnPaginationFilter")
    composite = pb.CompositeColumnValueFilter(combinator=pb.LO_NOT)
    composite.sub_filters.add(type=pb.FT_COLUMN_PAGINATION, filter=page.SerializeToString())
    assert sent(wire(pb.FT_COMPOSITE_COLUMN_VALUE, composite)) == "Invalid type of sub-filter: FT_COLUMN_PAGINATION."
    broken = single(write_variant("x"))
    broken.value_trans_rule.regex = "("
    assert "regex" in sent(wire(pb.FT_SINGLE_COLUMN_VALUE, broken))
