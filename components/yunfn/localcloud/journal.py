"""What was asked of the cloud: one JSON line a request, without anything secret."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

_KEPT_IN_MEMORY = 64
_BLOCK = 65536
# What lines have in them that tell of rights, and of denied ones; in a text the quotes would be escaped.
_RIGHTS, _DENIED = b'"rights": ', b'"allowed": false'
# What lines begin with.
_TIME = b'{"time": "'


def stamp(time: datetime) -> str:
    """A moment as the journal writes it; one without a time zone is in UTC. Later ones sort behind."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Journal:
    """An append-only file of requests.

    Secrets cannot leak because nothing that may hold one is written: no header, no query, no body; resources
    are the names of things. Lines are written in small batches; :meth:`flush` before reading.
    """

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)
        _cut_torn_line(path)
        self._path = path
        self._waiting: deque[str] = deque()

    def record(
        self,
        *,
        time: datetime,
        service: str,
        operation: str,
        resource: str,
        status: int,
        ms: float,
        region: str = "",
        principal: str = "",
        request_id: str = "",
        code: str = "",
        unknown: bool = False,
        denied: str = "",
        rights: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Note one request; ``ms`` is its duration, ``denied`` the action and resource that no statement allowed.

        ``rights`` are all decisions about it, see :mod:`yunfn.localcloud.rights`.
        """
        line: dict[str, Any] = {
            "time": stamp(time),
            "service": service,
            "operation": operation,
            "resource": resource,
            "status": status,
            "ms": round(ms, 2),
        }
        extras = {
            "region": region,
            "principal": principal,
            "request_id": request_id,
            "code": code,
            "denied": denied,
            "unknown": unknown,
            "rights": list(rights),
        }
        line.update({name: value for name, value in extras.items() if value})
        self._waiting.append(json.dumps(line, ensure_ascii=False))
        if len(self._waiting) >= _KEPT_IN_MEMORY:
            self.flush()

    def flush(self) -> None:
        """Write what still waits in memory."""
        if self._waiting:
            with self._path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write("\n".join(self._waiting) + "\n")
            self._waiting.clear()

    def lines(self, *, unknown_only: bool = False) -> Iterator[dict[str, Any]]:
        """The requests so far, oldest first."""
        self.flush()
        with self._path.open(encoding="utf-8") as file:
            for text in file:
                line: dict[str, Any] = json.loads(text)
                if line.get("unknown") or not unknown_only:
                    yield line

    def with_rights(self, *, denied_only: bool = False, since: str = "") -> Iterator[dict[str, Any]]:
        """The requests so far, ``since`` a moment, about which something was decided; ``denied_only``: denied.

        Others are not even parsed. What is to be read is settled at the call; another thread may then read it.
        """
        self.flush()
        wanted, begin = _DENIED if denied_only else _RIGHTS, _TIME + since.encode()
        lines = _whole_lines(self._path.open("rb"))
        return (json.loads(line) for line in lines if wanted in line and line >= begin)

    def clear(self) -> None:
        """Forget every request; whoever is reading them reads on."""
        self._waiting.clear()
        self._path.unlink(missing_ok=True)
        self._path.touch(mode=0o600)


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines up to the present end, behind which others may be written meanwhile."""
    left = os.fstat(file.fileno()).st_size

    def lines() -> Iterator[bytes]:
        with file:
            rest = left
            while rest > 0 and (line := file.readline()):
                rest -= len(line)
                yield line

    return lines()


def _cut_torn_line(path: Path) -> None:
    """Cut what a server that was killed while it wrote left after the last whole line."""
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        end = size
        while end > 0:
            start = max(0, end - _BLOCK)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                end = start + found + 1
                break
            end = start
        if end < size:
            file.truncate(end)
