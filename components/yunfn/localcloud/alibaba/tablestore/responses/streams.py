"""The operations on streams: ListStream, DescribeStream, GetShardIterator, GetStreamRecord.

Stream and iterator name their table, so that the right to each can be asked before either is looked for. A read that
finds nothing new answers the iterator that it was given: the official clients' samples end there.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from yunfn.localcloud.alibaba.tablestore.exceptions import (
    ParameterInvalid,
    ShardNotFound,
    StreamNotFound,
    TrimmedDataAccess,
)
from yunfn.localcloud.alibaba.tablestore.models.streams import Change, Stream
from yunfn.localcloud.alibaba.tablestore.models.table_key import TableKey
from yunfn.localcloud.alibaba.tablestore.plain_buffer.row import BufferRow, Cell, CellOperation
from yunfn.localcloud.alibaba.tablestore.plain_buffer.stream_record import write_record
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.request import DataCall, Operation
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState

# How much one read answers; that the cloud ends reads by size too is documented, the figures are not.
_MOST_RECORDS = 1000
_MOST_BYTES = 4 * 1024 * 1024
# "GetStreamRecord": read units are the data's size by 4 KB, rounded up.
_UNIT_BYTES = 4096

# A table's name and when its stream was turned on.
_STREAM_ID = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,254})_[0-9]{1,19}")
# What _iterator writes, before base64. Anything else, which may come from outside, is not even parsed.
_ITERATOR = re.compile(rb'\["([A-Za-z0-9_]{1,275})", ([0-9]{1,16})\]')

_ACTIONS = {"PutRow": pb.PUT_ROW, "UpdateRow": pb.UPDATE_ROW, "DeleteRow": pb.DELETE_ROW}
_OPERATIONS = {
    "Put": None,
    "DeleteOneVersion": CellOperation.DELETE_ONE_VERSION,
    "DeleteAllVersions": CellOperation.DELETE_ALL_VERSIONS,
}


def list_stream(state: TablestoreState, data: DataCall) -> pb.ListStreamResponse:
    """ListStream: the streams of the instance, or of one table."""
    table = data.message.table_name or None
    data.require(table)
    if table is not None:
        state.table(data.instance, table)
    found = state.streams.of_instance(data.account, data.region, data.instance.name.lower())
    listed = [
        pb.Stream(stream_id=each.id, table_name=each.table.table, creation_time=each.created)
        for each in found
        if table is None or each.table.table == table
    ]
    return pb.ListStreamResponse(streams=listed)


def describe_stream(state: TablestoreState, data: DataCall) -> pb.DescribeStreamResponse:
    """DescribeStream: a stream's one shard, and how many hours it keeps a change."""
    asked = data.message
    stream = _stream(state, data, asked.stream_id)
    if asked.HasField("shard_limit") and asked.shard_limit < 1:
        raise ParameterInvalid("The shard limit must be at least 1.")
    if asked.HasField("inclusive_start_shard_id") and asked.inclusive_start_shard_id != stream.shard:
        raise ShardNotFound
    return pb.DescribeStreamResponse(
        stream_id=stream.id,
        expiration_time=stream.hours,
        table_name=stream.table.table,
        creation_time=stream.created,
        stream_status=pb.STREAM_ACTIVE,
        shards=[pb.StreamShard(shard_id=stream.shard)],
    )


def get_shard_iterator(state: TablestoreState, data: DataCall) -> pb.GetShardIteratorResponse:
    """GetShardIterator: where the oldest record is, or the first one at or after a time (microseconds)."""
    asked = data.message
    stream = _stream(state, data, asked.stream_id)
    if asked.shard_id != stream.shard:
        raise ShardNotFound
    if asked.HasField("timestamp"):
        number = state.streams.since(stream, asked.timestamp)
    else:
        number = state.streams.oldest(stream)
    return pb.GetShardIteratorResponse(shard_iterator=_iterator(stream, number))


def get_stream_record(state: TablestoreState, data: DataCall) -> pb.GetStreamRecordResponse:
    """GetStreamRecord: what is there from an iterator on, and the iterator behind it."""
    asked = data.message
    stream_id, number = _read_iterator(asked.shard_iterator)
    try:
        stream = _stream(state, data, stream_id)
    except StreamNotFound:
        raise TrimmedDataAccess from None
    if asked.HasField("limit") and asked.limit < 1:
        raise ParameterInvalid("The limit must be at least 1.")
    if asked.HasField("table_name") and asked.table_name != stream.table.table:
        raise ParameterInvalid(f"The shard iterator is not one of table '{asked.table_name}'.")
    if not state.streams.oldest(stream) <= number <= state.streams.next_number(stream):
        raise TrimmedDataAccess
    limit = min(asked.limit or _MOST_RECORDS, _MOST_RECORDS)
    answer = pb.GetStreamRecordResponse()
    size = 0
    for record in state.streams.records(stream, number, limit):
        written = write_record(_row(record.change), record.time, 0)
        if size and size + len(written) > _MOST_BYTES:
            break
        answer.stream_records.add(action_type=_ACTIONS[record.change.kind], record=written)
        size += len(written)
        number = record.number + 1
    answer.next_shard_iterator = _iterator(stream, number)
    answer.consumed.capacity_unit.read = -(-size // _UNIT_BYTES)
    answer.may_more_record = number < state.streams.next_number(stream)
    return answer


OPERATIONS: dict[str, Operation] = {
    "ListStream": list_stream,
    "DescribeStream": describe_stream,
    "GetShardIterator": get_shard_iterator,
    "GetStreamRecord": get_stream_record,
}


def _stream(state: TablestoreState, data: DataCall, stream_id: str) -> Stream:
    """The stream of that id, once the caller may do the operation on its table."""
    named = _STREAM_ID.fullmatch(stream_id)
    if named is None:
        raise StreamNotFound
    table = named[1]
    data.require(table)
    key = TableKey(data.account, data.region, data.instance.name.lower(), table)
    found = state.streams.of_table(key)
    if found is None or found.id != stream_id:
        raise StreamNotFound
    return found


def _iterator(stream: Stream, number: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([stream.id, number]).encode()).decode()


def _read_iterator(text: str) -> tuple[str, int]:
    try:
        found = _ITERATOR.fullmatch(base64.urlsafe_b64decode(text))
    except (binascii.Error, ValueError):
        raise TrimmedDataAccess from None
    if found is None:
        raise TrimmedDataAccess
    return found[1].decode(), int(found[2])


def _row(change: Change) -> BufferRow:
    key = tuple(Cell(name, value) for name, value in change.primary_key)
    cells = tuple(Cell(name, value, version, _OPERATIONS[kind]) for kind, name, value, version in change.columns)
    return BufferRow(key, cells)
