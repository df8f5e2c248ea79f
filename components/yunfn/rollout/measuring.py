"""One metric, measured by its source in both versions and judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.rollout.analysis import Earlier, judge
from yunfn.rollout.conditions import both
from yunfn.rollout.metric import (
    Conditions,
    Measurement,
    Metric,
    MetricsBackend,
    Outcome,
    Reading,
    Relation,
)
from yunfn.rollout.state import RolloutState


def measure(state: RolloutState, metric: Metric, backend: MetricsBackend, now: Callable[[], float]) -> Measurement:
    """Measure ``metric`` of both versions in the same window, and judge it. Blocks; never raises for the source.

    The window ends as long before ``now`` (unix seconds) as the source's figures are late. It is the metric's, and at
    most all time since the candidate served first, or since the last resume.
    """
    begins = state.counted_since if state.counted_since is not None else state.step_since
    until = now() - backend.late
    since = begins if metric.window is None else max(begins, until - metric.window)
    blank = partial(Measurement, metric=metric.name, since=since, until=max(since, until), dry_run=metric.dry_run)
    if until <= since:
        text = f"the source tells figures {backend.late:g} s late: there are none of this time yet"
        return blank(outcome=Outcome.NO_DATA, at=now(), text=text)
    absolute = isinstance(metric.rule, Conditions) and metric.rule.of is Relation.FIGURE
    try:
        candidate = backend.measure(metric.measure, state.candidate, since, until)
        stable = None if absolute else backend.measure(metric.measure, state.stable, since, until)
    except (CloudAnswerError, RolloutError) as error:
        return blank(outcome=Outcome.ERROR, at=now(), text=str(error))
    seen = [each for each in state.measurements[state.forgiven :] if each.metric == metric.name]
    judged = partial(
        judge,
        metric,
        at=now(),
        since=since,
        until=until,
        earlier=_earlier(state, seen, since),
    )
    measurement = judged(candidate, stable)
    if absolute and measurement.outcome is Outcome.FAILURE:
        beside = _reading(metric, backend, state.stable, since, until)
        return _beside(measurement, judged(beside, None), metric, beside)
    return measurement


def _reading(metric: Metric, backend: MetricsBackend, version: str, since: float, until: float) -> Reading | None:
    """Stable's figures, to compare a failure with; None where the source does not tell: then the failure stands."""
    try:
        return backend.measure(metric.measure, version, since, until)
    except (CloudAnswerError, RolloutError):
        return None


def _beside(failure: Measurement, stable: Measurement, metric: Metric, reading: Reading | None) -> Measurement:
    """A failure of an absolute condition, with stable's figures of the same window beside it."""
    ours, theirs = failure.figure, stable.figure
    as_bad = (
        stable.outcome is Outcome.FAILURE
        and ours is not None
        and theirs is not None
        and (theirs >= ours if _more_is_worse(metric) else theirs <= ours)
    )
    return msgspec.structs.replace(failure, stable=reading, stable_fails=as_bad)


def _more_is_worse(metric: Metric) -> bool:
    """By the sign of its failure: more is worse where ``> 0.05`` fails."""
    assert isinstance(metric.rule, Conditions)
    return both(metric.rule)[1].sign.startswith(">")


def _earlier(state: RolloutState, seen: Sequence[Measurement], since: float) -> list[Earlier]:
    """Both versions' readings at each change of weights: the last ones before it, counted from the same beginning."""
    found: dict[float, Earlier] = {}
    for shifted in state.shifts:
        before = [each for each in seen if each.until <= shifted.at and each.since == since]
        if before and (last := before[-1]).candidate is not None and last.stable is not None:
            found[last.until] = Earlier(last.candidate, last.stable)
    return list(found.values())
