"""What a rollout needs next, from its state and the time alone. Pure: it knows no cloud, no clock, no thread.

Whoever asks carries the action out, adds the events that tell of it, folds them and asks again. The phases and their
rules follow what users of progressive delivery know (success and failure conditions, neither is a pause, provider
errors counted apart), with one addition: a candidate that fails where stable fails as badly is not rolled back to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from yunfn.rollout.event import (
    Cause,
    Command,
    Commanded,
    Decided,
    Decision,
    Ended,
    Event,
    GateReached,
    Paused,
    Resumed,
)
from yunfn.rollout.hook import Hook, Moment
from yunfn.rollout.metric import Measurement, Metric
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing, percent
from yunfn.rollout.state import RolloutState
from yunfn.rollout.verdict import answered, lacking, over_limit, unclear

# Seconds: no metric is measured more often than that.
_SHORTEST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is due before ``until`` (unix seconds) but commands; None: only a person's command helps."""

    until: float | None


@dataclass(frozen=True, slots=True)
class CallHook:
    """Call ``hook``, then tell by ``Hooked`` of that ``step``."""

    hook: Hook
    step: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Announce ``routing`` by ``Shifting``, send the alias's calls there, and tell by ``Shifted``."""

    step: int
    routing: Routing


@dataclass(frozen=True, slots=True)
class Measure:
    """Measure ``metrics`` and tell by ``Measured``."""

    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Write:
    """Add ``event``; there is nothing else to do for it."""

    event: Event


@dataclass(frozen=True, slots=True)
class Restore:
    """Put stable back by one call, then tell by ``Decided`` (unless that was told) and ``Shifted`` of this step."""

    decision: Decision
    reason: str
    measurement: Measurement | None = None


@dataclass(frozen=True, slots=True)
class Over:
    """It has ended."""


Action = Wait | CallHook | Shift | Measure | Write | Restore | Over


def decide(state: RolloutState, now: float) -> Action:
    """The next action of a rollout, ``now`` in unix seconds."""
    if state.ended:
        return Over()
    abort = _ordered(state, Command.ABORT)
    if abort:
        return Restore(Decision.ABORT, _said(abort, "ordered to put stable back"))
    if state.decided:
        return _ending(state, state.decided, now)
    against = _against(state, now)
    if against:
        return against
    if state.shifting:
        return Shift(state.shifting.step, state.shifting.routing)
    pause = _ordered(state, Command.PAUSE)
    if pause:
        return Write(Paused(at=now, cause=Cause.COMMAND, reason=_said(pause, "ordered a pause")))
    if state.paused:
        return _paused(state, state.paused, now)
    if state.gate:
        promote = _ordered(state, Command.PROMOTE)
        return Write(Resumed(at=now, onward=True, kept=True)) if promote else _watching(state, now)
    return _progress(state, now)


def next_hook(state: RolloutState, moment: Moment) -> Hook | None:
    """The hook of ``moment`` (in the present step, where the moment comes in each) that was not called yet."""
    hooks = [each for each in state.began.specification.hooks if each.moment is moment]
    called = [
        each for each in state.hooks if each.moment is moment and (moment is not Moment.STEP or each.step == state.step)
    ]
    return hooks[len(called)] if len(called) < len(hooks) else None


def _ending(state: RolloutState, decided: Decided, now: float) -> Action:
    """What is left to do once the end is decided."""
    if decided.decision is Decision.PROMOTE:
        if not state.promoted or state.shifting:
            return Shift(len(state.began.specification.steps), Routing(state.candidate))
        hook = next_hook(state, Moment.AFTER)
        phase = Phase.SUCCEEDED
    else:
        if not state.restored:
            return Restore(decided.decision, decided.reason, decided.measurement)
        # Where the candidate never served there is nothing that was rolled back.
        hook = next_hook(state, Moment.ROLLBACK) if state.serving_since is not None else None
        phase = Phase.FAILED if decided.decision is Decision.RESTORE else Phase.ABORTED
    if hook:
        return CallHook(hook, state.step)
    return Write(Ended(at=now, phase=phase, reason=decided.reason))


def _against(state: RolloutState, now: float) -> Action | None:
    """What speaks against the candidate: a hook that did not pass, or more failures than a metric may have."""
    for hooked in state.hooks:
        if not hooked.passed and hooked.moment in (Moment.BEFORE, Moment.STEP):
            return Restore(Decision.RESTORE, f"hook {hooked.name} did not pass: {hooked.answer}")
    stable_too = None
    for metric in state.began.specification.metrics:
        failure = over_limit(state, metric)
        if failure is None:
            continue
        if not failure.stable_fails:
            return Restore(Decision.RESTORE, f"{metric.name}: {failure.text}", failure)
        stable_too = stable_too or failure
    if stable_too and not state.paused:
        reason = (
            f"{stable_too.metric}: {stable_too.text}; but {state.stable}, which is stable, does no better, so going "
            "back to it would help nobody"
        )
        return Write(Paused(at=now, cause=Cause.STABLE_UNHEALTHY, reason=reason))
    return None


def _paused(state: RolloutState, paused: Paused, now: float) -> Action:
    """A pause ends by a person, or by itself where its reason is gone: data came, the source answers."""
    if _ordered(state, Command.PROMOTE):
        return Write(Resumed(at=now, onward=True))
    if _ordered(state, Command.RESUME):
        return Write(Resumed(at=now))
    if paused.cause in (Cause.NO_DATA, Cause.SOURCE) and answered(state):
        return Write(Resumed(at=now, kept=True))
    return _watching(state, now)


def _watching(state: RolloutState, now: float) -> Action:
    """While a person is awaited the candidate serves and is measured on: a failing one goes."""
    due, soonest = _due(state, now)
    return Measure(due) if due else Wait(soonest)


def _progress(state: RolloutState, now: float) -> Action:
    if state.step < 0:
        hook = next_hook(state, Moment.BEFORE)
        return CallHook(hook, state.step) if hook else _onward(state, now)
    step = state.began.specification.steps[state.step]
    ends = state.step_since + step.seconds
    if not state.onward:
        due, soonest = _due(state, now, ends)
        if due:
            return Measure(due)
        pause = unclear(state)
        if pause:
            return Write(Paused(at=now, cause=pause[0], reason=pause[1]))
        if now < ends:
            return Wait(ends if soonest is None else min(soonest, ends))
        lacks = lacking(state, last=_is_last(state))
        if lacks:
            given_up = max(ends, state.measured_since) + state.began.specification.patience
            if now >= given_up:
                return Write(Paused(at=now, cause=lacks[0], reason=lacks[1]))
            return Wait(given_up if soonest is None else min(soonest, given_up))
    hook = next_hook(state, Moment.STEP)
    return CallHook(hook, state.step) if hook else _onward(state, now)


def _onward(state: RolloutState, now: float) -> Action:
    """To the next weight or to promotion, through the gates before it."""
    specification = state.began.specification
    step = state.step + 1
    promotion = step >= len(specification.steps)
    weight = 1 if promotion else specification.steps[step].weight
    shut = [
        gate.weight
        for gate in specification.gates
        if gate.weight <= weight and all(passed < gate.weight for passed in state.passed_gates)
    ]
    if shut:
        return Write(GateReached(at=now, step=state.step, weight=max(shut)))
    if promotion:
        return Write(Decided(at=now, decision=Decision.PROMOTE, reason=_why(state)))
    return Shift(step, Routing(state.stable, state.candidate, specification.steps[step].weight))


def _due(state: RolloutState, now: float, ends: float | None = None) -> tuple[tuple[Metric, ...], float | None]:
    """The metrics to measure now, and when the next one is due.

    Each is measured an interval after its last measurement, and at the end of the step (``ends``).
    """
    if state.step < 0:
        return (), None
    step = state.began.specification.steps[state.step]
    due: list[Metric] = []
    soonest: float | None = None
    for metric in state.began.specification.metrics:
        interval = max(metric.interval, _SHORTEST)
        done = [each.at for each in state.step_measurements if each.metric == metric.name]
        at = done[-1] + interval if done else state.measured_since + min(interval, step.seconds)
        if ends is not None and ends > (done[-1] if done else state.measured_since):
            at = min(at, ends)
        if at <= now:
            due.append(metric)
        else:
            soonest = at if soonest is None else min(soonest, at)
    return tuple(due), soonest


def _is_last(state: RolloutState) -> bool:
    return state.step == len(state.began.specification.steps) - 1


def _why(state: RolloutState) -> str:
    """Why the candidate is promoted."""
    specification = state.began.specification
    judges = [each.name for each in specification.metrics if not each.dry_run]
    if state.onward and specification.steps:
        return f"a person let it pass at {percent(specification.steps[-1].weight)}"
    if not judges:
        return "all steps are done; no metric was to judge it"
    return f"all steps are done, and {', '.join(judges)} passed"


def _ordered(state: RolloutState, command: Command) -> Commanded | None:
    return next((each for each in state.commands if each.command is command), None)


def _said(commanded: Commanded, what: str) -> str:
    why = f": {commanded.reason}" if commanded.reason else ""
    return f"{commanded.holder or 'somebody'} {what}{why}"
