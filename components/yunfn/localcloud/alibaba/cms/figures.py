"""What a metric of Function Compute is: a figure over the calls of one minute, and what they are told apart by.

Names: FC 3.0 documentation, "Monitoring data" (function level). Those by qualifier are of Serverless Devs' component
``fc-metrics``, which shows them as the console does; no document lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from yunfn.localcloud.alibaba.fc.dataplane.metrics import Outcome, Sample
from yunfn.localcloud.nearest_rank import nearest_rank

Figure = Callable[[Sequence[Sample]], float | None]


def _all(samples: Sequence[Sample]) -> float:
    """All calls, those that were refused too: "requests to invoke"."""
    return float(len(samples))


def _count(outcome: Outcome) -> Figure:
    return lambda samples: float(sum(one.outcome == outcome for one in samples))


def _none(_: Sequence[Sample]) -> float:
    """Nothing ever: here an account has as many instances as it wants."""
    return 0.0


def _statuses(hundred: int) -> Figure:
    return lambda samples: float(sum(one.status is not None and one.status // 100 == hundred for one in samples))


def _ran(figure: Callable[[list[float]], float], value: Callable[[Sample], float]) -> Figure:
    """A figure of the calls that ran; None where none did."""

    def found(samples: Sequence[Sample]) -> float | None:
        values = [value(one) for one in samples if one.outcome != "throttled"]
        return figure(values) if values else None

    return found


def _duration(sample: Sample) -> float:
    return sample.duration_ms


def _memory(sample: Sample) -> float:
    return sample.memory_mb


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _percentile(percentage: float) -> Callable[[list[float]], float]:
    return lambda values: nearest_rank(values, percentage)


_BOTH: Mapping[str, Figure] = {
    "TotalInvocations": _all,
    "FunctionErrors": _count("error"),
    "ConcurrencyThrottles": _count("throttled"),
    "ResourceThrottles": _none,
    "AvgDuration": _ran(_mean, _duration),
    "MaxDuration": _ran(max, _duration),
    "MaxMemoryUsage": _ran(max, _memory),
}
METRICS: Mapping[str, Figure] = {
    **{f"Function{name}": figure for name, figure in _BOTH.items()},
    **{f"FunctionHTTPStatus{hundred}xx": _statuses(hundred) for hundred in (2, 3, 4, 5)},
    "FunctionP90Duration": _ran(_percentile(0.9), _duration),
    "FunctionP99Duration": _ran(_percentile(0.99), _duration),
    **{f"FunctionQualifier{name}": figure for name, figure in _BOTH.items()},
}
"""All metrics by name."""
BY_QUALIFIER = frozenset(f"FunctionQualifier{name}" for name in _BOTH)
"""Those of a version or alias; the others are of a whole function."""
