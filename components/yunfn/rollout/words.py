"""What happened in a rollout, in one sentence for each event: for terminals, reports and logs. Pure."""

from __future__ import annotations

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
from yunfn.rollout.hook import Moment
from yunfn.rollout.metric import Measure, Measurement, Metric, Outcome, Reading
from yunfn.rollout.plan import length
from yunfn.rollout.routing import Routing, percent
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState

_OUTCOMES = {
    Outcome.SUCCESS: "success",
    Outcome.FAILURE: "failure",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.UNDECIDED: "undecided so far",
    Outcome.NO_DATA: "no data",
    Outcome.ERROR: "the source did not answer",
}
_MOMENTS = {
    Moment.BEFORE: "before the first weight",
    Moment.STEP: "at the end of a step",
    Moment.AFTER: "after promotion",
    Moment.ROLLBACK: "after stable was put back",
}
_ORDERS = {
    Command.PROMOTE: "to go on",
    Command.PAUSE: "a pause",
    Command.RESUME: "to resume",
    Command.ABORT: "to put stable back",
    Command.RETRY: "that the candidate may try again",
}


def told(state: RolloutState, event: Event) -> str:
    """What ``event`` says to a user; ``state`` is that after it. Empty for what only controllers care about."""
    return one_line(_told(state, event))


def one_line(text: str) -> str:
    """A text from anywhere as a line for a terminal: functions and clouds may answer with control characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _told(state: RolloutState, event: Event) -> str:
    match event:
        case Began():
            return f"rollout {state.number} of {event.candidate} over {event.stable}: {plan(event.specification)}"
        case Leased() | Released() | Shifting():
            return ""
        case Hooked():
            ended = "passed" if event.passed else "FAILED"
            answer = f": {event.answer}" if event.answer else ""
            return f"hook {event.name} {_MOMENTS[event.moment]} {ended} after {event.seconds:.1f} s{answer}"
        case Shifted():
            return f"{_place(state, event.step)}{shares(event.routing)}"
        case Measured():
            return "; ".join(measured(state, each) for each in event.measurements)
        case GateReached():
            goal = "promotion" if event.weight == 1 else percent(event.weight)
            return f"waits before {goal} for a person: yunfn rollout promote or abort"
        case Paused():
            return f"paused ({event.cause}): {event.reason}"
        case Resumed():
            return f"resumed{_by(event.holder)}"
        case Commanded():
            why = f": {event.reason}" if event.reason else ""
            return f"{event.holder or 'somebody'} ordered {_ORDERS[event.command]}{why}"
        case Decided():
            return f"{decided(state, event.decision)}: {event.reason}"
        case Ended():
            # Why it was decided so was told a moment ago.
            known = state.decided is not None and state.decided.reason == event.reason
            return f"{event.phase}: {event.reason}" if event.reason and not known else str(event.phase)
        case _:
            assert_never(event)


def plan(specification: Specification) -> str:
    """The steps in words: ``10 % for 10 min, then all``."""
    steps = specification.steps
    if not steps:
        return "all at once"
    if len(steps) > 1 and len({each.seconds for each in steps}) == 1:
        weights = ", ".join(percent(each.weight).removesuffix(" %") for each in steps)
        return f"{weights} % for {duration(steps[0].seconds)} each, then all: {duration(length(steps))} at least"
    each_one = ", ".join(f"{percent(each.weight)} for {duration(each.seconds)}" for each in steps)
    return f"{each_one}, then all"


def shares(routing: Routing) -> str:
    """Who gets what: ``95 % to 3, 5 % to 4``."""
    if not routing.weight:
        return f"all to {routing.main}"
    return f"{percent(1 - routing.weight)} to {routing.main}, {percent(routing.weight)} to {routing.additional}"


def duration(seconds: float) -> str:
    """Seconds as users write them: ``45 s``, ``10 min``, ``1 h 30 min``."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{left} s" if left else ""]
    return " ".join(part for part in parts if part) or "0 s"


def measured(state: RolloutState, measurement: Measurement) -> str:
    """One measurement: the metric, what it came to, and the figures of both versions."""
    dry = " (dry run)" if measurement.dry_run else ""
    said = f"{measurement.metric}{dry}: {_OUTCOMES[measurement.outcome]}"
    if measurement.text:
        return f"{said}, {one_line(measurement.text)}"
    metric = metric_of(state, measurement.metric)
    readings = [
        f"{version} {figure(metric, reading)} of {reading.count}"
        for version, reading in ((state.candidate, measurement.candidate), (state.stable, measurement.stable))
        if reading is not None
    ]
    return f"{said}, {', '.join(readings)}" if readings else said


def metric_of(state: RolloutState, name: str) -> Metric | None:
    """The declared metric of that name."""
    return next((each for each in state.began.specification.metrics if each.name == name), None)


def figure(metric: Metric | None, reading: Reading) -> str:
    """A version's figure with its unit: a share in percent, a duration in ms, anything else as it is."""
    value = number(reading)
    if value is None:
        return "nothing"
    return amount(metric, value)


def amount(metric: Metric | None, value: float) -> str:
    """A value of ``metric`` with its unit."""
    if metric is not None and metric.measure in (Measure.ERRORS, Measure.THROTTLES):
        return f"{value * 100:.3g} %"
    if metric is not None and metric.measure in (Measure.P50, Measure.P95, Measure.P99):
        return f"{value:.4g} ms" if value < 10_000 else f"{value / 1000:.4g} s"
    return f"{value:.4g}"


def number(reading: Reading) -> float | None:
    """A reading's one figure: its share of failures, or its value."""
    return reading.value if reading.value is not None else reading.share


def decided(state: RolloutState, decision: Decision) -> str:
    """What was decided."""
    return {
        Decision.PROMOTE: f"{state.candidate} is promoted",
        Decision.RESTORE: f"{state.candidate} is rejected, {state.stable} is put back",
        Decision.ABORT: f"stopped, {state.stable} is put back",
    }[decision]


def _place(state: RolloutState, step: int) -> str:
    """Which step of how many; nothing where the shift is that of an end."""
    steps = state.began.specification.steps
    if state.decided or not 0 <= step < len(steps):
        return ""
    return f"step {step + 1} of {len(steps)}: "


def _by(holder: str) -> str:
    return f" by {holder}" if holder else ""
