"""What an instance prints, and to which call it belongs, in the cloud's shape."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

# What one call may print before the rest is dropped; far above what anybody reads, below what hurts the cloud.
_MAX_BYTES = 16 << 20
_TAIL_BYTES = 4096


class CallLog:
    """The output of one call, bounded; the cloud's own lines come between the function's."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, data: bytes) -> None:
        """Append what the function printed, up to the bound."""
        data = data[: _MAX_BYTES - self._size]
        if data:
            self._parts.append(data)
            self._size += len(data)

    def line(self, text: str) -> None:
        """Append a line of the cloud's own, on a line by itself."""
        if self._parts and not self._parts[-1].endswith(b"\n"):
            self._parts.append(b"\n")
        self._parts.append(text.encode() + b"\n")

    def content(self) -> bytes:
        """All of it."""
        return b"".join(self._parts)


class InstanceOutput:
    """Sorts an instance's output by the calls that run; ``outside`` gets what is printed between calls, by lines.

    ``tail`` is the last of what was printed.
    """

    def __init__(self, outside: Callable[[bytes], None]) -> None:
        self.tail = b""
        self._outside = outside
        self._open: list[CallLog] = []
        self._partial = b""

    @contextlib.contextmanager
    def belongs_to(self, log: CallLog) -> Iterator[None]:
        """While inside, output goes to ``log`` (too)."""
        self.flush()
        self._open.append(log)
        try:
            yield
        finally:
            self.flush()
            self._open.remove(log)

    def printed(self, data: bytes) -> None:
        """Take in what the instance printed."""
        self.tail = (self.tail + data)[-_TAIL_BYTES:]
        if len(self._open) == 1:
            self._open[0].add(data)
            return
        # One print may arrive in pieces; only whole lines can be told apart.
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._deliver(line + b"\n")

    def flush(self) -> None:
        """Pass on what is not yet a whole line."""
        data, self._partial = self._partial, b""
        if data:
            self._deliver(data)

    def _deliver(self, line: bytes) -> None:
        """A line goes to the call whose request it names, else to the youngest call, else outside."""
        named = [log for log in self._open if log.request_id.encode() in line]
        if self._open:
            (named or self._open)[-1].add(line)
        else:
            self._outside(line)

    def line(self, request_id: str, text: str) -> None:
        """A line of the cloud's own for one call."""
        logs = [log for log in self._open if log.request_id == request_id]
        for log in logs:
            log.line(text)
        if not logs:
            self._outside(text.encode() + b"\n")

    def line_for_all(self, text: str) -> None:
        """A line of the cloud's own for every call under way."""
        for log in self._open:
            log.line(text)
