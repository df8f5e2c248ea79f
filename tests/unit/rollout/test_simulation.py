"""10,000 seeded rollouts on the pure controller: equal candidates end promoted, those 5 points worse rolled back."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random

import msgspec
import pytest

from support.rollout_simulation import Case, Simulated, binomial, poisson, rate_for, simulate
from yunfn.alibaba.rollout import CloudMonitor as Source
from yunfn.program.rollout.presets import Canary10Percent5Minutes
from yunfn.program.rollout.strategies import Canary, Linear, Steps, Strategy
from yunfn.rollout.metric import CloudMonitor, Measure, Metric
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import Step
from yunfn.rollout.specification import Specification

# Figures are so late (seconds) that the last of them are of no use in a step's own time.
_LATE = 120.0
#: Strategies with the options that they have by default, and how many pairs of rollouts each gets: 5,000 in all.
STRATEGIES: list[tuple[str, Strategy, int]] = [
    ("canary of 10 %, 5 minutes", Canary10Percent5Minutes(), 1500),
    ("canary of 10 %, 10 minutes", Canary(10, "10m"), 1200),
    ("steps of 1, 5, 20, 50 %", Steps([1, 5, 20, 50], "5m"), 1000),
    ("linear, 10 % a minute", Linear(10, "1m"), 800),
    ("canary of 1 %, an hour", Canary(1, "1h"), 500),
]


def specified(strategy: Strategy) -> Specification:
    """The strategy as the plugin gets it, judged by what judges by default."""

    declared = strategy.specification("orders", bucket="artifacts", defaults={Measure.ERRORS: Source()})
    return msgspec.convert(declared, Specification)


def rolled(strategy: Strategy, count: int, worse: float, seed: int) -> list[Simulated]:
    """``count`` rollouts with a stable version that fails up to 1 % of its calls, and 1,000 calls of each and more."""
    specification = specified(strategy)
    # 10 % more in the mean, so that 1,000 is what all but a few in a thousand have at least.
    rate = rate_for(specification.steps, 1100, _LATE)
    random = Random(seed)
    found = []
    for _ in range(count):
        fails = random.choice((0.0, 0.001, 0.005, 0.01))
        found.append(simulate(Case(specification, fails, fails + worse, rate, _LATE), random))
    return found


@pytest.mark.parametrize(("name", "strategy", "count"), STRATEGIES, ids=[each[0] for each in STRATEGIES])
def test_equal_candidates_are_promoted_and_worse_ones_rolled_back(name: str, strategy: Strategy, count: int) -> None:
    equal = Counter(each.phase for each in rolled(strategy, count, 0.0, 20261122))
    worse = Counter(each.phase for each in rolled(strategy, count, 0.05, 20261123))
    # Pauses are misses on both sides.
    assert equal[Phase.SUCCEEDED] >= 0.99 * count, equal
    assert worse[Phase.FAILED] >= 0.999 * count, worse


def test_it_is_ten_thousand_rollouts() -> None:
    assert 2 * sum(count for _, _, count in STRATEGIES) == 10_000


def test_the_defaults_are_those_of_the_declared_types() -> None:
    specification = specified(Canary(10, "10m"))
    assert specification == Specification(
        bucket="artifacts",
        steps=(Step(Decimal("0.1"), 600.0),),
        metrics=(Metric(name="errors", measure=Measure.ERRORS, source=CloudMonitor()),),
    )


def test_a_candidate_that_fails_one_call_in_five_is_seen_by_few() -> None:
    specification = specified(Canary(10, "10m"))
    rate = rate_for(specification.steps, 1100, _LATE)
    random = Random(5)
    ends = [simulate(Case(specification, 0.001, 0.2, rate, _LATE), random) for _ in range(100)]
    assert {each.phase for each in ends} == {Phase.FAILED}
    # The first measurement with figures decides: two minutes late, and one of traffic.
    assert max(each.seconds for each in ends) <= 240
    assert 0.08 < sum(each.share for each in ends) / len(ends) < 0.12


def test_too_few_calls_are_paused_and_promote_nobody() -> None:
    specification = specified(Canary(10, "10m"))
    rate = rate_for(specification.steps, 20, _LATE)
    random = Random(6)
    ends = [simulate(Case(specification, 0.001, 0.001, rate, _LATE), random) for _ in range(50)]
    assert {each.phase for each in ends} == {Phase.PAUSED}


def test_what_is_drawn_is_drawn_right() -> None:
    random = Random(3)
    for calls, share in ((1000, 0.01), (50, 0.2), (7, 0.9)):
        drawn = [binomial(random, calls, share) for _ in range(4000)]
        assert max(drawn) <= calls
        mean, deviation = calls * share, (calls * share * (1 - share)) ** 0.5
        assert abs(sum(drawn) / 4000 - mean) < 4 * deviation / 4000**0.5
    for mean in (0.5, 30.0, 400.0):
        assert abs(sum(poisson(random, mean) for _ in range(4000)) / 4000 - mean) < 4 * (mean / 4000) ** 0.5
    assert binomial(random, 100, 0.0) == binomial(random, 0, 0.5) == poisson(random, 0.0) == 0
