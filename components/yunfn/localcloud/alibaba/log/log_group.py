"""SLS's protobuf messages: a group of logs with the same topic, source and tags.

The fields are those of ``sls_logs.proto`` (SLS "Data encoding"); texts are read as bytes, so that what is not
UTF-8 can be refused in SLS's own words.
"""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import DecodeError

from yunfn.localcloud.alibaba.log.exceptions import InvalidEncoding, PostBodyInvalid
from yunfn.localcloud.alibaba.log.models import LogEntry
from yunfn.localcloud.logsearch.messages import BYTES, FIXED32, UINT32, Messages

_MESSAGES = Messages(
    "yunfn.sls",
    {
        "Content": [("Key", 1, BYTES), ("Value", 2, BYTES)],
        "Log": [("Time", 1, UINT32), ("Contents", 2, "Content"), ("Time_ns", 4, FIXED32)],
        "LogTag": [("Key", 1, BYTES), ("Value", 2, BYTES)],
        "LogGroup": [
            ("Logs", 1, "Log"),
            ("Category", 2, BYTES),
            ("Topic", 3, BYTES),
            ("Source", 4, BYTES),
            ("MachineUUID", 5, BYTES),
            ("LogTags", 6, "LogTag"),
        ],
        "LogGroupList": [("LogGroups", 1, "LogGroup")],
    },
)


def read_log_group(body: bytes) -> list[LogEntry]:
    """The logs of a PutLogs body; raises PostBodyInvalid or InvalidEncoding."""
    group = _MESSAGES.new("LogGroup")
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
    answer = _MESSAGES.new("LogGroupList")
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
