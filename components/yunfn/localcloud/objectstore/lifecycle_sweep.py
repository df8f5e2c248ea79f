"""Lifecycle rules are carried out by a sweep at every midnight of the cloud's clock, as both clouds do once a day.

Move the clock and it runs at once; one sweep catches up on any number of days.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.objectstore.buckets import Bucket, Buckets
from yunfn.localcloud.objectstore.lifecycle import DAY, Rule, When
from yunfn.localcloud.objectstore.objects import Objects
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.objectstore.uploads import Uploads

logger = logging.getLogger(__name__)
SETTING = "lifecycle"
"""The bucket's setting that holds its lifecycle document."""
_AT_ONCE = 100


@dataclass(slots=True)
class LifecycleSweep:
    """One store's sweep: ``read`` gives the enabled rules of a document, ``protected`` whether an object must stay.

    Midnight is that of clocks ``zone`` seconds ahead of UTC.
    """

    clock: Clock
    buckets: Buckets
    objects: Objects
    uploads: Uploads
    read: Callable[[str], Sequence[Rule]]
    protected: Callable[[Bucket, StoredObject, float], bool] = lambda bucket, stored, now: False
    zone: float = 0.0
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    async def start(self) -> None:
        """Begin to sweep at every midnight."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Sweep no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        day, moves = self._day(), self.clock.moves
        while True:
            # Moved back and forth again the clock may show the same day, and yet have passed a midnight.
            while (self._day(), self.clock.moves) == (day, moves):
                await self.clock.sleep_until_moved((day + 1) * DAY - self.zone)
            # Read before the sweep: the clock may move on while it runs, past what it has looked at by then.
            day, moves = self._day(), self.clock.moves
            try:
                await self.sweep()
            except Exception:
                logger.exception("the lifecycle sweep failed; it runs again at the next midnight")

    async def sweep(self) -> None:
        """Carry out every bucket's rules once."""
        for bucket in self.buckets.all():
            if text := bucket.settings.get(SETTING):
                rules, now = self.read(text), self.clock.time()
                await self._sweep_objects(bucket, rules, now)
                self._sweep_uploads(bucket, rules, now)

    def _day(self) -> float:
        return (self.clock.time() + self.zone) // DAY

    async def _sweep_objects(self, bucket: Bucket, rules: Sequence[Rule], now: float) -> None:
        last_key, successor = "", 0.0
        for number, (key, stored, newest) in enumerate(self.objects.versions(bucket)):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
                if self.buckets.find(bucket.name) is not bucket:
                    return
            if key != last_key:
                last_key, successor = key, now
            if self._unchanged(bucket, key, stored):
                mine = [rule for rule in rules if rule.covers(key, stored)]
                if newest:
                    self._newest(bucket, key, stored, mine, now)
                else:
                    self._older(bucket, key, stored, mine, now, successor)
            successor = stored.modified

    def _unchanged(self, bucket: Bucket, key: str, stored: StoredObject) -> bool:
        """Whether the version is still as it was read: others may write while the sweep makes room for them."""
        present = self.objects.version(bucket, key, stored.version)
        return present is not None and present.order == stored.order

    def _newest(self, bucket: Bucket, key: str, stored: StoredObject, mine: Sequence[Rule], now: float) -> None:
        if stored.marker:
            alone = sum(1 for _ in self.objects.versions_of(bucket, key)) == 1
            if alone and any(rule.expired_marker for rule in mine):
                self.objects.delete_version(bucket, key, stored.version)
            return
        if any(rule.expiration is not None and rule.expiration.due(stored.modified, now) for rule in mine):
            if bucket.keeps_versions or not self.protected(bucket, stored, now):
                self.objects.delete(bucket, key, now)
            return
        self._transit(bucket, key, stored, [pair for rule in mine for pair in rule.transitions], stored.modified, now)

    def _older(
        self, bucket: Bucket, key: str, stored: StoredObject, mine: Sequence[Rule], now: float, since: float
    ) -> None:
        """``since`` is when the version stopped being the newest."""
        if any(rule.noncurrent is not None and rule.noncurrent.due(since, now) for rule in mine):
            if not self.protected(bucket, stored, now):
                self.objects.delete_version(bucket, key, stored.version)
        elif not stored.marker:
            pairs = [pair for rule in mine for pair in rule.noncurrent_transitions]
            self._transit(bucket, key, stored, pairs, since, now)

    def _transit(
        self,
        bucket: Bucket,
        key: str,
        stored: StoredObject,
        transitions: Sequence[tuple[When, str]],
        since: float,
        now: float,
    ) -> None:
        """Move the object to the storage class of the longest-waiting transition that is due."""
        due = [(when.days or 0, storage_class) for when, storage_class in transitions if when.due(since, now)]
        if due and max(due)[1] != stored.storage_class:
            stored.storage_class = max(due)[1]
            self.objects.replace(bucket, key, stored)

    def _sweep_uploads(self, bucket: Bucket, rules: Sequence[Rule], now: float) -> None:
        for upload in list(self.uploads.scan(bucket)):
            for rule in rules:
                if upload.key.startswith(rule.prefix) and rule.abort and rule.abort.due(upload.initiated, now):
                    self.uploads.end(bucket, upload)
                    break
