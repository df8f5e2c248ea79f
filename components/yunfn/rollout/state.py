"""A rollout as its record tells it: events folded, one after the other. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never

from yunfn.rollout.event import (
    Began,
    Command,
    Commanded,
    Decided,
    Decision,
    Ended,
    Event,
    GateReached,
    Hooked,
    Leased,
    Measured,
    Paused,
    Released,
    Resumed,
    Shifted,
    Shifting,
)
from yunfn.rollout.metric import Measurement
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing

_WAITING = (Phase.PAUSED, Phase.WAITING_PROMOTION)
_UNDER_WAY = (Phase.INITIALIZED, Phase.PROGRESSING)


@dataclass(frozen=True, slots=True)
class RolloutState:
    """One rollout. Times are unix seconds; ``step`` counts from 0 and is -1 before the first weight.

    ``events`` is how many there are: the next one's number is one more. ``step_since`` and ``measured_since`` are when
    the step began, and since when its measurements count (a resume begins anew); ``serving_since`` is the first shift,
    ``counted_since`` that or the last resume: where windows without a length begin. ``forgiven`` measurements lie
    before the last resume and count no more. ``shifting`` is a shift that was announced and of which nobody knows
    whether it was carried out. ``commands`` are those that nobody has answered yet: one that meant nothing when it was
    given (a promotion where nothing waits) is kept among the ``orders`` only. ``onward``: the step passes, as a person
    said.
    """

    number: int
    began: Began
    events: int = 1
    phase: Phase = Phase.INITIALIZED
    step: int = -1
    step_since: float = 0.0
    measured_since: float = 0.0
    serving_since: float | None = None
    counted_since: float | None = None
    forgiven: int = 0
    onward: bool = False
    routing: Routing | None = None
    shifting: Shifting | None = None
    lease: Leased | None = None
    gate: GateReached | None = None
    passed_gates: frozenset[Decimal] = frozenset()
    paused: Paused | None = None
    decided: Decided | None = None
    ended: Ended | None = None
    retried: bool = False
    commands: tuple[Commanded, ...] = ()
    shifts: tuple[Shifted, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    step_measurements: tuple[Measurement, ...] = ()
    hooks: tuple[Hooked, ...] = ()
    pauses: tuple[Paused, ...] = ()
    orders: tuple[Commanded, ...] = ()

    @property
    def stable(self) -> str:
        """The version that serves if the rollout fails."""
        return self.began.stable

    @property
    def candidate(self) -> str:
        """The version that is to serve."""
        return self.began.candidate

    @property
    def restored(self) -> bool:
        """Whether stable serves all calls, as far as the record knows, and no announced shift is open."""
        return self.routing == Routing(self.stable) and self.shifting is None

    @property
    def promoted(self) -> bool:
        """Whether the candidate serves all calls, as far as the record knows."""
        return self.routing == Routing(self.candidate)

    @property
    def turned_back(self) -> bool:
        """Whether the end that was decided on is stable's."""
        return self.decided is not None and self.decided.decision is not Decision.PROMOTE

    @property
    def rejected(self) -> bool:
        """Whether the candidate was rejected and nobody said retry since."""
        return self.phase is Phase.FAILED and not self.retried

    @property
    def reason(self) -> str:
        """Why it is where it is, as far as there is a reason; "" otherwise."""
        if self.ended and self.ended.reason:
            return self.ended.reason
        if self.decided:
            return self.decided.reason
        return self.paused.reason if self.paused else ""


def begin(number: int, event: Began) -> RolloutState:
    """The state after the first event of rollout ``number``."""
    return RolloutState(number, event, routing=event.found or Routing(event.stable))


def fold(state: RolloutState, events: Iterable[Event]) -> RolloutState:
    """The state after ``events``, which follow those it has seen."""
    for event in events:
        state = replace(_after(state, event), events=state.events + 1)
    return state


def _after(state: RolloutState, event: Event) -> RolloutState:
    if state.ended and isinstance(event, GateReached | Paused | Resumed | Decided | Ended):
        # The first end counts.
        return state
    match event:
        case Began():
            raise ValueError(f"rollout {state.number} began twice")
        case Leased():
            return replace(state, lease=event)
        case Released():
            return replace(state, lease=None if state.lease and state.lease.holder == event.holder else state.lease)
        case Hooked():
            return replace(state, hooks=(*state.hooks, event))
        case Shifting():
            return replace(state, shifting=event)
        case Shifted():
            return _shifted(state, event)
        case Measured():
            return replace(
                state,
                measurements=(*state.measurements, *event.measurements),
                step_measurements=(*state.step_measurements, *event.measurements),
            )
        case GateReached():
            return replace(state, gate=event, phase=Phase.WAITING_PROMOTION)
        case Paused():
            return replace(
                state,
                paused=event,
                phase=Phase.PAUSED,
                pauses=(*state.pauses, event),
                commands=_without(state, Command.PAUSE, Command.RESUME, Command.PROMOTE),
            )
        case Resumed():
            return _resumed(state, event)
        case Commanded():
            return _commanded(state, event)
        case Decided():
            phase = Phase.PROMOTING if event.decision is Decision.PROMOTE else Phase.FINALISING
            return replace(state, decided=event, phase=phase, paused=None, gate=None, commands=_aborts(state, event))
        case Ended():
            return replace(state, ended=event, phase=event.phase, paused=None, gate=None, commands=())
        case _:
            assert_never(event)


def _shifted(state: RolloutState, event: Shifted) -> RolloutState:
    serves = event.routing.share(state.candidate) > 0
    again = event.step == state.step
    first = serves and state.serving_since is None
    return replace(
        state,
        phase=state.phase if state.decided or state.ended or state.phase in _WAITING else Phase.PROGRESSING,
        step=event.step,
        step_since=state.step_since if again else event.at,
        measured_since=event.at,
        serving_since=event.at if first else state.serving_since,
        counted_since=event.at if first else state.counted_since,
        onward=state.onward and again,
        routing=event.routing,
        shifting=None,
        shifts=(*state.shifts, event),
        step_measurements=() if not again else state.step_measurements,
        # An abort that came when the candidate served already came too late.
        commands=() if event.routing == Routing(state.candidate) else state.commands,
    )


def _resumed(state: RolloutState, event: Resumed) -> RolloutState:
    gate = state.gate
    state = replace(
        state,
        phase=Phase.PROGRESSING if state.step >= 0 else Phase.INITIALIZED,
        paused=None,
        gate=None,
        passed_gates=state.passed_gates | {gate.weight} if gate else state.passed_gates,
        measured_since=event.at,
        onward=event.onward,
        commands=_without(state, Command.RESUME, Command.PROMOTE),
    )
    if event.kept:
        return state
    return replace(
        state,
        counted_since=event.at if state.serving_since is not None else None,
        forgiven=len(state.measurements),
        step_measurements=(),
    )


def _commanded(state: RolloutState, event: Commanded) -> RolloutState:
    state = replace(state, orders=(*state.orders, event))
    match event.command:
        case Command.RETRY:
            return replace(state, retried=state.retried or state.phase is Phase.FAILED)
        case Command.ABORT:
            meant = not (state.ended or state.promoted or state.turned_back)
            return replace(state, commands=(*state.commands, event)) if meant else state
        case Command.PAUSE:
            meant = state.phase in _UNDER_WAY
            return replace(state, commands=(*state.commands, event)) if meant else state
        case Command.PROMOTE:
            meant = state.phase in _WAITING
            return replace(state, commands=(*state.commands, event)) if meant else state
        case Command.RESUME:
            if state.phase is Phase.PAUSED:
                return replace(state, commands=(*state.commands, event))
            # Nothing waits for it; it takes back a pause that has not begun.
            return replace(state, commands=_without(state, Command.PAUSE))
        case _:
            assert_never(event.command)


def _aborts(state: RolloutState, event: Decided) -> tuple[Commanded, ...]:
    """What is left of the commands when the end is decided: who wants to stop may, until the candidate is promoted."""
    if event.decision is not Decision.PROMOTE:
        return ()
    return tuple(each for each in state.commands if each.command is Command.ABORT)


def _without(state: RolloutState, *answered: Command) -> tuple[Commanded, ...]:
    return tuple(each for each in state.commands if each.command not in answered)
