"""Log entries, kept in the order of their times."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.store import Collection, Store

_PAGE = 500
_DAY = 86400
FOREVER = 3650
"""A ttl, in days, that means logs are never removed (SLS "CreateLogStore")."""
_SWEEP_EVERY = 3600.0


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log: its time in seconds since the epoch, its fields, and topic, source and tags of its group."""

    time: int
    contents: dict[str, str]
    topic: str = ""
    source: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A log as it was stored: ``sequence`` orders arrivals, ``indexed`` tells whether searches see it."""

    entry: LogEntry
    sequence: int
    shard: int
    received: int
    indexed: bool


class EntryStore:
    """The logs of all logstores; one document holds what came together with one second, topic and source."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._last = 0
        self._swept: dict[tuple[str, str, str, str], float] = {}

    def append(
        self, account: str, region: str, project: str, logstore: str, entries: Sequence[LogEntry],
        *, shard: int, indexed: bool, days: int,
    ) -> None:  # fmt: skip
        """Keep ``entries``, which arrive now by the cloud's clock, for ``days`` days."""
        collection = self._of(account, region, project, logstore)
        received = int(self._clock.time())
        for (second, topic, source, tags), group in groupby(entries, key=_together):
            sequence = self._next()
            collection.put(
                f"{second:011d}/{sequence:020d}",
                {
                    "q": sequence,
                    "s": shard,
                    "r": received,
                    "i": indexed,
                    "t": topic,
                    "o": source,
                    "g": dict(tags),
                    "e": [one.contents for one in group],
                },
            )
        self._sweep((account, region, project, logstore), days)

    def between(
        self, account: str, region: str, project: str, logstore: str, begin: int, end: int, days: int
    ) -> Iterator[StoredEntry]:
        """The logs with ``begin`` <= time < ``end``, oldest first, then by arrival; those past ``days`` are gone."""
        collection = self._of(account, region, project, logstore)
        after = f"{max(begin, self._oldest(days), 0):011d}/"
        until = f"{max(end, 0):011d}/"
        while rows := list(collection.scan("", after, _PAGE)):
            for key, row in rows:
                if key >= until:
                    return
                second = int(key.split("/", 1)[0])
                for contents in row["e"]:
                    entry = LogEntry(second, contents, row["t"], row["o"], row["g"])
                    yield StoredEntry(entry, row["q"], row["s"], row["r"], row["i"])
            after = rows[-1][0]

    def arrivals(self, account: str, region: str, project: str, logstore: str, days: int) -> list[StoredEntry]:
        """All logs in the order they came."""
        everything = self.between(account, region, project, logstore, 0, 10**11 - 1, days)
        return sorted(everything, key=lambda one: one.sequence)

    def clear(self, account: str, region: str, project: str, logstore: str) -> None:
        """Remove all logs of a logstore."""
        collection = self._of(account, region, project, logstore)
        while rows := list(collection.scan("", "", _PAGE)):
            for key, _ in rows:
                collection.delete(key)

    def _sweep(self, scope: tuple[str, str, str, str], days: int) -> None:
        """Now and then remove what is past its days, so that a long-lived cloud does not grow without end."""
        now = self._clock.time()
        if days >= FOREVER or now - self._swept.get(scope, 0.0) < _SWEEP_EVERY:
            return
        self._swept[scope] = now
        collection = self._of(*scope)
        limit = f"{max(self._oldest(days), 0):011d}/"
        while rows := [key for key, _ in collection.scan("", "", _PAGE) if key < limit]:
            for key in rows:
                collection.delete(key)

    def _oldest(self, days: int) -> int:
        return 0 if days >= FOREVER else int(self._clock.time()) - days * _DAY

    def _next(self) -> int:
        # Real nanoseconds grow over restarts without being kept anywhere.
        self._last = max(self._last + 1, time.time_ns())
        return self._last

    def _of(self, account: str, region: str, project: str, logstore: str) -> Collection:
        return self._store.collection(account, region, f"log/entries/{project}/{logstore}")


def _together(entry: LogEntry) -> tuple[int, str, str, tuple[tuple[str, str], ...]]:
    return entry.time, entry.topic, entry.source, tuple(sorted(entry.tags.items()))
