"""The charts of one rollout: the candidate's share of calls, and each metric of both versions."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from yunfn.rollout.conditions import condition
from yunfn.rollout.event import Ended, Paused, Resumed
from yunfn.rollout.metric import Conditions, Measurement, Metric, Outcome, Reading, Relation
from yunfn.rollout.recorded import Recorded
from yunfn.rollout.report.curves import Chart, Curve, Point
from yunfn.rollout.routing import percent
from yunfn.rollout.state import RolloutState
from yunfn.rollout.words import amount, figure, measured, number, shares


def weight_chart(recorded: Recorded, until: float) -> Chart:
    """The candidate's share of calls over time, with lines where it was paused, resumed and ended."""
    state = recorded.state
    points = [Point(state.began.at, 0.0)]
    for shift in state.shifts:
        share = shift.routing.share(state.candidate)
        points.append(Point(shift.at, float(share), shares(shift.routing)))
    points.append(Point(until, points[-1].value))
    marks = [
        (event.at, type(event).__name__.lower())
        for event in recorded.rest
        if isinstance(event, Paused | Resumed | Ended)
    ]
    curve = Curve(f"share of {state.candidate}", "candidate", tuple(points), stepped=True)
    # Up to 100 %, unless the rollout was over before it came that far.
    top = next(each for each in (0.1, 0.2, 0.5, 1.0) if each >= max(point.value for point in points))
    return Chart("share of calls", (curve,), state.began.at, until, _percent, top, tuple(marks))


def metric_charts(recorded: Recorded, until: float) -> Iterator[Chart]:
    """One chart for each metric that was measured, in the order in which they were declared."""
    state = recorded.state
    for metric in state.began.specification.metrics:
        own = [each for each in state.measurements if each.metric == metric.name]
        if own:
            yield _metric_chart(recorded, metric, own, until)


def _metric_chart(recorded: Recorded, metric: Metric, measurements: list[Measurement], until: float) -> Chart:
    state = recorded.state
    curves = [Curve(f"candidate {state.candidate}", "candidate", tuple(_points(state, metric, measurements, True)))]
    stable = tuple(_points(state, metric, measurements, False))
    if any(stable):
        curves.append(Curve(f"stable {state.stable}", "stable", stable))
    decided = state.decided
    marks = ((decided.at, decided.reason),) if decided else ()
    name = f"{metric.name} (dry run)" if metric.dry_run else metric.name
    label = partial(amount, metric)
    return Chart(name, tuple(curves), state.began.at, until, label, 0.0, marks, tuple(_levels(metric)))


def _points(
    state: RolloutState, metric: Metric, measurements: list[Measurement], candidate: bool
) -> Iterator[Point | None]:
    for each in measurements:
        reading: Reading | None = each.candidate if candidate else each.stable
        value = number(reading) if reading else None
        if reading is None or value is None:
            yield None
            continue
        own = f"{figure(metric, reading)} of {reading.count}"
        title = measured(state, each) if candidate else f"stable {state.stable}: {own}"
        yield Point(each.at, value, title, candidate and each.outcome is Outcome.FAILURE)


def _levels(metric: Metric) -> Iterator[tuple[float, str]]:
    """Where the conditions draw the line, as far as that is a value of the candidate itself."""
    rule = metric.rule
    if not isinstance(rule, Conditions) or rule.of is not Relation.FIGURE:
        return
    for outcome, said in (("success", rule.success), ("failure", rule.failure)):
        if said:
            yield condition(said).bound, f"{outcome} {said}"


def _percent(value: float) -> str:
    return percent(Decimal(str(round(value, 6))))
