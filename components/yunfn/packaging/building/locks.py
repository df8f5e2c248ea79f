"""Locks between processes on this machine: the system gives them up when their holder dies, however it dies."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import filelock

_LOOK_SECONDS = 0.2


@contextlib.contextmanager
def locked(file: Path, cancelled: threading.Event | None = None) -> Iterator[None]:
    """Hold the lock ``file`` (made where missing); waits for whoever holds it, be it a thread of this process.

    Raises:
        InterruptedError: ``cancelled`` was set before the lock was had.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Its own object each time: one and the same would let every thread in.
    lock = filelock.FileLock(file, is_singleton=False)
    while True:
        try:
            lock.acquire(timeout=_LOOK_SECONDS)
            break
        except filelock.Timeout:
            _refuse(cancelled)
    try:
        # Its holder may have given it up because all were cancelled.
        _refuse(cancelled)
        yield
    finally:
        lock.release()


def _refuse(cancelled: threading.Event | None) -> None:
    if cancelled is not None and cancelled.is_set():
        raise InterruptedError("cancelled while waiting for a lock") from None
