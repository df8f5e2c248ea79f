"""Which source can measure what. Pure: programs ask before anything is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yunfn.exceptions import ValidationError
from yunfn.rollout.metric import (
    CloudMonitor,
    ClsLogs,
    Measure,
    Metric,
    Probes,
    Prometheus,
    RequestMetrics,
    TencentMonitor,
)

SHARES: Final = frozenset({Measure.ERRORS, Measure.THROTTLES})
#: What of the calls must not be above a percentile, as a share (0–1).
PERCENTILES: Final[Mapping[Measure, float]] = {Measure.P50: 0.5, Measure.P95: 0.95, Measure.P99: 0.99}

_CALLS = frozenset({Measure.ERRORS, *PERCENTILES})
# Of each source what it measures, and what to say of the rest.
_MEASURES: Final[Mapping[type, tuple[frozenset[Measure], str]]] = {
    CloudMonitor: (SHARES, "Cloud Monitor has no percentiles of one version: take them from RequestMetrics or from"
                   " probes"),
    RequestMetrics: (_CALLS, "a call that was refused leaves no row of request metrics: take throttles from Cloud"
                     " Monitor"),
    TencentMonitor: (SHARES, "Tencent Cloud Monitor tells means of the duration, no percentiles: take them from the log"
                     " topic or from probes"),
    ClsLogs: (_CALLS, "a call that was refused leaves no line in the log topic: take throttles from Tencent Cloud"
              " Monitor"),
    Prometheus: (frozenset(Measure), ""),
    Probes: (SHARES | frozenset(PERCENTILES), "probes run no query: take it from Prometheus"),
}  # fmt: skip


def check(metric: Metric) -> None:
    """Raise ValidationError where the metric's source cannot measure what is asked of it."""
    source = metric.source
    measures, reason = _MEASURES.get(type(source), (frozenset(Measure), ""))
    if metric.measure not in measures:
        raise ValidationError(metric.name, "measure", metric.measure.value, reason)
    if isinstance(source, Prometheus) and metric.measure in SHARES and not source.samples:
        raise ValidationError(
            metric.name,
            "samples",
            source.samples,
            "a share needs two queries: query counts the calls that failed, samples all of them",
        )
