"""SLS's protobuf messages: a group of logs with the same topic, source and tags.

The fields are those of ``sls_logs.proto`` (SLS "Data encoding"); texts are read as bytes, so that what is not
UTF-8 can be refused in SLS's own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from yunfn.localcloud.alibaba.log.exceptions import InvalidEncoding, PostBodyInvalid
from yunfn.localcloud.alibaba.log.models import LogEntry

_FIELD = descriptor_pb2.FieldDescriptorProto
_MESSAGES: dict[str, list[tuple[str, int, int, str]]] = {
    "Content": [("Key", 1, _FIELD.TYPE_BYTES, ""), ("Value", 2, _FIELD.TYPE_BYTES, "")],
    "Log": [
        ("Time", 1, _FIELD.TYPE_UINT32, ""),
        ("Contents", 2, _FIELD.TYPE_MESSAGE, "Content"),
        ("Time_ns", 4, _FIELD.TYPE_FIXED32, ""),
    ],
    "LogTag": [("Key", 1, _FIELD.TYPE_BYTES, ""), ("Value", 2, _FIELD.TYPE_BYTES, "")],
    "LogGroup": [
        ("Logs", 1, _FIELD.TYPE_MESSAGE, "Log"),
        ("Category", 2, _FIELD.TYPE_BYTES, ""),
        ("Topic", 3, _FIELD.TYPE_BYTES, ""),
        ("Source", 4, _FIELD.TYPE_BYTES, ""),
        ("MachineUUID", 5, _FIELD.TYPE_BYTES, ""),
        ("LogTags", 6, _FIELD.TYPE_MESSAGE, "LogTag"),
    ],
    "LogGroupList": [("LogGroups", 1, _FIELD.TYPE_MESSAGE, "LogGroup")],
}


def read_log_group(body: bytes) -> list[LogEntry]:
    """The logs of a PutLogs body; raises PostBodyInvalid or InvalidEncoding."""
    group = _message("LogGroup")()
    try:
        group.ParseFromString(body)
    except DecodeError:
        raise PostBodyInvalid("Protobuffer content cannot be parsed") from None
    try:
        topic, source = group.Topic.decode(), group.Source.decode()
        tags = {one.Key.decode(): one.Value.decode() for one in group.LogTags}
        return [
            LogEntry(
                time=log.Time,
                contents={one.Key.decode(): one.Value.decode() for one in log.Contents},
                topic=topic,
                source=source,
                tags=tags,
            )
            for log in group.Logs
        ]
    except UnicodeDecodeError:
        raise InvalidEncoding from None


def write_log_groups(groups: Sequence[Sequence[LogEntry]]) -> bytes:
    """A PullLogs body: each group of entries shares topic, source and tags."""
    answer = _message("LogGroupList")()
    for entries in groups:
        group = answer.LogGroups.add()
        group.Topic, group.Source = entries[0].topic.encode(), entries[0].source.encode()
        for name, value in entries[0].tags.items():
            group.LogTags.add(Key=name.encode(), Value=value.encode())
        for entry in entries:
            log = group.Logs.add(Time=entry.time)
            for name, value in entry.contents.items():
                log.Contents.add(Key=name.encode(), Value=value.encode())
    data: bytes = answer.SerializeToString()
    return data


@cache
def _message(name: str) -> Any:
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"yunfn.sls.{name}"))


@cache
def _pool() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="yunfn/sls.proto", package="yunfn.sls", syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, of in fields:
            many = kind == _FIELD.TYPE_MESSAGE
            added = message.field.add(
                name=field, number=number, type=kind, label=_FIELD.LABEL_REPEATED if many else _FIELD.LABEL_OPTIONAL
            )
            if of:
                added.type_name = f".yunfn.sls.{of}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool
