"""Tables by the official client: as they were made, changed and deleted, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tablestore import (
    PK_AUTO_INCR,
    CapacityUnit,
    ReservedThroughput,
    SSESpecification,
    TableMeta,
    TableOptions,
)
from tablestore.metadata import SSEKeyType

from yunfn.localcloud.alibaba.tablestore import TablestoreService
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb

from .conftest import Control, Tables

NONE = ReservedThroughput(CapacityUnit(0, 0))


def key(*columns: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "type": kind} for name, kind in columns]


def test_a_table_is_described_as_it_was_made(tables: Tables) -> None:
    schema = [("job", "STRING"), ("row", "INTEGER", PK_AUTO_INCR), ("blob", "BINARY")]
    defined = [("name", "STRING"), ("size", "INTEGER"), ("rate", "DOUBLE"), ("on", "BOOLEAN"), ("raw", "BINARY")]
    meta = TableMeta("process", schema, defined)
    sealed = SSESpecification(True, SSEKeyType.SSE_KMS_SERVICE)
    options = TableOptions(86400, 3, 600, allow_update=False)
    tables.client.create_table(meta, options, ReservedThroughput(CapacityUnit(5, 7)), sse_spec=sealed)
    found = tables.client.describe_table("process")
    assert found.table_meta.schema_of_primary_key == schema
    assert found.table_meta.defined_columns == defined
    told = found.table_options
    assert (told.time_to_live, told.max_version, told.max_time_deviation) == (86400, 3, 600)
    assert told.allow_update is False
    units = found.reserved_throughput_details.capacity_unit
    assert (units.read, units.write) == (5, 7)
    assert (found.sse_details.enable, found.sse_details.key_type) == (True, pb.SSE_KMS_SERVICE)
    assert tables.client.list_table() == ("process",)
    # The Go client cannot do without these two; the Python client knows neither.
    whole = tables.ask("DescribeTable", table_name="process")
    assert (whole.table_status, whole.stream_details.enable_stream) == (pb.ACTIVE, False)


def test_a_table_is_sealed_with_a_key_of_ones_own(tables: Tables) -> None:
    """tablestore 6.4.8 cannot send it: it wants texts, and its message bytes."""
    spec = {"enable": True, "key_type": pb.SSE_BYOK, "key_id": b"key-1", "role_arn": b"acs:ram::1:role/kms"}
    tables.create("t", sse_spec=spec)
    assert tables.ask("DescribeTable", table_name="t").sse_details == pb.SSEDetails(**spec)


def test_a_table_may_be_made_of_its_key_alone(tables: Tables) -> None:
    tables.create("bare")
    found = tables.client.describe_table("bare").table_options
    assert (found.time_to_live, found.max_version, found.max_time_deviation, found.allow_update) == (
        -1, 1, 86400, True,
    )  # fmt: skip


@pytest.mark.parametrize("deviation", [0, 9_223_372_036_854])
def test_the_ends_of_a_deviation_are_taken(tables: Tables, deviation: int) -> None:
    tables.create("t", table_options={"deviation_cell_version_in_sec": deviation})
    assert tables.client.describe_table("t").table_options.max_time_deviation == deviation


def test_what_an_update_does_not_name_stays(tables: Tables) -> None:
    tables.create("t", table_options={"time_to_live": 86400, "max_versions": 2})
    changed = tables.client.update_table("t", TableOptions(time_to_live=-1, max_version=None, max_time_deviation=None))
    assert changed.table_options.time_to_live == -1
    assert changed.table_options.max_version == 2
    units = tables.client.update_table("t", reserved_throughput=ReservedThroughput(CapacityUnit(1, 2)))
    assert units.reserved_throughput_details.capacity_unit.write == 2
    assert units.table_options.max_version == 2
    assert tables.client.describe_table("t").reserved_throughput_details.capacity_unit.read == 1


def test_a_stream_is_turned_on_and_off(tables: Tables) -> None:
    tables.create("t", stream_spec={"enable_stream": True, "expiration_time": 24})
    on = tables.ask("DescribeTable", table_name="t").stream_details
    assert (on.enable_stream, on.expiration_time) == (True, 24)
    again = tables.ask("UpdateTable", table_name="t", stream_spec={"enable_stream": True}).stream_details
    assert again == on
    other = {"enable_stream": True, "expiration_time": 48}
    assert "for 24 hours" in tables.refused(
        400, "OTSParameterInvalid", "UpdateTable", table_name="t", stream_spec=other
    )
    off = tables.ask("UpdateTable", table_name="t", stream_spec={"enable_stream": False}).stream_details
    assert off == pb.StreamDetails(enable_stream=False)
    new = tables.ask("UpdateTable", table_name="t", stream_spec={"enable_stream": True}).stream_details
    assert (new.expiration_time, new.stream_id != on.stream_id) == (168, True)


def test_defined_columns_come_and_go(tables: Tables) -> None:
    tables.client.create_table(TableMeta("t", [("id", "STRING")], [("a", "STRING")]), TableOptions(), NONE)
    tables.ask("AddDefinedColumn", table_name="t", columns=[{"name": "b", "type": pb.DCT_BLOB}])
    assert tables.client.describe_table("t").table_meta.defined_columns == [("a", "STRING"), ("b", "BINARY")]
    for name in ("a", "id"):
        added = [{"name": name, "type": pb.DCT_STRING}]
        told = tables.refused(400, "OTSParameterInvalid", "AddDefinedColumn", table_name="t", columns=added)
        assert told == f"Duplicated column name: '{name}'."
    tables.ask("DeleteDefinedColumn", table_name="t", columns=["a"])
    assert tables.client.describe_table("t").table_meta.defined_columns == [("b", "BINARY")]
    told = tables.refused(400, "OTSParameterInvalid", "DeleteDefinedColumn", table_name="t", columns=["a"])
    assert "'a' does not exist" in told


def test_a_deleted_table_is_gone_with_its_stream(tables: Tables) -> None:
    tables.create("t", stream_spec={"enable_stream": True})
    tables.client.delete_table("t")
    assert tables.client.list_table() == ()
    for operation in ("DescribeTable", "DeleteTable"):
        told = tables.refused(404, "OTSObjectNotExist", operation, table_name="t")
        assert told == "Requested table does not exist."
    tables.create("t")
    assert not tables.ask("DescribeTable", table_name="t").stream_details.enable_stream


def test_a_table_is_made_once_and_by_its_exact_name(tables: Tables) -> None:
    tables.create("t", table_options={"max_versions": 7})
    meta = {"table_name": "t", "primary_key": key(("other", "INTEGER"))}
    asks = {"table_meta": meta, "reserved_throughput": {"capacity_unit": {}}}
    assert tables.refused(409, "OTSObjectAlreadyExist", "CreateTable", **asks) == "Requested table already exists."
    assert tables.client.describe_table("t").table_options.max_version == 7
    tables.create("T")
    assert tables.client.list_table() == ("T", "t")


INVALID: list[tuple[str, dict[str, Any]]] = [
    ("Invalid table name: '1t'.", {"table_meta": {"table_name": "1t", "primary_key": key(("id", "STRING"))}}),
    ("Invalid table name: ''.", {"table_meta": {"table_name": "", "primary_key": key(("id", "STRING"))}}),
    ("Invalid column name: 'a-b'.", {"table_meta": {"table_name": "t", "primary_key": key(("a-b", "STRING"))}}),
    ("primary key columns must be in range: [1, 4]", {"table_meta": {"table_name": "t"}}),
    (
        "primary key columns must be in range: [1, 4]",
        {"table_meta": {"table_name": "t", "primary_key": key(*((f"k{n}", "STRING") for n in range(5)))}},
    ),
    (
        "Duplicated primary key name: 'id'.",
        {"table_meta": {"table_name": "t", "primary_key": key(("id", "STRING"), ("id", "INTEGER"))}},
    ),
    (
        "BOOLEAN is an invalid type for the primary key.",
        {"table_meta": {"table_name": "t", "primary_key": key(("id", "PK_BOOLEAN"))}},
    ),
    (
        "not the partition key",
        {"table_meta": {"table_name": "t", "primary_key": [{"name": "id", "type": "INTEGER", "option": 1}]}},
    ),
    (
        "defined columns must be in range: [0, 32]",
        {
            "table_meta": {
                "table_name": "t",
                "primary_key": key(("id", "STRING")),
                "defined_column": [{"name": f"c{n}", "type": pb.DCT_STRING} for n in range(33)],
            }
        },
    ),
    ("Invalid time to live: 3600", {"table_options": {"time_to_live": 3600}}),
    ("Invalid max versions: 0", {"table_options": {"max_versions": 0}}),
    ("maximum deviation must be in range", {"table_options": {"deviation_cell_version_in_sec": -1}}),
    ("maximum deviation must be in range", {"table_options": {"deviation_cell_version_in_sec": 9_223_372_036_855}}),
    ("read capacity unit must be in range", {"reserved_throughput": {"capacity_unit": {"read": 100001}}}),
    ("expiration time of a stream", {"stream_spec": {"enable_stream": True, "expiration_time": 169}}),
    ("key type is required", {"sse_spec": {"enable": True}}),
    ("SSE_BYOK takes", {"sse_spec": {"enable": True, "key_type": pb.SSE_BYOK, "key_id": b"k"}}),
    ("no local transactions", {"enable_local_txn": True}),
    (
        "no secondary indexes",
        {"index_metas": [{"name": "i", "primary_key": ["a"], "index_update_mode": 0, "index_type": 0}]},
    ),
]


@pytest.mark.parametrize(("words", "fields"), INVALID, ids=lambda value: value if isinstance(value, str) else "")
def test_what_no_table_may_be_is_refused(tables: Tables, words: str, fields: dict[str, Any]) -> None:
    asks: dict[str, Any] = {
        "table_meta": {"table_name": "t", "primary_key": key(("id", "STRING"))},
        "reserved_throughput": {"capacity_unit": {}},
        **fields,
    }
    assert words in tables.refused(400, "OTSParameterInvalid", "CreateTable", **asks)
    assert tables.client.list_table() == ()


def test_a_refused_update_changes_nothing(tables: Tables) -> None:
    tables.create("t")
    before = tables.ask("DescribeTable", table_name="t")
    for fields in (
        {},
        {"stream_spec": {"enable_stream": True, "expiration_time": 0}, "table_options": {"max_versions": 2}},
        {"stream_spec": {"enable_stream": True}, "table_options": {"time_to_live": 1}},
    ):
        tables.refused(400, "OTSParameterInvalid", "UpdateTable", table_name="t", **fields)
    assert tables.ask("DescribeTable", table_name="t") == before


def test_a_capacity_instance_reserves_nothing(tables: Tables, control: Control) -> None:
    control.ask("CreateInstance", InstanceName="capacity", ClusterType="HYBRID")
    other = Tables(tables.cloud, "capacity")
    meta = {"table_name": "t", "primary_key": key(("id", "STRING"))}
    asks = {"table_meta": meta, "reserved_throughput": {"capacity_unit": {"write": 1}}}
    told = other.refused(400, "OTSParameterInvalid", "CreateTable", **asks)
    assert told == "Can not reserve write capacity unit on capacity cluster."
    control.ask("DeleteInstance", InstanceName="capacity")


def test_an_instance_holds_64_tables(tables: Tables) -> None:
    def fill(one: Any) -> None:
        state = one.find(TablestoreService).state
        table = next(state.tables.listed(state.instances.named(one.account, tables.instance)[0]))
        for number in range(63):
            state.tables.insert(type(table)(**{**vars_of(table), "name": f"t{number}"}))

    tables.create("first")
    tables.cloud.run(fill)
    meta = {"table_name": "more", "primary_key": key(("id", "STRING"))}
    asks = {"table_meta": meta, "reserved_throughput": {"capacity_unit": {}}}
    tables.refused(403, "OTSQuotaExhausted", "CreateTable", **asks)
    tables.client.delete_table("t0")
    tables.create("more")


def vars_of(table: Any) -> dict[str, Any]:
    return {name: getattr(table, name) for name in table.__slots__}
