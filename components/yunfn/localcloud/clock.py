"""The cloud's own clock: real time plus an offset that ``yunfn local clock`` moves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime

# What all dates on the wire can say (four digits), with room for what expires years later.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(3000, 1, 1, tzinfo=UTC).timestamp()


class Clock:
    """Tells the cloud's time and wakes sleepers when it is moved."""

    def __init__(self, offset: float = 0.0, on_move: Callable[[float], None] | None = None) -> None:
        self._offset = offset
        self._on_move = on_move
        self._moved: asyncio.Event | None = None
        self.moves = 0
        """How often the clock was moved since the cloud started."""

    @property
    def offset(self) -> float:
        """How far the cloud's clock is ahead of real time, in seconds."""
        return self._offset

    def time(self) -> float:
        """Seconds since the epoch, by the cloud's clock."""
        return time.time() + self._offset

    def now(self) -> datetime:
        """The cloud's time, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def move(self, seconds: float) -> None:
        """Move the clock by ``seconds`` (negative: back) and wake everyone who sleeps by it.

        Raises ValueError, and moves nothing, for a time before the year 2000 or after 2999.
        """
        if not _EARLIEST <= self.time() + seconds < _LATEST:
            raise ValueError("the cloud's clock goes from the year 2000 to 2999")
        self._offset += seconds
        self.moves += 1
        if self._on_move is not None:
            self._on_move(self._offset)
        if self._moved is not None:
            self._moved.set()
            self._moved = None

    async def sleep_until(self, when: float) -> None:
        """Return once the cloud's clock shows ``when`` (seconds since the epoch), moves included."""
        while when > self.time():
            await self.sleep_until_moved(when)

    async def sleep_until_moved(self, when: float) -> None:
        """Return once the cloud's clock shows ``when``, or as soon as it is moved, forth or back."""
        if self._moved is None:
            self._moved = asyncio.Event()
        # Not wait_for: of Python 3.11 it forgets a cancellation that comes just as the clock is moved.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(when - self.time(), 0)):
                await self._moved.wait()
