"""GetRange and ComputeSplitPointsBySize, by the official client and its connection."""

from __future__ import annotations

from typing import Any

import pytest
import tablestore as ots
from tablestore import INF_MAX, INF_MIN

from yunfn.localcloud.alibaba.tablestore.plain_buffer import Cell, read_row

from .row_tables import ENDS, RowTables, refused


def key(job: Any, row: Any) -> list[tuple[str, Any]]:
    return [("job", job), ("row", row)]


@pytest.fixture(scope="module")
def six(rows: RowTables) -> str:
    """A table of (a, b, c) by (1, 2)."""
    table = rows.table()
    rows.fill(table, [((job, row), {"c": f"{job}{row}"}) for job in "abc" for row in (1, 2)])
    return table


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (key(INF_MIN, INF_MIN), key(INF_MAX, INF_MAX), "a1 a2 b1 b2 c1 c2"),
        (key("a", 1), key("a", 2), "a1"),
        (key("a", 1), key("c", 1), "a1 a2 b1 b2"),
        (key("a", 2), key("c", 2), "a2 b1 b2 c1"),
        (key("a", INF_MIN), key("a", INF_MAX), "a1 a2"),
        (key("a", INF_MAX), key("b", INF_MIN), ""),
        (key("a", INF_MAX), key("c", INF_MIN), "b1 b2"),
        (key("aa", 0), key("b", 2), "b1"),
        (key("", -(2**63)), key("b", INF_MIN), "a1 a2"),
    ],
)
def test_rows_from_one_key_to_another(rows: RowTables, six: str, start: Any, end: Any, found: str) -> None:
    up = [row.attribute_columns[0][1] for row in rows.range(six, start, end)[2]]
    assert up == found.split()
    assert "less than" in refused(400, "OTSParameterInvalid", rows.range, six, end, start)
    # Down, the ends change roles: the start is in, the end is out.
    down = [row.attribute_columns[0][1] for row in rows.range(six, end, start, direction="BACKWARD")[2]]
    named = {(job, row): f"{job}{row}" for job in "abc" for row in (1, 2)}
    at_start, at_end = (named.get((ends[0][1], ends[1][1])) for ends in (start, end))
    between = [name for name in up if name != at_start]
    assert down == [*([at_end] if at_end else []), *reversed(between)]
    assert "more than" in refused(400, "OTSParameterInvalid", rows.range, six, start, end, direction="BACKWARD")


@pytest.mark.parametrize("direction", ["FORWARD", "BACKWARD"])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 7])
def test_a_reader_goes_on_where_the_limit_stopped_it(rows: RowTables, six: str, direction: str, limit: int) -> None:
    start, end = ENDS if direction == "FORWARD" else reversed(ENDS)
    parts: list[list[str]] = []
    at = start
    while at is not None:
        _, at, found = rows.range(six, at, end, limit=limit, direction=direction)
        parts.append([row.attribute_columns[0][1] for row in found])
    assert [len(part) for part in parts] == [limit] * (6 // limit) + ([6 % limit] if 6 % limit else [])
    whole = ["a1", "a2", "b1", "b2", "c1", "c2"] if direction == "FORWARD" else ["c2", "c1", "b2", "b1", "a2", "a1"]
    assert [name for part in parts for name in part] == whole
    counter = ots.CapacityUnit(0, 0)
    given = {"count": 6, "max_version": 1}
    by_client = rows.xget_range(six, direction, start if direction == "FORWARD" else ENDS[1], end, counter, **given)
    assert [row.attribute_columns[0][1] for row in by_client] == whole


def test_a_range_ends_after_five_thousand_rows_and_after_four_megabytes(rows: RowTables) -> None:
    table = rows.table()
    rows.fill(table, [(("j", n), {"odd": n % 2}) for n in range(5003)])
    _, following, found = rows.range(table, *ENDS, limit=10_000)
    assert (len(found), following) == (5000, key("j", 5000))
    # Rows that a filter leaves out were looked at.
    none = ots.SingleColumnCondition("odd", 7, ots.ComparatorType.EQUAL)
    consumed, following, found = rows.range(table, *ENDS, column_filter=none)
    assert (consumed.read, following, found) == (11, key("j", 5000), [])
    odd = ots.SingleColumnCondition("odd", 1, ots.ComparatorType.EQUAL)
    _, following, found = rows.range(table, *ENDS, column_filter=odd, limit=3)
    assert ([row.primary_key[1][1] for row in found], following) == ([1, 3, 5], key("j", 6))
    wide = rows.table()
    rows.fill(wide, [(("j", n), {"a": "x" * 1_048_576}) for n in range(6)])
    consumed, following, found = rows.range(wide, *ENDS)
    assert (len(found), following) == (4, key("j", 4))
    assert consumed.read == 1025


def test_ranges_that_cannot_be(rows: RowTables, six: str) -> None:
    invalid = (400, "OTSParameterInvalid")
    for limit in (0, -1):
        assert refused(*invalid, rows.range, six, *ENDS, limit=limit) == "The limit must be greater than 0."
    assert "less than end key in FORWARD" in refused(*invalid, rows.range, six, key("a", 1), key("a", 1))
    message = refused(400, "OTSInvalidPK", rows.range, six, ENDS[0][:1], ENDS[1][:1])
    assert message == "Validate PK size fail. Input: 1, Meta: 2."
    message = refused(400, "OTSInvalidPK", rows.range, six, key(1, INF_MIN), ENDS[1])
    assert message == "Validate PK type fail. Input: VT_INTEGER, Meta: VT_STRING."
    assert "PKAutoIncr" in refused(*invalid, rows.range, six, key("a", ots.PK_AUTO_INCR), ENDS[1])
    refused(404, "OTSObjectNotExist", rows.range, "nothing", *ENDS)


def points(answer: Any) -> list[tuple[Cell, ...]]:
    return [read_row(point).primary_key for point in answer.split_points]


def test_a_table_is_cut_between_partition_keys(rows: RowTables) -> None:
    table, unit = rows.table(), 1024 * 1024
    megabyte = "x" * unit
    rows.fill(table, [((job, n), {"a": megabyte}) for job, many in (("a", 1), ("b", 3), ("c", 2)) for n in range(many)])
    rows.fill(table, [(("d", 1), {"a": 1})])
    answer = rows.ask("ComputeSplitPointsBySize", table_name=table, split_size=1, split_size_unit_in_byte=unit)
    assert points(answer) == [(Cell("job", "a\0"),), (Cell("job", "b\0"),), (Cell("job", "c\0"),)]
    assert [(column.name, column.type) for column in answer.schema] == [("job", 2), ("row", 1)]
    assert [(len(one.location), one.repeat) for one in answer.locations] == [(32, 4)]
    assert (answer.consumed.capacity_unit.read, answer.consumed.capacity_unit.write) == (1, 0)
    limited = {"table_name": table, "split_size": 1, "split_size_unit_in_byte": unit, "split_point_limit": 1}
    answer = rows.ask("ComputeSplitPointsBySize", **limited)
    assert (points(answer), answer.locations[0].repeat) == ([(Cell("job", "b\0"),)], 2)
    answer = rows.ask("ComputeSplitPointsBySize", table_name=table, split_size=2, split_size_unit_in_byte=unit)
    assert points(answer) == [(Cell("job", "b\0"),), (Cell("job", "c\0"),)]
    assert points(rows.ask("ComputeSplitPointsBySize", table_name=table, split_size=1)) == []


def test_cuts_that_cannot_be(rows: RowTables, six: str) -> None:
    def split(**fields: Any) -> str:
        return refused(400, "OTSParameterInvalid", rows.ask, "ComputeSplitPointsBySize", table_name=six, **fields)

    assert split(split_size=0) == "The split_size should be greater than 0."
    small = split(split_size=1, split_size_unit_in_byte=1000)
    assert small == "The split_size_unit_in_byte should be greater equal than: 1048576"
