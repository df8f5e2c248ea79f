"""Requests that no client sends: each is refused in the service's words, and takes no more time than others."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
import tablestore as ots

from support import tablestore_clients
from yunfn.localcloud.alibaba.tablestore.messages import MOST_PARTS
from yunfn.localcloud.alibaba.tablestore.plain_buffer import write_key, write_variant
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.responses import transfer_rules

from .row_tables import ENDS, RowTables, refused

INVALID = (400, "OTSParameterInvalid")
KEY = [("job", "j"), ("row", 1)]


@pytest.fixture(scope="module")
def table(rows: RowTables) -> str:
    name = rows.table()
    rows.put(name, KEY, ("log", "a" * 40 + "!"), ("n", 5))
    return name


def sent(rows: RowTables, operation: str, body: bytes) -> str:
    """The message of a refusal of these bytes."""
    return refused(*INVALID, tablestore_clients.sent, rows.client, operation, body)


def text(number: int, data: bytes) -> bytes:
    """A field of a message that is a text, whatever is in it."""
    return bytes((number << 3 | 2, len(data))) + data


def reading(table: str, **fields: Any) -> bytes:
    given = {"table_name": table, "primary_key": write_key(["job", "row"], ["j", 1]), "max_versions": 1, **fields}
    return bytes(pb.GetRowRequest(**given).SerializeToString())


def single(**fields: Any) -> pb.SingleColumnValueFilter:
    given = {"comparator": pb.CT_EQUAL, "column_name": "n", "column_value": write_variant(5)}
    return pb.SingleColumnValueFilter(**given, filter_if_missing=True, latest_version_only=True, **fields)


def filtered(table: str, data: bytes, kind: int = pb.FT_SINGLE_COLUMN_VALUE) -> bytes:
    return reading(table, filter=pb.Filter(type=kind, filter=data).SerializeToString())


@pytest.mark.parametrize("operation", ["GetRow", "DescribeTable", "DeleteTable", "ListStream", "CreateTable"])
def test_a_name_that_is_no_text_is_refused(rows: RowTables, operation: str) -> None:
    body = text(1, b"\xff\xfe")
    if operation == "GetRow":
        body += text(2, b"")
    if operation == "CreateTable":
        body = text(1, text(1, b"\xff")) + text(2, text(1, b""))
    assert sent(rows, operation, body) == "Failed to parse the ProtoBuf message. (Its table_name is not UTF-8.)"


def test_a_columns_name_that_is_no_text_is_refused(rows: RowTables, table: str) -> None:
    for number, field in ((3, "columns_to_get"), (8, "start_column")):
        assert sent(rows, "GetRow", reading(table) + text(number, b"\xff")).endswith(f"(Its {field} is not UTF-8.)")
    broken = single().SerializeToString().replace(text(2, b"n"), text(2, b"\xff"))
    assert sent(rows, "GetRow", filtered(table, broken)) == "Deserialize relation filter failed."


@pytest.mark.parametrize("name", ["", "a" * 256, "a/b", "*", "\0", "t\n", "é"])
def test_a_name_that_no_table_has_is_refused_before_policies_and_journal_see_it(rows: RowTables, name: str) -> None:
    nobody = rows.user({"Action": "ots:ListTable", "Resource": "*"})
    key = write_key(["job", "row"], ["j", 1])
    for operation, fields in (
        ("GetRow", {"table_name": name, "primary_key": key}),
        ("DescribeTable", {"table_name": name}),
        ("BatchGetRow", {"tables": [{"table_name": name, "primary_key": [key]}]}),
    ):
        assert refused(*INVALID, nobody.ask, operation, **fields) == f"Invalid table name: '{name}'."
        line = rows.cloud.run(lambda one: list(one.journal.lines())[-1])
        assert (line["resource"], "rights" in line) == (rows.instance, False)


def test_a_filter_without_all_its_parts_or_of_unknown_kinds_is_no_filter(rows: RowTables, table: str) -> None:
    whole = single().SerializeToString()
    unknown = whole.replace(bytes((1 << 3, pb.CT_EQUAL)), bytes((1 << 3, 99)), 1)
    for broken in (whole[:-2], whole[2:], unknown):
        assert sent(rows, "GetRow", filtered(table, broken)) == "Deserialize relation filter failed."
    kind = pb.Filter(type=1, filter=whole).SerializeToString().replace(b"\x08\x01", b"\x08\x09", 1)
    assert sent(rows, "GetRow", reading(table, filter=kind)) == "Deserialize filter failed."
    nothing = pb.CompositeColumnValueFilter(sub_filters=[pb.Filter(type=1, filter=whole)]).SerializePartialToString()
    assert sent(rows, "GetRow", filtered(table, nothing, 2)) == "Deserialize composite filter failed."


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"regex": "(" * 500 + ")" * 500}, "Invalid regex"),
        ({"regex": "a{99999999999999}"}, "Invalid regex"),
        ({"regex": "a?" * 1000}, "more than 1024 characters"),
        ({"regex": "a", "cast_type": pb.VT_BLOB}, "Invalid cast type of the value transfer rule: VT_BLOB."),
        ({"regex": "a", "cast_type": pb.VT_NULL}, "Invalid cast type of the value transfer rule: VT_NULL."),
        # For forty letters it would take minutes.
        ({"regex": "(a|aa)+$"}, "takes too long"),
    ],
)
def test_an_expression_ends_in_time(
    rows: RowTables, table: str, rule: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_rules, "_LONGEST_SEARCH", 0.05)
    test = single(value_trans_rule=rule)
    test.column_name, test.column_value = "log", write_variant("a")
    assert words in sent(rows, "GetRow", filtered(table, test.SerializeToString()))


def test_a_group_that_matched_nothing_is_not_the_text_none(rows: RowTables, table: str) -> None:
    test = single(value_trans_rule={"regex": "(q)?!"})
    test.column_name, test.column_value = "log", write_variant("None")
    key = write_key(["job", "row"], ["j", 1])
    wire = pb.Filter(type=1, filter=test.SerializeToString()).SerializeToString()
    assert not rows.ask("GetRow", table_name=table, primary_key=key, max_versions=1, filter=wire).row


def test_batches_of_very_many_tables_are_refused_at_once(rows: RowTables, table: str) -> None:
    key = write_key(["job", "row"], ["j", 1])
    began = rows.cpu()
    many = [{"table_name": f"n{number}", "primary_key": [key]} for number in range(4000)]
    assert refused(*INVALID, rows.ask, "BatchGetRow", tables=many) == "Rows count exceeds the upper limit: 100."
    more = text(1, b"") * 500_000
    assert sent(rows, "BatchGetRow", more).endswith(f"(It has more than {MOST_PARTS} parts.)")
    some = text(1, b"") * 5000
    assert len(sent(rows, "BatchWriteRow", some)) < 1000
    many = [{"table_name": f"n{number}"} for number in range(5000)]
    for operation, limit in (("BatchGetRow", 100), ("BatchWriteRow", 200)):
        assert refused(*INVALID, rows.ask, operation, tables=many) == f"Rows count exceeds the upper limit: {limit}."
    empty = [{"table_name": table, "max_versions": 1}]
    assert refused(*INVALID, rows.ask, "BatchGetRow", tables=empty) == f"No row is specified for table: '{table}'."
    assert rows.cpu() - began < 2


def test_a_range_ends_after_four_megabytes_of_rows_that_a_filter_leaves_out(rows: RowTables) -> None:
    wide = rows.table()
    rows.fill(wide, [(("j", n), {"a": "x" * 1_048_576}) for n in range(6)])
    none = ots.SingleColumnCondition("a", "y", ots.ComparatorType.EQUAL, pass_if_missing=False)
    _, following, found = rows.range(wide, *ENDS, column_filter=none)
    assert (following, found) == ([("job", "j"), ("row", 4)], [])


def test_a_range_reads_no_more_rows_than_it_answers(rows: RowTables, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows may have megabytes each: hundreds at once would take the machine's memory."""
    many = rows.table()
    rows.fill(many, [(("j", n), {"a": n}) for n in range(50)])
    documents: list[str] = []
    loads = json.loads

    def loaded(body: str) -> Any:
        documents.append(body)
        return loads(body)

    monkeypatch.setattr(json, "loads", loaded)
    _, following, found = rows.range(many, *ENDS, limit=2)
    monkeypatch.undo()
    assert (len(found), following) == (2, [("job", "j"), ("row", 2)])
    assert len([body for body in documents if '"written"' in body]) == 3


def test_a_cut_behind_the_longest_text_is_a_key(rows: RowTables) -> None:
    table, unit = rows.table(), 1024 * 1024
    longest = "a" * 1024
    rows.fill(table, [((longest, 1), {"a": "x" * unit}), (("b", 1), {"a": 1})])
    answer = rows.ask("ComputeSplitPointsBySize", table_name=table, split_size=1, split_size_unit_in_byte=unit)
    assert answer.split_points == [write_key(["job"], ["b"])]


def test_lengths_that_are_not_there_are_not_reserved(rows: RowTables, table: str) -> None:
    key = write_key(["job", "row"], ["j", 1])
    for size in (2**31 - 1, -1, -(2**31)):
        broken = key.replace(struct.pack("<i", 3), struct.pack("<i", size), 1)
        body = pb.GetRowRequest(table_name=table, primary_key=broken, max_versions=1).SerializeToString()
        assert sent(rows, "GetRow", body)
