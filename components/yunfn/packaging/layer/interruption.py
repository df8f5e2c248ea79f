"""Ctrl-C during a build: what runs in other threads is told first, so that nobody waits for a compiler to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible(cancelled: threading.Event) -> Iterator[None]:
    """Set ``cancelled`` as soon as SIGINT arrives, and then do what was done before (raise KeyboardInterrupt).

    Without it the interrupt would wait at the end of a thread pool for a build script of many minutes. In other threads
    than the main one, which gets no signals, nothing is done.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return

    def tell(number: int, frame: FrameType | None) -> None:
        cancelled.set()
        before(number, frame)

    signal.signal(signal.SIGINT, tell)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
