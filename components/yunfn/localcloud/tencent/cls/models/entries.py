"""Log entries, kept in the order of their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.logsearch import Timeline
from yunfn.localcloud.store import Collection, Store

FOREVER = 3640
"""A Period, in days, that means logs are never removed (CLS "CreateTopic")."""
SOURCE, FILENAME = "__SOURCE__", "__FILENAME__"


@dataclass(frozen=True, slots=True)
class ClsEntry:
    """One log: its time in milliseconds since the epoch, its fields, and the address and file it came from."""

    time_ms: int
    contents: dict[str, str]
    source: str = ""
    filename: str = ""

    def field(self, name: str) -> str | None:
        """The text of a field by its name in searches, or None where it is absent."""
        return {SOURCE: self.source, FILENAME: self.filename}.get(name, self.contents.get(name))

    def texts(self, internal: bool) -> list[str]:
        """What a full-text index covers: the values, and source and file where internal fields count."""
        return [*self.contents.values(), *((self.source, self.filename) if internal else ())]


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A log as it was stored: ``package`` orders arrivals, ``number`` is its place in it.

    ``index`` is the id of the index the topic had when the log came, 0 for none.
    """

    entry: ClsEntry
    package: int
    number: int
    index: int

    @property
    def place(self) -> tuple[int, int, int]:
        """What logs are ordered by: time, then arrival."""
        return self.entry.time_ms, self.package, self.number


class EntryStore:
    """The logs of all topics; one document holds what came together with one millisecond, source and file."""

    def __init__(self, store: Store, clock: Clock, account: str) -> None:
        self._store = store
        self._account = account
        self._timeline = Timeline(clock, 1000)

    def append(self, region: str, topic_id: str, entries: Sequence[ClsEntry], *, index: int, days: int) -> None:
        """Keep ``entries`` for ``days`` days."""
        collection = self._of(region, topic_id)
        for (moment, source, file), group in groupby(entries, key=lambda one: (one.time_ms, one.source, one.filename)):
            document = {"i": index, "o": source, "f": file, "e": [one.contents for one in group]}
            self._timeline.put(collection, moment, document)
        self._timeline.sweep(f"{region}/{topic_id}", collection, _limit(days))

    def between(self, region: str, topic_id: str, begin: int, end: int, days: int) -> Iterator[StoredEntry]:
        """The logs with ``begin`` <= time < ``end`` (ms), oldest first; those past ``days`` are gone."""
        for found in self._timeline.between(self._of(region, topic_id), begin, end, _limit(days)):
            for number, contents in enumerate(found.document["e"]):
                entry = ClsEntry(found.time, contents, found.document["o"], found.document["f"])
                yield StoredEntry(entry, found.sequence, number, found.document["i"])

    def clear(self, region: str, topic_id: str) -> None:
        """Remove all logs of a topic."""
        self._timeline.clear(self._of(region, topic_id))

    def _of(self, region: str, topic_id: str) -> Collection:
        return self._store.collection(self._account, region, f"cls/entries/{topic_id}")


def _limit(days: int) -> int | None:
    return None if days >= FOREVER else days
