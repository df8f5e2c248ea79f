"""What the measurements of a rollout come to: against the candidate, for it, or not clear. Pure.

Only measurements since the last resume count; those of metrics in a dry run never do.
"""

from __future__ import annotations

from collections.abc import Iterator

from yunfn.rollout.event import Cause
from yunfn.rollout.metric import Measurement, Metric, Outcome
from yunfn.rollout.state import RolloutState

# What rests on data, and says that nothing is wrong so far.
_GOOD = (Outcome.SUCCESS, Outcome.UNDECIDED)
_WITHOUT_DATA = (Outcome.NO_DATA, Outcome.ERROR)


def over_limit(state: RolloutState, metric: Metric) -> Measurement | None:
    """The failure by which ``metric`` has more of them than it may; None if it has not, or is in a dry run.

    Failures in which stable did no better (``stable_fails``) are told only where those are too many themselves.
    """
    if metric.dry_run:
        return None
    failures = [each for each in _counting(state, metric) if each.outcome is Outcome.FAILURE]
    own = [each for each in failures if not each.stable_fails]
    if len(own) > metric.failure_limit:
        return own[-1]
    shared = [each for each in failures if each.stable_fails]
    return shared[-1] if len(shared) > metric.failure_limit else None


def unclear(state: RolloutState) -> tuple[Cause, str] | None:
    """Why it should pause at once: too many errors of a source in a row, or too many inconclusive measurements."""
    for metric in _judges(state):
        measurements = _counting(state, metric)
        errors = _in_a_row(measurements, Outcome.ERROR, ())
        if errors > metric.error_limit:
            return Cause.SOURCE, f"{metric.name}: no answer {errors} times in a row: {measurements[-1].text}"
        vague = _in_a_row(measurements, Outcome.INCONCLUSIVE, _WITHOUT_DATA)
        if vague > metric.inconclusive_limit:
            last = [each for each in measurements if each.outcome is Outcome.INCONCLUSIVE][-1]
            times = f" {vague} times in a row" if vague > 1 else ""
            return Cause.INCONCLUSIVE, f"{metric.name}: neither success nor failure{times}: {last.text}"
    return None


def lacking(state: RolloutState, *, last: bool) -> tuple[Cause, str] | None:
    """What the step lacks to pass: None where every metric has a good measurement of it.

    The latest measurement with data counts. In the ``last`` step it must be a success; before, a test that needs more
    samples does. Figures from before the step began are none of it (sources are late).
    """
    for metric in _judges(state):
        seen = [
            each
            for each in state.step_measurements
            if each.metric == metric.name and each.outcome not in _WITHOUT_DATA and each.until > state.step_since
        ]
        if not seen:
            said = next((each.text for each in reversed(state.step_measurements) if each.metric == metric.name), "")
            why = f": {said}" if said else ""
            return Cause.NO_DATA, f"{metric.name}: no data in this step, and no data is never success{why}"
        if seen[-1].outcome not in _GOOD or (last and seen[-1].outcome is not Outcome.SUCCESS):
            return Cause.INCONCLUSIVE, f"{metric.name}: not decided in this step: {seen[-1].text}"
    return None


def answered(state: RolloutState) -> bool:
    """Whether sources answer and there is data of each metric in this step: a pause for want of either has no reason
    any more.
    """
    silent = unclear(state)
    lacks = lacking(state, last=False)
    return not (silent and silent[0] is Cause.SOURCE) and not (lacks and lacks[0] is Cause.NO_DATA)


def _judges(state: RolloutState) -> Iterator[Metric]:
    return (each for each in state.began.specification.metrics if not each.dry_run)


def _counting(state: RolloutState, metric: Metric) -> list[Measurement]:
    return [each for each in state.measurements[state.forgiven :] if each.metric == metric.name]


def _in_a_row(measurements: list[Measurement], outcome: Outcome, ignored: tuple[Outcome, ...]) -> int:
    """How many measurements at the end have ``outcome``, those with ``ignored`` ones left out."""
    found = 0
    for each in reversed(measurements):
        if each.outcome in ignored:
            continue
        if each.outcome is not outcome:
            break
        found += 1
    return found
