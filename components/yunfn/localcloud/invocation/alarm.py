"""Waiting for a time of the cloud's clock, or for something to happen before it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from yunfn.localcloud.clock import Clock

# The clock wakes nobody when it is moved back; a look every so often notices (real seconds).
_LONGEST = 30.0


class Alarm:
    """One waiter that can be woken early."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake the waiter; one who comes later does not wait at all."""
        self._event.set()

    async def wait(self, until: float | None) -> None:
        """Return when rung, at ``until`` (epoch seconds of the cloud's clock), or after half a minute at most."""
        tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._event.wait())]
        if until is not None:
            tasks.append(asyncio.ensure_future(self._clock.sleep_until(until)))
        try:
            await asyncio.wait(tasks, timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            self._event.clear()
