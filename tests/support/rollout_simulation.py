"""Rollouts simulated on the pure controller: real decisions and judgements, calls drawn by a seed, no waiting."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

from yunfn.rollout import controller, measuring
from yunfn.rollout.event import AliasPlace, Began, Decided, Event, Measured, Paused, Shifted
from yunfn.rollout.metric import Measure, Reading
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import Step
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState, begin, fold

_PLACE = AliasPlace("alibaba", "1000000000000001", "cn-shanghai", "", "orders", "live")
_STABLE, _CANDIDATE = "1", "2"
# Calls are drawn by the minute, as Cloud Monitor counts them.
_TICK = 60.0


@dataclass(frozen=True, slots=True)
class Case:
    """What is simulated: shares of calls that fail, calls in a second, seconds that figures are late by."""

    specification: Specification
    stable_fails: float
    candidate_fails: float
    rate: float
    late: float = 120.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """How a rollout ended (Paused where a person had to decide), and who served how many calls until then."""

    phase: Phase
    reason: str
    seconds: float
    candidate_calls: int
    stable_calls: int

    @property
    def share(self) -> float:
        """The share of the calls during the rollout that the candidate served."""
        calls = self.candidate_calls + self.stable_calls
        return self.candidate_calls / calls if calls else 0.0


def simulate(case: Case, random: Random) -> Simulated:
    """Run one rollout to its end, or to the first pause."""
    traffic = _Traffic(case, random)
    state = begin(1, Began(at=0, alias=_PLACE, stable=_STABLE, candidate=_CANDIDATE, specification=case.specification))
    now = 0.0
    while True:
        action = controller.decide(state, now)
        match action:
            case controller.Over():
                break
            case controller.Wait(until=until):
                assert until is not None and until > now, "it waits for nothing"
                traffic.flow(now, until, state.routing or Routing(_STABLE))
                now = until
            case controller.Measure(metrics=metrics):
                found = tuple(measuring.measure(state, each, traffic, partial(float, now)) for each in metrics)
                state = fold(state, [Measured(at=now, step=state.step, measurements=found)])
            case controller.Shift(step=step, routing=routing):
                state = fold(state, [Shifted(at=now, step=step, routing=routing)])
            case controller.Write(event=event):
                state = fold(state, [event])
                if isinstance(event, Paused):
                    break
            case controller.Restore(decision=decision, reason=reason, measurement=measurement):
                state = fold(state, _restored(state, now, Decided(at=now, decision=decision, reason=reason,
                                                                  measurement=measurement)))  # fmt: skip
            case controller.CallHook():
                raise AssertionError("no hooks are simulated")
    return Simulated(state.phase, state.reason, now, traffic.calls(_CANDIDATE), traffic.calls(_STABLE))


def _restored(state: RolloutState, now: float, decided: Decided) -> list[Event]:
    shifted = Shifted(at=now, step=state.step, routing=Routing(state.stable))
    return [shifted] if state.decided else [decided, shifted]


@dataclass
class _Traffic:
    """Calls of both versions as they come, and their figures: a MetricsBackend."""

    case: Case
    random: Random
    _times: list[float] = field(default_factory=lambda: [0.0])
    _counted: dict[str, list[tuple[int, int]]] = field(
        default_factory=lambda: {_STABLE: [(0, 0)], _CANDIDATE: [(0, 0)]}
    )

    @property
    def late(self) -> float:
        """See MetricsBackend."""
        return self.case.late

    def flow(self, since: float, until: float, routing: Routing) -> None:
        """Draw the calls between two times (seconds)."""
        at = since
        while at < until:
            end = min(at + _TICK, until)
            for version, fails in ((_STABLE, self.case.stable_fails), (_CANDIDATE, self.case.candidate_fails)):
                calls = poisson(self.random, self.case.rate * float(routing.share(version)) * (end - at))
                before = self._counted[version][-1]
                self._counted[version].append((before[0] + calls, before[1] + binomial(self.random, calls, fails)))
            self._times.append(end)
            at = end

    def calls(self, version: str) -> int:
        """How many calls it has served."""
        return self._counted[version][-1][0]

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        """See MetricsBackend."""
        (first, failed_first), (last, failed_last) = (
            self._counted[version][bisect.bisect_right(self._times, at) - 1] for at in (since, until)
        )
        return Reading(last - first, failures=failed_last - failed_first) if last > first else None


def rate_for(steps: Sequence[Step], samples: float, late: float) -> float:
    """Calls in a second with which either version has so many ``samples`` counted by the end of the plan, in the mean.

    Figures are ``late`` by so many seconds.
    """
    left = sum(step.seconds for step in steps) - late
    candidate = stable = 0.0
    for step in steps:
        counted = max(0.0, min(step.seconds, left))
        left -= counted
        candidate += counted * float(step.weight)
        stable += counted * float(1 - step.weight)
    return samples / min(candidate, stable)


def poisson(random: Random, mean: float) -> int:
    """A number of calls; of large means by a normal."""
    if mean > 50:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    found, left = 0, mean
    while (left := left - random.expovariate(1.0)) > 0:
        found += 1
    return found


def binomial(random: Random, calls: int, share: float) -> int:
    """How many of ``calls`` fail: from one failure to the next."""
    if not share or not calls:
        return 0
    found, at, passes = 0, 0, math.log1p(-share)
    while True:
        at += int(math.log(1.0 - random.random()) / passes) + 1
        if at > calls:
            return found
        found += 1
