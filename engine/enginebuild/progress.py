"""Tells the user which step is under way and for how long: a ticking line in a terminal, one line a step elsewhere."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_TICK_SECONDS = 0.5


def duration(seconds: float) -> str:
    """Seconds as a person reads them: ``0.4 s``, ``42 s``, ``2 min 06 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


class Progress:
    """Writes steps to ``stream``; no two steps at a time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._started = time.monotonic()
        self._detail = ""

    def say(self, text: str) -> None:
        """Write one line of its own."""
        print(f"engine: {text}", file=self._stream, flush=True)

    def detail(self, text: str) -> None:
        """What the present step is at; shown in a terminal only."""
        self._detail = text

    def total(self) -> str:
        """The time since this object was made, to be read."""
        return duration(time.monotonic() - self._started)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show a step for as long as the block runs, then its time and whether it failed."""
        started = time.monotonic()
        self._detail = ""
        ended = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(name, started, ended), daemon=True)
        if self._live:
            ticker.start()
        else:
            self._stream.write(f"engine: {name} … ")
            self._stream.flush()
        outcome = "failed after "
        try:
            yield
            outcome = ""
        finally:
            ended.set()
            if self._live:
                ticker.join()
                self._stream.write(f"\r\x1b[Kengine: {name} … ")
            self._stream.write(f"{outcome}{duration(time.monotonic() - started)}\n")
            self._stream.flush()

    def _tick(self, name: str, started: float, ended: threading.Event) -> None:
        while True:
            line = f"engine: {name} … {duration(time.monotonic() - started)}"
            if self._detail:
                line = f"{line}  {self._detail}"
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\x1b[K{line[:width]}")
            self._stream.flush()
            if ended.wait(_TICK_SECONDS):
                return
