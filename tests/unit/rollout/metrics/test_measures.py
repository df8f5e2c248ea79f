"""Which source can measure what, told before anything is deployed."""

from __future__ import annotations

import pytest

from yunfn.exceptions import ValidationError
from yunfn.rollout.metric import (
    CloudMonitor,
    ClsLogs,
    Conditions,
    Measure,
    Metric,
    Probes,
    Prometheus,
    RequestMetrics,
    Source,
    TencentMonitor,
)
from yunfn.rollout.metrics.measures import address_fault, check, server_of

SHARES = {Measure.ERRORS, Measure.THROTTLES}
PERCENTILES = {Measure.P50, Measure.P95, Measure.P99}
SERVER = Prometheus(address="https://prometheus.example.com", query="q", samples="n")
SOURCES: list[tuple[Source, set[Measure]]] = [
    (CloudMonitor(), SHARES),
    (RequestMetrics(project="p", logstore="l"), {Measure.ERRORS} | PERCENTILES),
    (TencentMonitor(), SHARES),
    (ClsLogs(topic="t"), {Measure.ERRORS} | PERCENTILES),
    (SERVER, set(Measure)),
    (Probes(events=("{}",)), SHARES | PERCENTILES),
]


def metric(measure: Measure, source: Source) -> Metric:
    return Metric(name="latency", measure=measure, source=source, rule=Conditions(failure="> 1"))


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize(("source", "measures"), SOURCES, ids=[type(source).__name__ for source, _ in SOURCES])
def test_a_source_measures_what_it_can(source: Source, measures: set[Measure], measure: Measure) -> None:
    if measure in measures:
        check(metric(measure, source))
        return
    with pytest.raises(ValidationError) as caught:
        check(metric(measure, source))
    assert (caught.value.resource, caught.value.property, caught.value.value) == ("latency", "measure", measure.value)
    # What to do is told as well.
    assert "take" in caught.value.rule


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (Prometheus(address="prometheus:9090", query="q"), "http:// or https://"),
        (Prometheus(address="http://[x", query="q"), "this is no address"),
        (Prometheus(address="https://me:hidden@x", query="q"), "use token_variable"),
        (Prometheus(address="https://x/?token=hidden", query="q"), "ends with the path"),
        (Prometheus(address="http://x", query="q", token_variable="T"), "by https:// only"),
        (Prometheus(address="http://127.0.0.1:9090", query="q", token_variable="T"), ""),
        (SERVER, ""),
    ],
)
def test_a_prometheus_server_that_cannot_be_asked(source: Prometheus, fault: str) -> None:
    assert fault in address_fault(source)
    assert bool(fault) == bool(address_fault(source))
    assert "hidden" not in address_fault(source) + server_of(source)


def test_a_share_by_prometheus_takes_two_queries() -> None:
    with pytest.raises(ValidationError, match="samples all of them"):
        check(metric(Measure.ERRORS, Prometheus(address="https://x", query="q")))


@pytest.mark.parametrize("source", [CloudMonitor(), TencentMonitor()])
def test_a_window_of_whole_minutes_is_long_enough_for_one(source: Source) -> None:
    with pytest.raises(ValidationError, match=r"window.*whole minutes") as caught:
        check(Metric(name="m", measure=Measure.ERRORS, source=source, window=119.0))
    assert caught.value.property == "window"
    for window in (None, 120.0):
        check(Metric(name="m", measure=Measure.ERRORS, source=source, window=window))
    check(Metric(name="m", measure=Measure.ERRORS, source=RequestMetrics(project="p", logstore="l"), window=10.0))
