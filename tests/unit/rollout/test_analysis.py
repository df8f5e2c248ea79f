"""One metric's readings, judged: no data is never success, and the words say what decided."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest

from yunfn.rollout.analysis import Earlier, judge
from yunfn.rollout.metric import (
    CloudMonitor,
    Comparison,
    Conditions,
    Measure,
    Measurement,
    Metric,
    Outcome,
    Reading,
    Relation,
    RequestMetrics,
)

ERRORS = Metric(name="errors", measure=Measure.ERRORS, source=CloudMonitor())
P95 = Metric(
    name="p95",
    measure=Measure.P95,
    source=RequestMetrics(project="p", logstore="l"),
    rule=Conditions(success="<= 300", failure="> 500"),
)
AT = 1795320000.0


def judged(metric: Metric, candidate: Reading | None, stable: Reading | None = None, *earlier: Earlier) -> Measurement:
    return partial(judge, at=AT, since=AT - 60, until=AT)(metric, candidate, stable, earlier=earlier)


@pytest.mark.parametrize("candidate", [None, Reading(0, failures=0), Reading(19, failures=0)])
def test_too_few_calls_are_no_data(candidate: Reading | None) -> None:
    for metric in (ERRORS, msgspec.structs.replace(ERRORS, rule=Conditions(success="< 50 %"))):
        found = judged(metric, candidate, Reading(1000, failures=0))
        assert found.outcome is Outcome.NO_DATA
        assert f"{candidate.count if candidate else 0} of the 20 calls of the candidate" in found.text


def test_a_comparison_needs_calls_of_stable_too_and_a_plain_condition_does_not() -> None:
    assert judged(ERRORS, Reading(1000, failures=1), Reading(19, failures=0)).outcome is Outcome.NO_DATA
    assert judged(P95, Reading(100, value=250.0)).outcome is Outcome.SUCCESS
    ratio = msgspec.structs.replace(P95, rule=Conditions(success="<= 1.2", of=Relation.RATIO))
    assert judged(ratio, Reading(100, value=250.0)).outcome is Outcome.NO_DATA


def test_calls_without_a_figure_are_no_data() -> None:
    found = judged(P95, Reading(100))
    assert (found.outcome, found.text) == (Outcome.NO_DATA, "no figure for the candidate")


def test_a_minimum_of_nothing_is_still_one_call() -> None:
    none = msgspec.structs.replace(P95, minimum=0)
    assert judged(none, Reading(0, value=1.0)).outcome is Outcome.NO_DATA


def test_conditions_say_both_figures_and_what_was_met() -> None:
    ratio = msgspec.structs.replace(P95, rule=Conditions(success="<= 1.2", failure="> 1.5", of=Relation.RATIO))
    found = judged(ratio, Reading(1200, value=200.0), Reading(3000, value=100.0))
    assert (found.outcome, found.figure) == (Outcome.FAILURE, 2.0)
    assert found.text == "200 ms in 1,200 calls, 100 ms in 3,000 of stable: 2 times as much, > 1.5 fails"
    assert judged(P95, Reading(100, value=400.0)).text == "400 ms in 100 calls, neither <= 300 nor > 500"


def test_a_ratio_by_nothing_fails_and_can_be_written_down() -> None:
    rule = Conditions(failure="> 2", of=Relation.RATIO)
    found = judged(msgspec.structs.replace(ERRORS, rule=rule), Reading(100, failures=3), Reading(100, failures=0))
    assert (found.outcome, found.figure) == (Outcome.FAILURE, None)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Measurement) == found


def test_a_comparison_tells_figures_and_bounds() -> None:
    found = judged(ERRORS, Reading(1000, failures=62), Reading(9000, failures=45))
    assert found.outcome is Outcome.FAILURE
    assert found.figure == pytest.approx(0.057)
    assert found.text.startswith("6.2 % of 1,000 calls failed, 0.5 % of 9,000 of stable: +5.70 points, ")
    assert "1 % at most" in found.text
    passed = judged(ERRORS, Reading(1000, failures=5), Reading(9000, failures=45))
    assert passed.outcome is Outcome.SUCCESS
    assert "+5 points are ruled out" in passed.text
    undecided = judged(ERRORS, Reading(40, failures=0), Reading(360, failures=1))
    assert undecided.outcome is Outcome.UNDECIDED
    assert "% of what it takes" in undecided.text


def test_earlier_weights_are_counted_apart() -> None:
    # Nothing failed in the first step; in the second, half of both versions' calls do.
    before = Earlier(Reading(100, failures=0), Reading(9900, failures=0))
    candidate, stable = Reading(1100, failures=500), Reading(10900, failures=500)
    assert judged(ERRORS, candidate, stable).outcome is Outcome.FAILURE
    found = judged(ERRORS, candidate, stable, before)
    assert found.outcome is not Outcome.FAILURE
    assert found.figure == pytest.approx(0.0, abs=0.01)
    assert "step by step" in found.text


def test_a_source_that_corrects_its_figures_downwards_or_begins_anew_breaks_nothing() -> None:
    now = Reading(1000, failures=2), Reading(1000, failures=2)
    alone = judged(ERRORS, *now)
    assert judged(ERRORS, *now, Earlier(Reading(1100, failures=90), Reading(900, failures=3))) == alone
    assert judged(ERRORS, *now, Earlier(Reading(900, failures=90), Reading(1100, failures=3))) == alone
    corrected = judged(ERRORS, *now, Earlier(Reading(500, failures=4), Reading(500, failures=0)))
    assert corrected.outcome is Outcome.SUCCESS
    # More failures at first than calls were left for: what came after has as many as it has calls, at most.
    assert judged(ERRORS, *now, Earlier(Reading(999, failures=0), Reading(999, failures=0))).figure is not None


def test_versions_that_never_had_calls_at_the_same_weights_are_no_data() -> None:
    found = judged(
        ERRORS,
        Reading(100, failures=2),
        Reading(1000, failures=2),
        Earlier(Reading(0, failures=0), Reading(1000, failures=2)),
    )
    assert found.outcome is Outcome.NO_DATA


def test_a_comparison_of_what_has_no_counts_is_an_error() -> None:
    wrong = msgspec.structs.replace(P95, rule=Comparison())
    found = judged(wrong, Reading(100, value=3.0), Reading(100, value=3.0))
    assert found.outcome is Outcome.ERROR
    assert "p95" in found.text


def test_a_dry_run_is_judged_and_marked() -> None:
    found = judged(msgspec.structs.replace(P95, dry_run=True), Reading(100, value=900.0))
    assert (found.outcome, found.dry_run) == (Outcome.FAILURE, True)
