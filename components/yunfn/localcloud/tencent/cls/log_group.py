"""CLS's protobuf messages, the body of UploadLog (its description in the API's reference)."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import DecodeError
from lz4 import block  # type: ignore[import-untyped]

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.logsearch.messages import BYTES, INT64, Messages
from yunfn.localcloud.tencent.api import InvalidParameterValue
from yunfn.localcloud.tencent.cls.exceptions import InvalidContent
from yunfn.localcloud.tencent.cls.models import ClsEntry

_MESSAGES = Messages(
    "yunfn.cls",
    {
        "Content": [("key", 1, BYTES), ("value", 2, BYTES)],
        "Log": [("time", 1, INT64), ("contents", 2, "Content")],
        "LogTag": [("key", 1, BYTES), ("value", 2, BYTES)],
        "LogGroup": [
            ("logs", 1, "Log"),
            ("contextFlow", 2, BYTES),
            ("filename", 3, BYTES),
            ("source", 4, BYTES),
            ("logTags", 5, "LogTag"),
        ],
        "LogGroupList": [("logGroupList", 1, "LogGroup")],
    },
)
# Bytes of a body once it is unpacked, logs and bytes of values of a group.
_LARGEST, _MOST_LOGS, _MOST_BYTES = 10 * 1024 * 1024, 10_000, 5 * 1024 * 1024


def read_log_groups(body: bytes, compression: str) -> list[ClsEntry]:
    """The logs of a body.

    Raises InvalidContent, InvalidParameterValue, and UnknownOperationError for zstd and for tags of logs.
    """
    groups = _MESSAGES.new("LogGroupList")
    try:
        groups.ParseFromString(_unpacked(body, compression.lower()))
        return [
            ClsEntry(
                _milliseconds(log.time),
                {one.key.decode(): one.value.decode() for one in log.contents},
                group.source.decode(),
                group.filename.decode(),
            )
            for group in map(_checked, groups.logGroupList)
            for log in group.logs
        ]
    except DecodeError:
        raise InvalidContent("The body is no LogGroupList.") from None
    except UnicodeDecodeError:
        raise InvalidContent("The body has texts that are not UTF-8.") from None


def _unpacked(body: bytes, compression: str) -> bytes:
    if compression == "zstd":
        raise UnknownOperationError("cls", "UploadLog with CompressType zstd (lz4 is there)")
    if compression not in ("", "lz4"):
        raise InvalidParameterValue("CompressType", "must be lz4 or zstd")
    if not compression:
        return body
    try:
        unpacked: bytes = block.decompress(body, uncompressed_size=_LARGEST)
    except block.LZ4BlockError as error:
        raise InvalidContent(f"The body cannot be decompressed: {error}.") from None
    return unpacked


def _checked(group: Any) -> Any:
    """The group itself; raises InvalidContent for one that is too large, or a key of CLS's own."""
    if group.logTags:
        raise UnknownOperationError("cls", "UploadLog with logTags")
    logs = group.logs
    if len(logs) > _MOST_LOGS:
        raise InvalidContent(f"A group has at most {_MOST_LOGS} logs.")
    if sum(len(one.value) for log in logs for one in log.contents) > _MOST_BYTES:
        raise InvalidContent(f"The values of a group have at most {_MOST_BYTES} bytes.")
    if any(one.key.startswith(b"_") for log in logs for one in log.contents):
        raise InvalidContent("A key must not begin with _.")
    return group


def _milliseconds(moment: int) -> int:
    """A time that may be in seconds, milliseconds or microseconds, told by its size."""
    if moment < 10**11:
        return moment * 1000
    return moment if moment < 10**14 else moment // 1000
