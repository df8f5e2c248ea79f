"""Ctrl-C and SIGTERM during a build: what runs in other threads is told first, so that nobody waits for a compiler."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible(cancelled: threading.Event) -> Iterator[None]:
    """Set ``cancelled`` as soon as SIGINT or SIGTERM arrives, and then do what was done before.

    SIGINT raises KeyboardInterrupt. SIGTERM, of which a process would die with its temporary folders left behind, ends
    it by SystemExit with 143, as shells count it. Without ``cancelled`` either would wait at the end of a thread pool
    for a build script of many minutes. In other threads than the main one, which gets no signals, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def tell(number: int, frame: FrameType | None) -> None:
        cancelled.set()
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)
        else:
            sys.exit(128 + number)

    # Who ignores a signal (nohup, a shell's background job) goes on ignoring it.
    taken = [number for number, then in before.items() if callable(then) or then == signal.SIG_DFL]
    for number in taken:
        signal.signal(number, tell)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])
