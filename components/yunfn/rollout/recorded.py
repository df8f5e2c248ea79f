"""A rollout as its record holds it: the events themselves beside the state that they tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import msgspec

from yunfn.exceptions import RolloutError
from yunfn.rollout.event import Began, Event, EventLog, decode
from yunfn.rollout.state import RolloutState, begin, fold


@dataclass(frozen=True)
class Recorded:
    """Rollout ``number``, its first event and those after it."""

    number: int
    began: Began
    rest: tuple[Event, ...]

    @classmethod
    def of(cls, number: int, events: Iterable[Event]) -> Recorded:
        """The rollout of these events; raises RolloutError where they do not begin as every rollout does."""
        first, *rest = events
        if not isinstance(first, Began):
            raise RolloutError(f"rollout {number}: its record begins with {type(first).__name__}, not with Began")
        return cls(number, first, tuple(rest))

    @property
    def events(self) -> tuple[Event, ...]:
        """All of them, in order."""
        return (self.began, *self.rest)

    @cached_property
    def state(self) -> RolloutState:
        """What they tell."""
        return fold(begin(self.number, self.began), self.rest)

    def told(self) -> Iterator[tuple[RolloutState, Event]]:
        """Each event with the state after it."""
        state = begin(self.number, self.began)
        yield state, self.began
        for event in self.rest:
            state = fold(state, (event,))
            yield state, event

    def until(self, now: float) -> float:
        """When it ended, or ``now`` where it has not (unix seconds)."""
        return self.state.ended.at if self.state.ended else max(now, self.events[-1].at)


def decoded(documents: Iterable[bytes], rollout: int) -> list[Event]:
    """The events in ``documents``; raises RolloutError for one that is none, naming the rollout."""
    try:
        return [decode(each) for each in documents]
    except msgspec.DecodeError as error:
        raise RolloutError(
            f"the record of rollout {rollout} holds what is no event of this release of yunfn ({error}): "
            "a newer yunfn wrote it, or somebody else"
        ) from error


def recorded(log: EventLog, number: int) -> Recorded | None:
    """Rollout ``number`` of a record; None if it has no event. Raises CloudAnswerError, RolloutError."""
    events = decoded(log.read(number), number)
    return Recorded.of(number, events) if events else None


def all_recorded(log: EventLog) -> list[Recorded]:
    """Every rollout, the first one first. Raises CloudAnswerError, RolloutError."""
    return [found for number in log.rollouts() if (found := recorded(log, number))]


def last_recorded(log: EventLog) -> Recorded | None:
    """The latest rollout; None if there never was one. Raises CloudAnswerError, RolloutError."""
    return next((found for number in reversed(log.rollouts()) if (found := recorded(log, number))), None)
