"""Timer triggers: what is due by the cloud's clock is fired, once per due moment, in order.

Moving the clock forward fires every moment passed over, of each trigger the newest ``MAX_CATCH_UP`` at most; moving it
back fires the moments again that come again. Moments that pass while the cloud is not running are not made up for.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.alarm import Alarm
from yunfn.localcloud.invocation.schedule import Schedule

logger = logging.getLogger(__name__)
MAX_CATCH_UP = 100
R = TypeVar("R")
W = TypeVar("W", bound=Hashable)


@dataclass(slots=True)
class _Timer(Generic[R]):
    """A trigger that is on, its schedule, and the time up to which it has fired."""

    record: R
    schedule: Schedule
    fired: float


class Timers(ABC, Generic[W, R]):
    """Fires a cloud's timer triggers: records (``R``) known by where they are (``W``)."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._timers: dict[W, _Timer[R]] = {}
        self._alarm: Alarm | None = None
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to fire, from now on."""
        self._timers.clear()
        self._alarm = Alarm(self._cloud.clock)
        self._sync(lambda _: True, self._records())
        self._loop = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Fire no more."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None

    def _sync(self, scope: Callable[[W], bool], records: Iterable[R]) -> None:
        """From now on fire ``records`` and, within ``scope``, no others; one that has not changed goes on as before."""
        if self._alarm is None:
            return
        now = self._cloud.clock.time()
        wanted = {self._where(record): record for record in records}
        for where in [where for where in self._timers if scope(where)]:
            if where not in wanted or wanted[where] != self._timers[where].record:
                del self._timers[where]
        for where, record in wanted.items():
            if where in self._timers:
                continue
            try:
                schedule = self._schedule(record, now)
            except ValueError as error:
                logger.warning("timer trigger %s never fires: %s", where, error)
                continue
            if schedule is not None:
                self._timers[where] = _Timer(record, schedule, now)
        self._alarm.ring()

    async def _run(self) -> None:
        assert self._alarm is not None
        while True:
            now = self._cloud.clock.time()
            due = []
            for timer in self._timers.values():
                moments = timer.schedule.latest(timer.fired, now, MAX_CATCH_UP)
                due += [(moment, timer.record) for moment in moments]
                timer.fired = now
            for moment, record in sorted(due, key=lambda pair: pair[0]):
                self._fire(record, moment)
            await self._alarm.wait(min((timer.schedule.after(now) for timer in self._timers.values()), default=None))

    @abstractmethod
    def _records(self) -> Iterable[R]:
        """Every timer trigger."""

    @abstractmethod
    def _where(self, record: R) -> W:
        """What a trigger is known by."""

    @abstractmethod
    def _schedule(self, record: R, now: float) -> Schedule | None:
        """When it is due, from ``now`` on; None for one that is switched off. Raises ValueError."""

    @abstractmethod
    def _fire(self, record: R, moment: float) -> None:
        """Call the function for a moment that was due."""
