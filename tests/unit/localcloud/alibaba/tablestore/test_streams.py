"""Streams on the wire: asked by the official client's own connection, which signs, and checks what comes back."""

from __future__ import annotations

import base64
import struct
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tablestore import CapacityUnit, OTSServiceError, ReservedThroughput, TableMeta, TableOptions
from tablestore.plainbuffer.plain_buffer_coded_stream import PlainBufferCodedInputStream
from tablestore.plainbuffer.plain_buffer_stream import PlainBufferInputStream

from support.tablestore_clients import asked, table_client, told
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.tablestore import TablestoreService
from yunfn.localcloud.alibaba.tablestore.events import TableChanged
from yunfn.localcloud.alibaba.tablestore.models.instances import Instance
from yunfn.localcloud.alibaba.tablestore.models.streams import Change
from yunfn.localcloud.alibaba.tablestore.models.table_key import TableKey
from yunfn.localcloud.alibaba.tablestore.plain_buffer import Cell, CellOperation, read_row
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.keys import AccessKey, Principal

REGION = "cn-shanghai"
# What the tail of a record is: the extension with its place, then the row's checksum.
TAIL = struct.Struct("<bibibibqbibB")


class Shop:
    """An instance, and what its streams hold."""

    def __init__(self, cloud: ServedCloud, key: AccessKey | None = None) -> None:
        self.cloud = cloud
        self.client = table_client(cloud.proxy, key or cloud.root, "shop")

    def ask(self, operation: str, **fields: Any) -> Any:
        """The answer of an operation that the client has not, by all that it has for the others."""
        return asked(self.client, operation, **fields)

    def refused(self, status: int, code: str, operation: str, **fields: Any) -> str:
        """The message of a refusal that must have this status and code."""
        with pytest.raises(OTSServiceError) as caught:
            self.ask(operation, **fields)
        return told(caught.value, status, code)

    def table(self, name: str, hours: int = 24) -> TableKey:
        """A new table with a stream."""
        meta = TableMeta(name, [("id", "INTEGER")])
        self.client.create_table(meta, TableOptions(), ReservedThroughput(CapacityUnit(0, 0)))
        self.ask("UpdateTable", table_name=name, stream_spec={"enable_stream": True, "expiration_time": hours})
        return TableKey(self.cloud.account, REGION, "shop", name)

    def happened(self, key: TableKey, *changes: Change) -> None:
        def append(one: Any) -> None:
            for change in changes:
                one.find(TablestoreService).state.streams.append(key, change)

        self.cloud.run(append)

    def opened(self, key: TableKey, **fields: Any) -> str:
        """An iterator of the table's stream."""
        (stream,) = self.ask("ListStream", table_name=key.table).streams
        (shard,) = self.ask("DescribeStream", stream_id=stream.stream_id).shards
        where = {"stream_id": stream.stream_id, "shard_id": shard.shard_id}
        return str(self.ask("GetShardIterator", **where, **fields).shard_iterator)

    def later(self, seconds: float) -> None:
        self.cloud.run(lambda one: one.clock.move(seconds))


def put(number: int, **columns: Any) -> Change:
    return Change("PutRow", (("id", number),), tuple(("Put", name, value, 7) for name, value in columns.items()))


def decoded(record: Any) -> tuple[Any, Any, int]:
    """Key and columns as the official client reads them, and the time in the extension, which it cannot.

    Nor does it read an update: it stumbles over the mark of a deleted column (6.4.8, ``read_column``).
    """
    body, tail = record.record[: -TAIL.size], TAIL.unpack(record.record[-TAIL.size :])
    assert tail[:8] == (0x0B, 24, 0x0C, 19, 0x0D, 0, 0x0E, tail[7])
    assert tail[8:11] == (0x0F, 0, 0x09)
    if record.action_type == pb.UPDATE_ROW:
        row = read_row(body + record.record[-2:])
        return row.primary_key, row.cells, tail[7]
    plain = PlainBufferCodedInputStream(PlainBufferInputStream(body + record.record[-2:]))
    key, columns = plain.read_row()
    return key, columns, tail[7]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    with served(tmp_path_factory.mktemp("streams") / "home", [RamService, TablestoreService]) as cloud:
        instance = Instance(cloud.account, REGION, "shop")
        cloud.run(lambda one: one.find(TablestoreService).state.instances.insert(instance))
        yield cloud


@pytest.fixture
def shop(cloud: ServedCloud) -> Shop:
    return Shop(cloud)


def test_streams_are_listed_and_described(shop: Shop) -> None:
    key = shop.table("listed", hours=3)
    shop.table("other")
    told = shop.client.describe_table("listed")
    assert told.table_meta.table_name == "listed"
    names = [stream.table_name for stream in shop.ask("ListStream").streams]
    assert {"listed", "other"} <= set(names)
    (stream,) = shop.ask("ListStream", table_name=key.table).streams
    assert abs(stream.creation_time / 1e6 - time.time()) < 60
    described = shop.ask("DescribeStream", stream_id=stream.stream_id)
    assert (described.table_name, described.expiration_time) == ("listed", 3)
    assert (described.creation_time, described.stream_status) == (stream.creation_time, pb.STREAM_ACTIVE)
    details = shop.ask("DescribeTable", table_name="listed").stream_details
    assert (details.enable_stream, details.stream_id, details.expiration_time) == (True, stream.stream_id, 3)
    (shard,) = described.shards
    again = shop.ask("DescribeStream", stream_id=stream.stream_id, inclusive_start_shard_id=shard.shard_id)
    assert list(again.shards) == [shard]


def test_changes_come_in_order_as_the_clients_read_them(shop: Shop) -> None:
    key = shop.table("changed")
    iterator = shop.opened(key)
    update = (
        ("Put", "a", True, 12),
        ("Put", "b", 1.5, 13),
        ("Put", "c", b"\x00\xff", 14),
        ("DeleteOneVersion", "d", None, 15),
        ("DeleteAllVersions", "e", None, None),
    )
    shop.happened(
        key, put(1, x="ü", y=-5), Change("UpdateRow", (("id", 2),), update), Change("DeleteRow", (("id", 1),))
    )
    answer = shop.ask("GetStreamRecord", shard_iterator=iterator)
    kinds = [record.action_type for record in answer.stream_records]
    assert kinds == [pb.PUT_ROW, pb.UPDATE_ROW, pb.DELETE_ROW]
    (first, second, third) = [decoded(record) for record in answer.stream_records]
    assert first[:2] == ([("id", 1)], [("x", "ü", 7), ("y", -5, 7)])
    assert second[:2] == (
        (Cell("id", 2),),
        (
            Cell("a", True, 12),
            Cell("b", 1.5, 13),
            Cell("c", b"\x00\xff", 14),
            Cell("d", None, 15, CellOperation.DELETE_ONE_VERSION),
            Cell("e", None, None, CellOperation.DELETE_ALL_VERSIONS),
        ),
    )
    assert third[:2] == ([("id", 1)], [])
    assert first[2] <= second[2] <= third[2]
    assert abs(third[2] / 1e6 - time.time()) < 60
    assert (answer.consumed.capacity_unit.read, answer.may_more_record) == (1, False)
    # Nothing new: the same iterator again, by which clients know that they are at the end.
    after = shop.ask("GetStreamRecord", shard_iterator=answer.next_shard_iterator)
    assert (list(after.stream_records), after.next_shard_iterator) == ([], answer.next_shard_iterator)
    assert after.consumed.capacity_unit.read == 0


def test_reads_go_by_limit_and_time(shop: Shop) -> None:
    key = shop.table("paged")
    shop.happened(key, *(put(number) for number in range(5)))
    seen, iterator = [], shop.opened(key)
    while True:
        answer = shop.ask("GetStreamRecord", shard_iterator=iterator, limit=2, table_name="paged")
        seen += [decoded(record)[0][0][1] for record in answer.stream_records]
        assert answer.may_more_record == (len(seen) < 5)
        if answer.next_shard_iterator == iterator:
            break
        iterator = answer.next_shard_iterator
    assert seen == [0, 1, 2, 3, 4]
    shop.later(60)
    middle = int(shop.cloud.run(lambda one: one.clock.time()) * 1e6)
    shop.happened(key, put(5))
    answer = shop.ask("GetStreamRecord", shard_iterator=shop.opened(key, timestamp=middle))
    assert [decoded(record)[0] for record in answer.stream_records] == [[("id", 5)]]
    late = shop.opened(key, timestamp=middle + 3_600_000_000)
    assert not shop.ask("GetStreamRecord", shard_iterator=late).stream_records
    shop.later(-60)


def test_large_changes_come_in_reads_of_a_bounded_size(shop: Shop) -> None:
    key = shop.table("large")
    shop.happened(key, *(put(number, x=b"x" * 1_900_000) for number in range(3)))
    iterator = shop.opened(key)
    sizes = []
    for _ in range(2):
        answer = shop.ask("GetStreamRecord", shard_iterator=iterator)
        sizes.append(len(answer.stream_records))
        iterator = answer.next_shard_iterator
    assert sizes == [2, 1]


def test_changes_expire_by_the_clouds_clock_and_old_iterators_with_them(shop: Shop) -> None:
    key = shop.table("expiring", hours=1)
    iterator = shop.opened(key)
    shop.happened(key, put(1))
    shop.later(1800)
    shop.happened(key, put(2))
    shop.later(1801)
    shop.refused(404, "OTSTrimmedDataAccess", "GetStreamRecord", shard_iterator=iterator)
    left = shop.ask("GetStreamRecord", shard_iterator=shop.opened(key))
    assert [decoded(record)[0] for record in left.stream_records] == [[("id", 2)]]
    shop.later(1801)
    assert not shop.ask("GetStreamRecord", shard_iterator=left.next_shard_iterator).stream_records
    shop.later(-3 * 1801)


def test_a_stream_turned_off_or_whose_table_is_gone_is_there_no_more(shop: Shop) -> None:
    key = shop.table("offs")
    shop.happened(key, put(1))
    iterator = shop.opened(key)
    (stream,) = shop.ask("ListStream", table_name=key.table).streams
    shop.ask("UpdateTable", table_name="offs", stream_spec={"enable_stream": False})
    shop.happened(key, put(2))
    assert not shop.ask("ListStream", table_name="offs").streams
    shop.refused(404, "OTSObjectNotExist", "DescribeStream", stream_id=stream.stream_id)
    shop.refused(404, "OTSTrimmedDataAccess", "GetStreamRecord", shard_iterator=iterator)
    shop.ask("UpdateTable", table_name="offs", stream_spec={"enable_stream": True, "expiration_time": 24})
    again = shop.ask("GetStreamRecord", shard_iterator=shop.opened(key))
    assert not again.stream_records
    shop.happened(key, put(3))
    shop.client.delete_table("offs")
    shop.refused(404, "OTSObjectNotExist", "ListStream", table_name="offs")
    left = shop.cloud.run(lambda one: [kind for _, _, kind, _ in one.store.kinds("ots/") if kind.endswith("/offs")])
    assert left == []


def test_what_is_wrong_is_refused(shop: Shop) -> None:
    key = shop.table("wrong")
    iterator = shop.opened(key)
    (stream,) = shop.ask("ListStream", table_name=key.table).streams
    shop.refused(404, "OTSObjectNotExist", "DescribeStream", stream_id="wrong_1")
    shop.refused(404, "OTSObjectNotExist", "DescribeStream", stream_id="nonsense")
    shop.refused(404, "OTSObjectNotExist", "GetShardIterator", stream_id=stream.stream_id, shard_id="x")
    shop.refused(400, "OTSParameterInvalid", "GetStreamRecord", shard_iterator=iterator, limit=0)
    shop.refused(400, "OTSParameterInvalid", "GetStreamRecord", shard_iterator=iterator, table_name="listed")
    for broken in ("", "x", "####", "bnVsbA==", "WyJ3cm9uZ18xIiwgMF0="):
        shop.refused(404, "OTSTrimmedDataAccess", "GetStreamRecord", shard_iterator=broken)
    # What is JSON, and yet no iterator: numbers without end, halves of characters, depths.
    for text in ('["wrong_1", 1e999]', '["\\ud800_1", 0]', "[" * 100_000, '["wrong_1", -1]', "[[], 0]", '["é_1", 0]'):
        broken = base64.urlsafe_b64encode(text.encode()).decode()
        shop.refused(404, "OTSTrimmedDataAccess", "GetStreamRecord", shard_iterator=broken)


def test_each_operation_takes_its_right_on_the_table(shop: Shop) -> None:
    key = shop.table("guarded")
    iterator = shop.opened(key)
    (stream,) = shop.ask("ListStream", table_name=key.table).streams
    (shard,) = shop.ask("DescribeStream", stream_id=stream.stream_id).shards
    user = shop.cloud.run(lambda one: one.keys.create(Principal(one.account, "user", "nobody")))
    nobody = Shop(shop.cloud, user)
    about = {
        "ListStream": {"table_name": "guarded"},
        "DescribeStream": {"stream_id": stream.stream_id},
        "GetShardIterator": {"stream_id": stream.stream_id, "shard_id": shard.shard_id},
        "GetStreamRecord": {"shard_iterator": iterator},
    }
    for operation, fields in about.items():
        message = nobody.refused(403, "OTSNoPermissionAccess", operation, **fields)
        assert f"ots:{operation} on acs:ots:{REGION}:{key.account}:instance/shop/table/guarded" in message
    # The streams of a whole instance are the instance's.
    assert "instance/shop." in nobody.refused(403, "OTSNoPermissionAccess", "ListStream")
    # Whether a stream is there is nobody's to know either.
    nobody.refused(403, "OTSNoPermissionAccess", "DescribeStream", stream_id="missing_1")


def test_each_change_is_told(shop: Shop) -> None:
    key = shop.table("told")
    seen: list[TableChanged] = []
    shop.cloud.run(lambda one: one.events.subscribe(TableChanged, seen.append))
    shop.happened(key, put(1), put(2))
    assert [event for event in seen if event.table == "told"] == [TableChanged(*key)] * 2
