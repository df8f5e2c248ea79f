"""When to look again at something that is under way: as often as needed, not more.

Each look is a call, and calls are counted. How long things take differs from cloud to cloud and day to day, but hardly
from one function to the next. So of many that begin together the first is looked at often, and the others follow once
it is done; those that begin later are looked at when they are about to be done.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeVar

from yunfn.exceptions import OperationStoppedError, YunfnError

if TYPE_CHECKING:
    from yunfn.provider.operations import Operation

T = TypeVar("T")

# Seconds before the first look where nothing is known, the growth from look to look, and the longest wait.
_FIRST: Final = 0.1
_GROWTH: Final = 1.8
_LONGEST: Final = 5.0
# The first of many waits this part of the time that has passed; the others look by themselves, if it takes so long.
_PART: Final = 0.2
_PATIENCE: Final = 1.0
# What is late waits this part of the usual time before further looks, and half of what it is late by; at least so long.
_STEP: Final = 0.05
_LEAST: Final = 0.02
# How fast it is doubted that it takes so long at least.
_DOUBT: Final = 0.9


class Pace:
    """What is known of how long one kind of change takes here; belongs to one event loop."""

    def __init__(self) -> None:
        # Seconds after which it was not done yet, and after which it was.
        self._early = 0.0
        self._late: float | None = None
        self._led = False
        self._news = asyncio.Event()

    @staticmethod
    def looks() -> Iterator[float]:
        """Seconds to wait before each look at something of which nothing is known, without end."""
        pause = _FIRST
        while True:
            yield pause
            pause = min(pause * _GROWTH, _LONGEST)

    @contextlib.contextmanager
    def leading(self) -> Iterator[bool]:
        """Whether the block is the one of those side by side that finds out how long it takes."""
        leads = not self._led
        self._led = True
        try:
            yield leads
        finally:
            if leads:
                self._led = False

    async def pause(self, operation: Operation, since: float, leads: bool) -> None:
        """Wait until the next look at what began at ``since``; raises OperationStoppedError."""
        while self._late is None and not leads:
            passed = time.monotonic() - since
            if not await self._told(operation, min(max(_PATIENCE, passed), _LONGEST)):
                return
        passed = time.monotonic() - since
        if self._late is None:
            seconds = max(_FIRST, _PART * passed)
        else:
            first = (self._early + self._late) / 2 if leads else self._late
            late = passed - first
            seconds = -late if late < 0 else max(_LEAST, _STEP * self._late + late / 2)
        await operation.sleep(min(seconds, _LONGEST))

    def done(self, seconds: float, earlier: float, leads: bool) -> None:
        """Take note that a change was found done after ``seconds``, and not done yet after ``earlier`` (0: no look)."""
        if earlier:
            self._early, self._late = earlier, seconds
        elif leads or self._late is None:
            self._early, self._late = min(self._early, seconds) * _DOUBT, seconds
        self._news.set()

    async def _told(self, operation: Operation, seconds: float) -> bool:
        """Wait until it is known how long it takes, or so long; whether it is known."""
        waits = asyncio.ensure_future(operation.sleep(seconds))
        told = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({waits, told}, return_when=asyncio.FIRST_COMPLETED)
            if waits.done():
                waits.result()
            return self._late is not None
        finally:
            waits.cancel()
            told.cancel()


class Paces:
    """A pace for each kind of change, such as ``scf create``."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}

    def of(self, kind: str) -> Pace:
        """The pace of one kind of change."""
        return self._paces.setdefault(kind, Pace())


async def watched(
    operation: Operation,
    look: Callable[[], Awaitable[T]],
    under_way: Callable[[T], str | None],
    *,
    begun: str = "",
) -> T:
    """What ``look`` finds once ``under_way`` has nothing to tell of it any more; until then that is shown.

    ``begun`` is the kind of change that was begun just now, whose usual time is waited before the first look; without
    it the first look is at once.
    """
    told: str | None = None
    try:
        if not begun:
            pauses = Pace.looks()
            while (told := under_way(found := await look())) is not None:
                operation.progress(told)
                await operation.sleep(next(pauses))
            return found
        pace = operation.paces.of(begun)
        since, earlier = time.monotonic(), 0.0
        with pace.leading() as leads:
            while True:
                await pace.pause(operation, since, leads)
                asked = time.monotonic() - since
                found = await look()
                if (told := under_way(found)) is None:
                    pace.done(time.monotonic() - since, earlier, leads)
                    return found
                earlier = asked
                operation.progress(told)
    except OperationStoppedError as stopped:
        if told is None or stopped.__cause__ is not None:
            raise
        # What it was stopped in the middle of.
        operation.proceed(YunfnError(told))
        raise
