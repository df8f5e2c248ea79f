"""The error bounds of the comparison, held by simulation: any number of looks, equal arms and canaries."""

from __future__ import annotations

from random import Random

import pytest

from support.rollout_simulation import binomial
from yunfn.rollout.comparison import Stratum, compare
from yunfn.rollout.metric import Comparison, Outcome

RULE = Comparison()
_RUNS = 1500
# Looks each 100 calls of the candidate, well beyond the 1,000 that decide.
_LOOKS, _CALLS = 20, 100


def ended(random: Random, ratio: int, fails: float, worse: float) -> tuple[Outcome, bool]:
    """How looks came out until a failure, and whether any was a success."""
    calls = failures = stable = stable_failures = 0
    outcome, passed = Outcome.UNDECIDED, False
    for _ in range(_LOOKS):
        calls += _CALLS
        failures += binomial(random, _CALLS, fails + worse)
        stable += _CALLS * ratio
        stable_failures += binomial(random, _CALLS * ratio, fails)
        outcome = compare(RULE, [Stratum(calls, failures, stable, stable_failures)]).outcome
        if outcome is Outcome.FAILURE:
            break
        passed = passed or outcome is Outcome.SUCCESS
    return outcome, passed


@pytest.mark.parametrize("ratio", [1, 9, 99])
@pytest.mark.parametrize("fails", [0.001, 0.01])
def test_an_equal_candidate_fails_in_one_of_a_hundred_at_most(ratio: int, fails: float) -> None:
    random = Random(1000 * ratio + int(fails * 1000))
    runs = _RUNS if ratio < 99 else _RUNS // 3
    ends = [ended(random, ratio, fails, 0.0)[0] for _ in range(runs)]
    # Twenty looks; were each one a test of 1 %, some ten in a hundred would fail.
    assert ends.count(Outcome.FAILURE) <= 0.01 * runs
    assert ends.count(Outcome.SUCCESS) >= 0.99 * runs


@pytest.mark.parametrize("ratio", [1, 9, 99])
@pytest.mark.parametrize("fails", [0.0, 0.01, 0.02])
def test_a_candidate_five_points_worse_fails_and_never_passes(ratio: int, fails: float) -> None:
    random = Random(2000 * ratio + int(fails * 1000))
    runs = [ended(random, ratio, fails, 0.05) for _ in range(_RUNS)]
    assert all(outcome is Outcome.FAILURE for outcome, _ in runs)
    # 0.1 % of 1,500, and three standard deviations.
    assert sum(passed for _, passed in runs) <= 5


def decided_after(fails: float, ratio: int = 1) -> float:
    """Calls of a candidate 5 points worse after which it decides at the latest; stable has ``ratio`` for each."""
    many = 100_000
    stratum = Stratum(many, round((fails + 0.05) * many), ratio * many, round(fails * ratio * many))
    return many / compare(RULE, [stratum]).information


def test_how_many_calls_it_takes() -> None:
    equal = {fails: decided_after(fails) for fails in (0.001, 0.01, 0.02, 0.05)}
    assert equal[0.001] < 800
    assert 950 < equal[0.01] < 1050
    assert 1200 < equal[0.02] < 1400
    assert 2000 < equal[0.05] < 2200
    # A canary of 1 %: stable is as good as known, and half of the candidate's calls do.
    assert decided_after(0.01, ratio=99) < 500
