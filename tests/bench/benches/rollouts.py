"""How rollouts end by the number of calls that they are judged by, and how many calls saw a bad version."""

from __future__ import annotations

from collections import Counter
from random import Random
from statistics import mean
from typing import Final

import msgspec
from tests.bench.model import Goal, Row
from tests.bench.progress import Progress
from tests.support.rollout_simulation import Case, Simulated, rate_for, simulate

from yunfn.alibaba import Canary, CloudMonitor, Steps
from yunfn.program.rollout.strategies import Strategy
from yunfn.rollout.metric import Measure
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import length
from yunfn.rollout.specification import Specification

_STRATEGIES: Final[tuple[tuple[str, Strategy], ...]] = (
    ("canary", Canary(10, "10m")),
    ("steps", Steps([1, 5, 20, 50], "5m")),
)
_SAMPLES: Final = (50, 100, 200, 400, 700, 1000, 2000)
# What stable fails of its calls: one of these by turns.
_FAILING: Final = (0.0, 0.001, 0.005, 0.01)
_WORSE: Final = 0.05
_LATE_S: Final = 120.0
#: The issue's bounds, in percent: equal candidates promoted, worse ones rolled back.
_EQUAL_GOAL, _WORSE_GOAL = 99.0, 99.9


class RolloutsBench:
    """Simulated rollouts with default settings on the real controller and analysis, figures two minutes late: a canary
    of 10 % for 10 minutes, and steps of 1, 5, 20 and 50 % for 5 minutes each.

    "Samples" are the calls that the version with fewer of them has by the end of the plan, in the mean; where those are
    too few a step lasts ten minutes longer, and then pauses.
    """

    name = "rollouts"
    summary = "rollouts by the calls they are judged by, stable failing 0–1 %"
    ours = "simulated rollouts"
    theirs = "what is asked of them from 1,000 samples on"

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """See Bench."""
        count = 100 if quick else 1000
        rows: list[Row] = []
        for words, strategy in _STRATEGIES:
            specification = _specified(strategy)
            for samples in _SAMPLES:
                rate = rate_for(specification.steps, samples, _LATE_S)
                with progress.step(f"rollouts: {words}, {samples} samples"):
                    equal = _simulated(specification, rate, 0.0, count)
                    worse = _simulated(specification, rate, _WORSE, count)
                asked = samples >= 1000
                rows += [
                    _row(f"{words}, {samples} samples, equal: promoted", equal, Phase.SUCCEEDED,
                         _EQUAL_GOAL if asked else None),
                    _row(f"{words}, {samples} samples, 5 points worse: rolled back", worse, Phase.FAILED,
                         _WORSE_GOAL if asked else None),
                    _seen(f"{words}, {samples} samples, 5 points worse: seen by", worse, specification, rate),
                ]  # fmt: skip
        return rows


def _specified(strategy: Strategy) -> Specification:
    declared = strategy.specification("bench", bucket="artifacts", defaults={Measure.ERRORS: CloudMonitor()})
    return msgspec.convert(declared, Specification)


def _simulated(specification: Specification, rate: float, worse: float, count: int) -> list[Simulated]:
    random = Random(f"{rate} {worse}")
    return [
        simulate(Case(specification, fails, fails + worse, rate, _LATE_S), random)
        for fails in (_FAILING[number % len(_FAILING)] for number in range(count))
    ]


def _row(what: str, ends: list[Simulated], wanted: Phase, goal: float | None) -> Row:
    phases = Counter(each.phase for each in ends)
    shares = {
        "promoted": phases[Phase.SUCCEEDED], "rolled back": phases[Phase.FAILED], "paused": phases[Phase.PAUSED],
    }  # fmt: skip
    note = ", ".join(f"{word} {100 * number / len(ends):.4g} %" for word, number in shares.items())
    ours = 100 * phases[wanted] / len(ends)
    return Row(what, "%", ours, goal, Goal(1, at_most=False) if goal is not None else None, f"{note}, of {len(ends)}")


def _seen(what: str, ends: list[Simulated], specification: Specification, rate: float) -> Row:
    """The mean share of calls that the bad version served, of all in the time that the plan (or more) took."""
    planned = length(specification.steps)
    shares = [100 * each.candidate_calls / (rate * max(each.seconds, planned)) for each in ends]
    during = 100 * mean(each.share for each in ends)
    took = mean(each.seconds for each in ends) / 60
    note = f"of the calls in the time of the plan; {during:.3g} % of those until its end, after {took:.1f} min"
    return Row(what, "%", mean(shares), None, None, note)
