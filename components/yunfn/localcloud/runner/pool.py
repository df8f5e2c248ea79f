"""Which instance serves a call: a free one of the same key, else a new one; idle ones end after a while."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from yunfn.exceptions import YunfnError
from yunfn.localcloud.runner.instance import Instance
from yunfn.localcloud.runner.specification import FunctionSpec

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    """How many instances stay though idle, and how one is started."""

    count: int
    start: Callable[[], Coroutine[Any, Any, None]]


def concurrency(spec: FunctionSpec) -> int:
    """How many calls one instance takes at once: more than one only where the program brings its own server."""
    return spec.instance_concurrency if spec.listens else 1


class Pool:
    """The instances of one runner, by their function's key."""

    def __init__(self) -> None:
        self._instances: dict[str, list[Instance]] = {}
        self._kept: dict[str, _Kept] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        # Not the handle's own: uvloop gives one without a time for what is due at once.
        self._sweep_due = 0.0

    def add(self, instance: Instance) -> None:
        """Count a new instance in, before it is started, so that nothing started is ever forgotten."""
        self._instances.setdefault(instance.spec.key, []).append(instance)

    def instances(self, key: str | None = None) -> list[Instance]:
        """Those of one key, or all."""
        if key is not None:
            return list(self._instances.get(key, ()))
        return [instance for instances in self._instances.values() for instance in instances]

    def free(self, spec: FunctionSpec) -> Instance | None:
        """A living instance with room for a call, the fullest and latest used first; None where there is none."""
        free = [
            instance
            for instance in self.instances(spec.key)
            if instance.ready and not instance.retired and instance.alive and instance.calls < concurrency(spec)
        ]
        return max(free, key=lambda instance: (instance.calls, instance.idle_since), default=None)

    def take(self, spec: FunctionSpec) -> Instance | None:
        """The same, counted as taken for a call."""
        chosen = self.free(spec)
        if chosen is not None:
            chosen.calls += 1
        return chosen

    def release(self, instance: Instance) -> None:
        """A call is over; the instance waits for the next, or ends where it died or was retired meanwhile."""
        instance.calls -= 1
        instance.idle_since = time.monotonic()
        if instance.calls == 0 and (instance.retired or not instance.alive):
            self.discard(instance)
        else:
            self._sweep_later(instance.spec.idle_seconds)

    def discard(self, instance: Instance) -> None:
        """Stop an instance in the background; it takes no more calls from now on."""
        instance.retired = True
        instances = self._instances.get(instance.spec.key, [])
        if instance in instances:
            instances.remove(instance)
            if not instances:
                del self._instances[instance.spec.key]
            self.background(instance.stop())
            if instance.spec.key in self._kept and instance.ready:
                self.background(self._refill(instance.spec.key))

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` on the side; ``settle`` waits for it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("an instance could not be ended or started in the background", exc_info=error)

    async def settle(self) -> None:
        """Wait until everything in the background is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def keep(self, key: str, count: int, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """From now on ``count`` instances of ``key`` stay though idle, made by ``start`` (provisioned concurrency)."""
        if count:
            self._kept[key] = _Kept(count, start)
        else:
            self._kept.pop(key, None)
        self._sweep_later(0)

    async def fill(self, key: str) -> None:
        """Start what ``keep`` asks for and is not there; raises what the first failing start raised."""
        kept = self._kept.get(key)
        if kept is not None:
            missing = kept.count - len([each for each in self.instances(key) if not each.retired])
            await asyncio.gather(*[kept.start() for _ in range(missing)])

    async def _refill(self, key: str) -> None:
        try:
            await self.fill(key)
        except YunfnError as error:
            logger.warning("provisioned instances of %s: %s", key, error)

    def retire(self, prefix: str) -> None:
        """End the instances whose key starts so: idle ones now, busy ones after their calls."""
        for key in [key for key in self._kept if key.startswith(prefix)]:
            del self._kept[key]
        for instance in self.instances():
            if instance.spec.key.startswith(prefix):
                instance.retired = True
                if instance.calls == 0:
                    self.discard(instance)

    def close(self) -> None:
        """End every instance, busy or not."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._kept.clear()
        for instance in self.instances():
            self.discard(instance)

    def _sweep_later(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        if self._sweeper is None or self._sweeper.cancelled() or self._sweep_due > due:
            if self._sweeper is not None:
                self._sweeper.cancel()
            self._sweeper, self._sweep_due = loop.call_at(due, self._sweep), due

    def _sweep(self) -> None:
        """Discard what has been idle for too long; look again when the next one is due."""
        self._sweeper = None
        now = time.monotonic()
        waits = []
        for key in list(self._instances):
            idle = [instance for instance in self.instances(key) if instance.calls == 0]
            spare = len(self.instances(key)) - (self._kept[key].count if key in self._kept else 0)
            for instance in sorted(idle, key=lambda each: each.idle_since):
                left = instance.idle_since + instance.spec.idle_seconds - now
                if not instance.alive or (left <= 0 and spare > 0):
                    spare -= 1
                    self.discard(instance)
                elif left > 0:
                    waits.append(left)
        if waits:
            self._sweep_later(min(waits))
