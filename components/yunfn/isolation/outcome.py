"""How a command ended, and what it printed: passed on by lines, the end of it kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# More than anybody reads, little enough to keep whatever a hostile command prints.
_KEPT_BYTES = 1 << 20
_LONGEST_LINE = 1 << 16


#: The exit code for a program that is not there, as shells have it.
NOT_EXECUTED = 127


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: its exit ``code`` (128 + n for signal n), and what it printed (the last MB of it).

    ``timed_out``: it was killed because its time was over, ``cancelled``: because the caller asked for it.
    """

    code: int
    output: str
    timed_out: bool = False
    cancelled: bool = False


class Output:
    """Takes in bytes; ``on_line`` gets each whole line as text, without its end."""

    def __init__(self, on_line: Callable[[str], None] | None = None) -> None:
        self._on_line = on_line
        self._kept = bytearray()
        self._partial = b""

    def add(self, data: bytes) -> None:
        """Take in what was printed."""
        self._kept += data
        if len(self._kept) > 2 * _KEPT_BYTES:
            del self._kept[:-_KEPT_BYTES]
        if self._on_line is None:
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._on_line(line.decode(errors="replace").rstrip("\r"))
        if len(self._partial) > _LONGEST_LINE:
            self.close()

    def close(self) -> None:
        """Pass on what is not yet a whole line."""
        partial, self._partial = self._partial, b""
        if partial and self._on_line is not None:
            self._on_line(partial.decode(errors="replace"))

    def text(self) -> str:
        """The end of all that was printed, at most a MB."""
        return bytes(self._kept[-_KEPT_BYTES:]).decode(errors="replace")
