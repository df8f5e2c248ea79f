"""Documents kept in the order of their times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.store import Collection, Document

_PAGE = 500
_DAY = 86400
_SWEEP_EVERY = 3600.0


@dataclass(frozen=True, slots=True)
class Moment:
    """A document with its time, in the timeline's unit; ``sequence`` orders arrivals."""

    time: int
    sequence: int
    document: Document


class Timeline:
    """Documents by time in collections of the caller's; ``per_second`` is the unit's (1: seconds, 1000: ms).

    What is past its days is not found any more, and removed now and then, so that a long-lived cloud does not grow
    without end. ``days`` None: nothing ever is.
    """

    def __init__(self, clock: Clock, per_second: int) -> None:
        self._clock = clock
        self._per_second = per_second
        self._digits = 10 + len(str(per_second))
        self._last = 0
        self._swept: dict[str, float] = {}

    def put(self, collection: Collection, moment: int, document: Document) -> int:
        """Keep ``document`` at ``moment``; its sequence."""
        sequence = self._next()
        collection.put(f"{self._key(moment)}{sequence:020d}", document)
        return sequence

    def between(self, collection: Collection, begin: int, end: int, days: int | None) -> Iterator[Moment]:
        """The documents with ``begin`` <= time < ``end``, oldest first, then by arrival."""
        after = self._key(max(begin, self._oldest(days), 0))
        until = self._key(max(end, 0))
        while rows := list(collection.scan("", after, _PAGE)):
            for key, document in rows:
                if key >= until:
                    return
                moment, _, sequence = key.partition("/")
                yield Moment(int(moment), int(sequence), document)
            after = rows[-1][0]

    def clear(self, collection: Collection) -> None:
        """Remove all documents."""
        while rows := list(collection.scan("", "", _PAGE)):
            for key, _ in rows:
                collection.delete(key)

    def sweep(self, name: str, collection: Collection, days: int | None) -> None:
        """Remove what is past its days, if the last time for ``name`` is a while ago."""
        now = self._clock.time()
        if days is None or now - self._swept.get(name, 0.0) < _SWEEP_EVERY:
            return
        self._swept[name] = now
        limit = self._key(max(self._oldest(days), 0))
        while rows := [key for key, _ in collection.scan("", "", _PAGE) if key < limit]:
            for key in rows:
                collection.delete(key)

    def _key(self, moment: int) -> str:
        return f"{moment:0{self._digits}d}/"

    def _oldest(self, days: int | None) -> int:
        return 0 if days is None else int((self._clock.time() - days * _DAY) * self._per_second)

    def _next(self) -> int:
        # Real nanoseconds grow over restarts without being kept anywhere.
        self._last = max(self._last + 1, time.time_ns())
        return self._last
