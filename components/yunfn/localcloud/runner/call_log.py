"""What is printed during one call, in the cloud's shape."""

from __future__ import annotations

# What one call may print before the rest is dropped; far above what anybody reads, below what hurts the cloud.
_MAX_BYTES = 16 << 20


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
