"""Surroundings of a rollout in real time, that a test stops and listens to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from yunfn.exceptions import OperationStoppedError
from yunfn.provider.stoppable import done_or_stopped

T = TypeVar("T")


class LoopSurroundings:
    """A stop is told at once, whatever runs; ``lines`` are those that last."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.stopped = asyncio.Event()
        self._threads = ThreadPoolExecutor(8)

    def now(self) -> float:
        return time.time()

    async def run(self, call: Callable[[], T]) -> T:
        self._proceed()
        future = await done_or_stopped(self._threads, call, self.stopped, 0.0)
        if future is None:
            raise _stopped()
        return future.result()

    async def sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopped.wait(), seconds)
        except TimeoutError:
            return
        self._proceed()

    async def finish(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def tell(self, line: str, *, lasting: bool = False) -> None:
        if lasting:
            self.lines.append(line)

    def _proceed(self) -> None:
        if self.stopped.is_set():
            raise _stopped()


def _stopped() -> OperationStoppedError:
    return OperationStoppedError("the test stops it")
