"""What a metric of SCF is: a figure over the calls of one period (Monitor documentation, "SCF", 248/37207)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from yunfn.localcloud.tencent.scf.dataplane.metrics import Sample

Figure = Callable[[Sequence[Sample]], float]
PERIODS = (60, 300, 3600, 86400)
"""The periods, in seconds, that every metric has."""
_ERRORS = ("user_error", "system_error")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's figure over a period's calls, and the value of each call, for the greatest, least and mean of them."""

    figure: Figure
    each: Callable[[Sample], float]


def _count(*outcomes: str) -> Metric:
    def each(sample: Sample) -> float:
        return float(sample.outcome in outcomes)

    return Metric(lambda samples: sum(map(each, samples)), each)


def _share(outcome: str) -> Metric:
    """Percent of all calls."""

    def each(sample: Sample) -> float:
        return 100.0 * (sample.outcome == outcome)

    return Metric(lambda samples: sum(map(each, samples)) / len(samples), each)


def _mean(values: Callable[[Sample], float]) -> Metric:
    """Over the calls that ran."""

    def figure(samples: Sequence[Sample]) -> float:
        ran = [values(one) for one in samples if one.outcome != "throttled"]
        return sum(ran) / len(ran) if ran else 0.0

    return Metric(figure, values)


def _sum(values: Callable[[Sample], float]) -> Metric:
    return Metric(lambda samples: sum(map(values, samples)), values)


def _most(values: Callable[[Sample], float]) -> Metric:
    return Metric(lambda samples: max(map(values, samples)), values)


def _concurrency(samples: Sequence[Sample]) -> float:
    """How many calls ran at the same time, at most."""
    ran = [one for one in samples if one.outcome != "throttled"]
    edges = [(one.time, 1, -1) for one in ran] + [(one.time - one.duration_ms / 1000, 0, 1) for one in ran]
    most = now = 0
    for _, _, step in sorted(edges):
        now += step
        most = max(most, now)
    return float(most)


METRICS: Mapping[str, Metric] = {
    "Invocation": _count("ok", "user_error", "system_error", "throttled"),
    "Error": _count(*_ERRORS),
    "Syserr": _count("system_error"),
    "Throttle": _count("throttled"),
    "Http2xx": _count("ok"),
    "Http4xx": _count("user_error"),
    "FunctionErrorPercentage": _share("user_error"),
    "ServerErrorPercentage": _share("system_error"),
    "Duration": _mean(lambda one: one.duration_ms),
    "BillDuration": _sum(lambda one: float(math.ceil(one.duration_ms))),
    "Mem": _most(lambda one: one.memory_mb),
    "MemDuration": _sum(lambda one: one.memory_mb * one.duration_ms),
    "ConcurrentExecutions": Metric(_concurrency, lambda one: float(one.outcome != "throttled")),
}
"""SCF's metrics by name; those of what the local cloud does not measure are not there."""
