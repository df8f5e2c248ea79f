"""Lifecycle rules are carried out by a sweep at every midnight UTC of the cloud's clock, as OSS does once a day.

Move the clock past midnight and it runs at once; one sweep catches up on any number of days.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

from yunfn.localcloud.alibaba.oss import lifecycle_rules
from yunfn.localcloud.alibaba.oss.exceptions import FileImmutable
from yunfn.localcloud.alibaba.oss.lifecycle_rules import DAY, Rule
from yunfn.localcloud.alibaba.oss.responses import worm
from yunfn.localcloud.alibaba.oss.state import OssState
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject

logger = logging.getLogger(__name__)
_LOOK_AGAIN = 1.0
_AT_ONCE = 100


async def run(state: OssState) -> None:
    """Sweep at every midnight, until cancelled."""
    while True:
        day = state.clock.time() // DAY
        while state.clock.time() // DAY == day:
            # The clock wakes us at midnight; that it was moved back, to another day, we must see for ourselves.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(state.clock.sleep_until((day + 1) * DAY), _LOOK_AGAIN)
        try:
            await sweep(state)
        except Exception:
            logger.exception("the lifecycle sweep failed; it runs again at the next midnight")


async def sweep(state: OssState) -> None:
    """Carry out every bucket's rules once."""
    for bucket in state.buckets.all():
        if text := bucket.settings.get("lifecycle"):
            rules, now = lifecycle_rules.read(text), state.clock.time()
            await _sweep_objects(state, bucket, rules, now)
            _sweep_uploads(state, bucket, rules, now)


async def _sweep_objects(state: OssState, bucket: Bucket, rules: tuple[Rule, ...], now: float) -> None:
    last_key, successor = "", 0.0
    for number, (key, stored, newest) in enumerate(state.objects.versions(bucket)):
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
            if state.buckets.find(bucket.name) is not bucket:
                return
        if key != last_key:
            last_key, successor = key, now
        try:
            if not _unchanged(state, bucket, key, stored):
                continue
            if newest:
                _newest(state, bucket, key, stored, rules, now)
            else:
                _older(state, bucket, key, stored, rules, now, successor)
        except FileImmutable:
            # Retention goes before lifecycle.
            continue
        finally:
            successor = stored.modified


def _unchanged(state: OssState, bucket: Bucket, key: str, stored: StoredObject) -> bool:
    """Whether the version is still as it was read: others may write while the sweep makes room for them."""
    present = state.objects.version(bucket, key, stored.version)
    return present is not None and present.order == stored.order


def _newest(
    state: OssState, bucket: Bucket, key: str, stored: StoredObject, rules: tuple[Rule, ...], now: float
) -> None:
    mine = [rule for rule in rules if rule.covers(key, stored)]
    if stored.marker:
        alone = sum(1 for _ in state.objects.versions_of(bucket, key)) == 1
        if alone and any(rule.expired_marker for rule in mine):
            state.objects.delete_version(bucket, key, stored.version)
        return
    if any(rule.expiration is not None and rule.expiration.due(stored.modified, now) for rule in mine):
        if not bucket.keeps_versions:
            worm.check(bucket, stored, now)
        state.objects.delete(bucket, key, now)
        return
    _transit(state, bucket, key, stored, [pair for rule in mine for pair in rule.transitions], stored.modified, now)


def _older(
    state: OssState,
    bucket: Bucket,
    key: str,
    stored: StoredObject,
    rules: tuple[Rule, ...],
    now: float,
    since: float,
) -> None:
    """``since`` is when the version stopped being the newest."""
    mine = [rule for rule in rules if rule.covers(key, stored)]
    if any(rule.noncurrent is not None and rule.noncurrent.due(since, now) for rule in mine):
        worm.check(bucket, stored, now)
        state.objects.delete_version(bucket, key, stored.version)
    elif not stored.marker:
        pairs = [pair for rule in mine for pair in rule.noncurrent_transitions]
        _transit(state, bucket, key, stored, pairs, since, now)


def _transit(
    state: OssState,
    bucket: Bucket,
    key: str,
    stored: StoredObject,
    transitions: list[tuple[lifecycle_rules.When, str]],
    since: float,
    now: float,
) -> None:
    """Move the object to the storage class of the longest-waiting transition that is due."""
    due = [(when.days or 0, storage_class) for when, storage_class in transitions if when.due(since, now)]
    if due and max(due)[1] != stored.storage_class:
        stored.storage_class = max(due)[1]
        state.objects.replace(bucket, key, stored)


def _sweep_uploads(state: OssState, bucket: Bucket, rules: tuple[Rule, ...], now: float) -> None:
    for upload in list(state.uploads.scan(bucket)):
        for rule in rules:
            if upload.key.startswith(rule.prefix) and rule.abort is not None and rule.abort.due(upload.initiated, now):
                state.uploads.end(bucket, upload)
                break
