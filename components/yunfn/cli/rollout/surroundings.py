"""What a rollout needs of a command line that drives it: threads for what blocks, and an end by a signal."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

import typer

from yunfn.exceptions import OperationStoppedError
from yunfn.provider.stoppable import done_or_stopped

T = TypeVar("T")
# Seconds that a blocking call gets to end by itself once it was stopped.
_GRACE = 5.0


class CommandSurroundings:
    """Surroundings (see ``yunfn.rollout.surroundings``) of one alias; lines begin with ``before``.

    They go to standard output, or ``to_stderr`` where that is for something else.
    """

    def __init__(self, threads: ThreadPoolExecutor, before: str = "", to_stderr: bool = False) -> None:
        self._threads = threads
        self._before = before
        self._to_stderr = to_stderr
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End soon. Must be called in the event loop's thread."""
        self._stopped.set()

    def now(self) -> float:
        """See Surroundings."""
        return time.time()

    async def run(self, call: Callable[[], T]) -> T:
        """See Surroundings."""
        self._proceed()
        future = await done_or_stopped(self._threads, call, self._stopped, _GRACE)
        if future is None:
            raise _interrupted()
        return future.result()

    async def sleep(self, seconds: float) -> None:
        """See Surroundings."""
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return
        self._proceed()

    async def finish(self, call: Callable[[], T]) -> T:
        """See Surroundings."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def tell(self, line: str, *, lasting: bool = False) -> None:
        """See Surroundings: lasting lines are printed with their time, others are not."""
        if lasting:
            typer.echo(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}  {self._before}{line}", err=self._to_stderr)

    def _proceed(self) -> None:
        if self._stopped.is_set():
            raise _interrupted()


def _interrupted() -> OperationStoppedError:
    return OperationStoppedError("the command was interrupted")


@contextmanager
def ended_by_signals(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Within, SIGINT and SIGTERM call ``stop``; a second one ends as ever. Yields the signals that came.

    Must be entered in a running event loop of the main thread.
    """
    loop, came = asyncio.get_running_loop(), list[int]()

    def received(number: int) -> None:
        came.append(number)
        loop.remove_signal_handler(number)
        stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, received, number)
    try:
        yield came
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
