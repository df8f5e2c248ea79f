"""The record of an alias's rollouts as numbered objects in the artifact bucket (see ``yunfn.rollout.event``)."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count, islice, takewhile
from typing import Final

from yunfn.rollout.event import AliasPlace
from yunfn.storage.numbered_objects import NumberedObjects

_DIGITS: Final = 6
# So many are asked for at a time; the first of a look alone, because most looks find nothing new.
_AT_ONCE: Final = 8


class BucketEventLog:
    """The records of ``place`` in the bucket of ``objects``: an EventLog (see there).

    Reading asks for each number and ends at the first that is not there: an object that was just written is found by
    its key at once, and a list may be late.
    """

    def __init__(self, place: AliasPlace, objects: NumberedObjects) -> None:
        self._prefix = place.prefix
        self._objects = objects

    def rollouts(self) -> list[int]:
        """See EventLog; raises CloudAnswerError."""
        return sorted(int(each) for each in self._objects.folders(self._prefix) if _is_number(each))

    def read(self, rollout: int, after: int = 0, most: int | None = None) -> list[bytes]:
        """See EventLog; raises CloudAnswerError, and ArtifactError for what is no event by its size."""
        with closing(self._events(rollout, after + 1, most)) as events:
            return list(islice(events, most))

    def append(self, rollout: int, number: int, event: bytes) -> None:
        """See EventLog; raises ObjectExistsError, ArtifactError for a bucket with versions, CloudAnswerError.

        After a CloudAnswerError the event may be there or not; another try by the same number tells, as taken.
        """
        self._objects.create(self._key(rollout, number), event)

    def _events(self, rollout: int, first: int, most: int | None) -> Generator[bytes]:
        found = self._objects.read(self._key(rollout, first))
        if found is None:
            return
        yield found
        if most == 1:
            return
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="events") as beside:
            for start in count(first + 1, _AT_ONCE):
                keys = [self._key(rollout, number) for number in range(start, start + _AT_ONCE)]
                there = list(takewhile(lambda each: each is not None, beside.map(self._objects.read, keys)))
                yield from (each for each in there if each is not None)
                if len(there) < _AT_ONCE:
                    return

    def _key(self, rollout: int, number: int) -> str:
        return f"{self._prefix}{rollout:0{_DIGITS}d}/{number:0{_DIGITS}d}.json"


def _is_number(name: str) -> bool:
    return len(name) >= _DIGITS and name.isascii() and name.isdecimal()
