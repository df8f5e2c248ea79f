"""What is told of a rollout while it is driven: lines for the display, and rows for the log project."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Protocol

from yunfn.exceptions import YunfnError
from yunfn.rollout.event import AliasPlace, Event, Leased, Measured, Released, Shifted, Shifting, encode
from yunfn.rollout.metric import Measurement
from yunfn.rollout.plan import length
from yunfn.rollout.routing import percent
from yunfn.rollout.state import RolloutState
from yunfn.rollout.surroundings import Surroundings
from yunfn.rollout.words import duration, measured, told

# What only controllers care about.
_SILENT: Final = (Leased, Released, Shifting)


class LineWriter(Protocol):
    """Writes rows of text into a log project; blocks, raises CloudAnswerError."""

    def write(self, lines: Sequence[dict[str, str]]) -> None:
        """Write ``lines``, in order."""


class Teller:
    """Tells of the rollouts of the alias at ``place``: to ``surroundings`` at once, to ``lines`` when it is flushed."""

    def __init__(self, place: AliasPlace, surroundings: Surroundings, lines: LineWriter | None) -> None:
        self._place = place
        self._surroundings = surroundings
        self._lines = lines
        self._rows: list[dict[str, str]] = []
        self._complained = False

    def heard(self, state: RolloutState, event: Event) -> None:
        """Tell of ``event``; ``state`` is that after it."""
        if isinstance(event, _SILENT):
            return
        text = told(state, event)
        line = text + outlook(state, event.step) if isinstance(event, Shifted) else text
        self._surroundings.tell(line, lasting=not isinstance(event, Measured))
        if self._lines is not None:
            self._rows.append(row(self._place, state, event, text))

    def say(self, line: str) -> None:
        """Tell what is no event; kept in a CI's log."""
        self._surroundings.tell(line, lasting=True)

    def wait(self, state: RolloutState, until: float | None) -> None:
        """Show where it is and how long that lasts; not kept."""
        self._surroundings.tell(standing(state, until, self._surroundings.now()))

    async def flush(self, *, closing: bool = False) -> None:
        """Write the rows so far; a log project that refuses them is told of once, and changes nothing."""
        rows, self._rows, writer = self._rows, [], self._lines
        if not rows or writer is None:
            return
        try:
            if closing:
                await self._surroundings.finish(lambda: writer.write(rows))
            else:
                await self._surroundings.run(lambda: writer.write(rows))
        except YunfnError as error:
            if not self._complained:
                self.say(f"phases and measurements do not reach the log project: {error}")
            self._complained = True


def row(place: AliasPlace, state: RolloutState, event: Event, text: str) -> dict[str, str]:
    """An event as a row of texts, by which it is found again; ``event`` holds all of it, as in the record."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(event.at))
    weight = state.routing.share(state.candidate) if state.routing else Decimal(0)
    return {
        "rollout": f"{place} {state.number}",
        "number": str(state.events),
        "time": moment,
        "phase": str(state.phase),
        "stable": state.stable,
        "candidate": state.candidate,
        "weight": f"{weight:f}",
        "kind": type(event).__name__,
        "text": text,
        "event": encode(event).decode(),
    }


def outlook(state: RolloutState, step: int) -> str:
    """What follows a shift's line: how long it takes at least, and what the step before came to. "" for an end's."""
    steps = state.began.specification.steps
    if state.decided or not 0 <= step < len(steps):
        return ""
    last = {each.metric: each for each in state.measurements}
    seen = "".join(f"; {measured(state, each)}" for each in last.values())
    return f", {duration(length(steps[step:]))} left at least{seen}"


def standing(state: RolloutState, until: float | None, now: float) -> str:
    """Where a rollout is, what was measured last, and how long it takes at least."""
    steps = state.began.specification.steps
    last: dict[str, Measurement] = {each.metric: each for each in state.step_measurements}
    seen = "".join(f"; {measured(state, each)}" for each in last.values())
    if state.gate:
        goal = "promotion" if state.gate.weight == 1 else percent(state.gate.weight)
        return f"waits before {goal}: yunfn rollout promote, or abort{seen}"
    if state.paused:
        return f"paused: {state.paused.reason} (yunfn rollout resume, promote, or abort){seen}"
    if not 0 <= state.step < len(steps):
        left = length(steps) if state.step < 0 else 0.0
        return f"{state.phase}, {duration(left)} left at least{seen}"
    here = max(0.0, state.step_since + steps[state.step].seconds - now)
    left = here + length(steps[state.step + 1 :])
    more = "" if here else " (waits for samples)" if until is not None else ""
    weight = percent(steps[state.step].weight)
    return f"step {state.step + 1} of {len(steps)}: {weight}, {duration(left)} left at least{more}{seen}"
