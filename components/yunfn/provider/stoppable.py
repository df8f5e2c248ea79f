"""Blocking calls that a stop need not wait for: of the plugin's operations, and of commands that drive rollouts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")


async def done_or_stopped(
    threads: Executor, call: Callable[[], T], stopped: asyncio.Event, grace: float
) -> asyncio.Future[T] | None:
    """Run ``call`` in ``threads``: its future, which is done; None where it is not ``grace`` seconds after ``stopped``.

    Then it goes on, and nobody is told how it ends. Raises nothing of the call's.
    """
    loop = asyncio.get_running_loop()
    future = loop.run_in_executor(threads, call)
    stop = loop.create_task(stopped.wait())
    either: set[asyncio.Future[Any]] = {future, stop}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not future.done() and grace:
            await asyncio.wait({future}, timeout=grace)
    finally:
        stop.cancel()
    if future.done():
        return future
    # Its end interests nobody any more, but asyncio would complain of an exception that nobody took.
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return None
