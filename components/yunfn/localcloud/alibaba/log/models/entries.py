"""Log entries, kept in the order of their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.logsearch import Timeline
from yunfn.localcloud.store import Collection, Store

TAG = "__tag__:"
"""What the names of a group's tags begin with in searches."""
FOREVER = 3650
"""A ttl, in days, that means logs are never removed (SLS "CreateLogStore")."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log: its time in seconds since the epoch, its fields, and topic, source and tags of its group."""

    time: int
    contents: dict[str, str]
    topic: str = ""
    source: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def field(self, name: str) -> str | None:
        """The text of a field by its name in searches, or None where it is absent."""
        if name == "__topic__":
            return self.topic
        if name == "__source__":
            return self.source
        if name.startswith(TAG):
            return self.tags.get(name.removeprefix(TAG))
        return self.contents.get(name)

    def texts(self, internal: bool) -> list[str]:
        """What an index over the whole line covers: values, names, tags, topic and source, always all of it."""
        return [*self.contents.values(), *self.contents, *self.tags.values(), self.topic, self.source]


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
        self._timeline = Timeline(clock, 1)

    def append(
        self, account: str, region: str, project: str, logstore: str, entries: Sequence[LogEntry],
        *, shard: int, indexed: bool, days: int,
    ) -> None:  # fmt: skip
        """Keep ``entries``, which arrive now by the cloud's clock, for ``days`` days."""
        collection = self._of(account, region, project, logstore)
        received = int(self._clock.time())
        for (second, topic, source, tags), group in groupby(entries, key=_together):
            document = {
                "s": shard,
                "r": received,
                "i": indexed,
                "t": topic,
                "o": source,
                "g": dict(tags),
                "e": [one.contents for one in group],
            }
            self._timeline.put(collection, second, document)
        self._timeline.sweep("/".join((account, region, project, logstore)), collection, _limit(days))

    def between(
        self, account: str, region: str, project: str, logstore: str, begin: int, end: int, days: int
    ) -> Iterator[StoredEntry]:
        """The logs with ``begin`` <= time < ``end``, oldest first, then by arrival; those past ``days`` are gone."""
        collection = self._of(account, region, project, logstore)
        for found in self._timeline.between(collection, begin, end, _limit(days)):
            row = found.document
            for contents in row["e"]:
                entry = LogEntry(found.time, contents, row["t"], row["o"], row["g"])
                yield StoredEntry(entry, found.sequence, row["s"], row["r"], row["i"])

    def arrivals(self, account: str, region: str, project: str, logstore: str, days: int) -> list[StoredEntry]:
        """All logs in the order they came."""
        everything = self.between(account, region, project, logstore, 0, 10**11 - 1, days)
        return sorted(everything, key=lambda one: one.sequence)

    def clear(self, account: str, region: str, project: str, logstore: str) -> None:
        """Remove all logs of a logstore."""
        self._timeline.clear(self._of(account, region, project, logstore))

    def _of(self, account: str, region: str, project: str, logstore: str) -> Collection:
        return self._store.collection(account, region, f"log/entries/{project}/{logstore}")


def _limit(days: int) -> int | None:
    return None if days >= FOREVER else days


def _together(entry: LogEntry) -> tuple[int, str, str, tuple[tuple[str, str], ...]]:
    return entry.time, entry.topic, entry.source, tuple(sorted(entry.tags.items()))
