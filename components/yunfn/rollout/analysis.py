"""The judgement of one metric's readings: pure, no clock and no cloud.

Rules are in ``conditions`` (bounds of a figure, of a difference or of a ratio) and ``comparison`` (a test against
the stable version). What all have in common is here: no data is never success.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from yunfn.rollout.comparison import Stratum, Verdict, compare
from yunfn.rollout.conditions import both, meets, related
from yunfn.rollout.metric import Comparison, Conditions, Measure, Measurement, Metric, Outcome, Reading, Relation
from yunfn.rollout.words import amount, number

_DONE = {Measure.ERRORS: "failed", Measure.THROTTLES: "were throttled"}


@dataclass(frozen=True, slots=True)
class Earlier:
    """Both versions' readings at the end of an earlier weight, counted from the same beginning."""

    candidate: Reading
    stable: Reading


def judge(
    metric: Metric,
    candidate: Reading | None,
    stable: Reading | None,
    *,
    at: float,
    since: float,
    until: float,
    earlier: Sequence[Earlier] = (),
) -> Measurement:
    """Judge the readings of both versions from ``since`` to ``until`` (unix seconds), measured ``at``.

    ``earlier`` are readings since the same ``since`` at each change of weights, in order: a comparison counts calls of
    one weight together only. How many looks there were before is no matter: the bounds of a comparison are those of all
    looks together. Conditions of the figure itself need no ``stable``.
    """
    blank = partial(
        Measurement,
        metric=metric.name,
        at=at,
        since=since,
        until=until,
        candidate=candidate,
        stable=stable,
        dry_run=metric.dry_run,
    )
    alone = isinstance(metric.rule, Conditions) and metric.rule.of is Relation.FIGURE
    lacks = _lacking(metric, "the candidate", candidate) or ("" if alone else _lacking(metric, "stable", stable))
    if lacks:
        return blank(outcome=Outcome.NO_DATA, text=lacks)
    assert candidate is not None
    if isinstance(metric.rule, Conditions):
        outcome, figure, text = _conditions(metric, metric.rule, candidate, None if alone else stable)
        return blank(outcome=outcome, figure=figure if math.isfinite(figure) else None, text=text)
    assert stable is not None
    if candidate.failures is None or stable.failures is None:
        return blank(
            outcome=Outcome.ERROR, text=f"{metric.measure} has no counts of failures, which a comparison needs"
        )
    strata = _strata(Earlier(candidate, stable), earlier)
    if not any(each.weight for each in strata):
        return blank(outcome=Outcome.NO_DATA, text="both versions never had calls while the weights were the same")
    verdict = compare(metric.rule, strata)
    return blank(
        outcome=verdict.outcome,
        figure=verdict.difference,
        text=_compared(metric, metric.rule, candidate, stable, verdict, by_weight=len(strata) > 1),
    )


def _lacking(metric: Metric, whose: str, reading: Reading | None) -> str:
    """Why a reading is no data; "" if it is."""
    least = max(metric.minimum, 1)
    count = reading.count if reading else 0
    if reading is None or count < least:
        return f"{count} of the {least} calls of {whose} that a measurement needs"
    return "" if number(reading) is not None else f"no figure for {whose}"


def _conditions(
    metric: Metric, rule: Conditions, candidate: Reading, stable: Reading | None
) -> tuple[Outcome, float, str]:
    ours, theirs = number(candidate), number(stable) if stable else None
    assert ours is not None
    figure = related(rule.of, ours, theirs)
    outcome = meets(rule, figure)
    success, failure = both(rule)
    said = f"{amount(metric, ours)} in {candidate.count:,} calls"
    if theirs is not None and stable is not None:
        said = f"{said}, {amount(metric, theirs)} in {stable.count:,} of stable: "
        said += f"{figure:.3g} times as much" if rule.of is Relation.RATIO else f"{amount(metric, figure)} more"
    if outcome is Outcome.FAILURE:
        return outcome, figure, f"{said}, {failure} fails"
    if outcome is Outcome.SUCCESS:
        return outcome, figure, f"{said}, {success} is right"
    return outcome, figure, f"{said}, neither {success} nor {failure}"


def _strata(now: Earlier, earlier: Sequence[Earlier]) -> list[Stratum]:
    """The calls of each weight by themselves: differences of what was counted from one beginning.

    Readings that later ones fall short of do not count: a source corrected them, or (probes in another process) began
    anew. Failures that were corrected alone are none less than nothing.
    """
    found, before = [], Stratum(0, 0, 0, 0)
    kept: list[Earlier] = [now]
    for each in reversed(earlier):
        if each.candidate.count <= kept[0].candidate.count and each.stable.count <= kept[0].stable.count:
            kept.insert(0, each)
    for each in kept:
        ours, theirs = each.candidate, each.stable
        seen = Stratum(ours.count, ours.failures or 0, theirs.count, theirs.failures or 0)
        calls, stable_calls = seen.calls - before.calls, seen.stable_calls - before.stable_calls
        found.append(
            Stratum(
                calls,
                min(max(seen.failures - before.failures, 0), calls),
                stable_calls,
                min(max(seen.stable_failures - before.stable_failures, 0), stable_calls),
            )
        )
        before = seen
    return found


def _compared(
    metric: Metric, rule: Comparison, candidate: Reading, stable: Reading, verdict: Verdict, *, by_weight: bool
) -> str:
    done = _DONE.get(metric.measure, "failed")
    said = (
        f"{amount(metric, candidate.share or 0.0)} of {candidate.count:,} calls {done}, "
        f"{amount(metric, stable.share or 0.0)} of {stable.count:,} of stable: {verdict.difference * 100:+.2f} points"
    ) + (" step by step" if by_weight else "")
    increase = f"{float(rule.increase) * 100:+g} points"
    if verdict.outcome is Outcome.FAILURE:
        why = (
            "more of the failures are its own than chance explains"
            if verdict.at_once
            else f"{verdict.line * 100:+.2f} decide"
        )
        return f"{said}, {why} (equal versions fail so in {rule.false_rollback * 100:g} % at most)"
    if verdict.outcome is Outcome.SUCCESS:
        return f"{said}, {increase} are ruled out (but for {rule.missed * 100:g} % at most)"
    return f"{said}, {min(verdict.information, 0.99) * 100:.0f} % of what it takes to rule out {increase}"
