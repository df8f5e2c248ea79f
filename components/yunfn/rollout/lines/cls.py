"""Lines in a topic of CLS, by API 3.0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from yunfn.rollout.lines import moment_of, writing
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_refusals import passes
from yunfn.storage.tencent_session import TencentSession

# Seconds to connect, and to wait for an answer.
_TIMEOUT: Final = (5, 10)
_SOURCE: Final = "yunfn-rollout"
# Bytes of a value and lines of a group (UploadLog: 1 MB, 10,000).
_LONGEST: Final = 2**20
_MOST: Final = 1000


class ClsLines:
    """A LineWriter (see there) into the topic with the id ``topic``, whose source is ``yunfn-rollout``.

    The key needs the right ``cls:pushLog``.
    """

    def __init__(self, session: TencentSession, topic: str) -> None:
        self._cls = TencentClient(session, "cls", timeout=_TIMEOUT)
        self._topic = topic

    def write(self, lines: Sequence[dict[str, str]]) -> None:
        """See LineWriter. What fails for a moment is tried again for 15 s, and a line may then be there twice."""
        retrying = writing(passes)
        for start in range(0, len(lines), _MOST):
            body = _log_groups(lines[start : start + _MOST])
            retrying(self._cls.send, "UploadLog", {"X-CLS-TopicId": self._topic, "X-CLS-HashKey": ""}, body)


def _log_groups(lines: Sequence[dict[str, str]]) -> bytes:
    """A LogGroupList of protobuf with one group (its description stands in CLS's reference of UploadLog)."""
    logs = b"".join(_field(1, _log(each)) for each in lines)
    return _field(1, logs + _field(4, _SOURCE.encode()))


def _log(line: dict[str, str]) -> bytes:
    contents = (
        _field(2, _field(1, name.encode()) + _field(2, value.encode()[:_LONGEST])) for name, value in line.items()
    )
    return bytes([1 << 3]) + _varint(int(moment_of(line) * 1000)) + b"".join(contents)


def _field(number: int, content: bytes) -> bytes:
    """A field with a length before it (protobuf's guide to encoding: wire type 2)."""
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    return bytes(_sevens(value))


def _sevens(value: int) -> Iterator[int]:
    while value > 0x7F:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value
