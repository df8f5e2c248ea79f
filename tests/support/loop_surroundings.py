"""Surroundings of a rollout in real time, that a test stops and listens to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from yunfn.exceptions import OperationStoppedError

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
        future = asyncio.get_running_loop().run_in_executor(self._threads, call)
        stopped = asyncio.ensure_future(self.stopped.wait())
        either: set[asyncio.Future[Any]] = {future, stopped}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not future.done():
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._proceed()
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
            raise OperationStoppedError("the test stops it")
