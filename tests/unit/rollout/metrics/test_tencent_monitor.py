"""Tencent Cloud Monitor by version, from calls that were really made in a local cloud."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from support.scf_versions import VersionedFunction, inside_of_a_cloud
from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.metric import Measure, Reading
from yunfn.rollout.metrics import tencent_monitor
from yunfn.rollout.metrics.tencent_monitor import TencentMonitorBackend
from yunfn.storage import part_sender
from yunfn.storage.tencent_client import TencentClient

# The beginning of an hour, years from now.
BEGIN = 1_893_427_200.0


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with inside_of_a_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def function(cloud: Connection) -> VersionedFunction:
    """Called in two minutes; the first one's beginning is ``BEGIN``."""
    made = VersionedFunction(cloud)
    made.go_to(BEGIN + 5)
    made.call("1")
    made.call("2")
    made.call("2", fail=True)
    made.go_to(BEGIN + 65)
    made.call("2", fail=True)
    made.call("2")
    made.call("$LATEST")
    made.ask("PutReservedConcurrencyConfig", ReservedConcurrencyMem=0)
    made.call("2")
    return made


@pytest.fixture
def monitor(function: VersionedFunction) -> TencentMonitorBackend:
    return TencentMonitorBackend(function.session, function.place)


def test_calls_and_failures_are_of_one_version(monitor: TencentMonitorBackend) -> None:
    assert monitor.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 120) == Reading(1, 0)
    assert monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 120) == Reading(5, 2)
    assert monitor.measure(Measure.ERRORS, "$LATEST", BEGIN, BEGIN + 120) == Reading(1, 0)
    assert monitor.measure(Measure.THROTTLES, "2", BEGIN, BEGIN + 120) == Reading(5, 1)
    assert monitor.measure(Measure.THROTTLES, "1", BEGIN, BEGIN + 120) == Reading(1, 0)


def test_no_calls_are_no_data(monitor: TencentMonitorBackend) -> None:
    assert monitor.measure(Measure.ERRORS, "3", BEGIN, BEGIN + 120) is None
    assert monitor.measure(Measure.ERRORS, "2", BEGIN - 600, BEGIN) is None


def test_the_window_holds_whole_minutes_only(monitor: TencentMonitorBackend) -> None:
    assert monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60) == Reading(2, 1)
    assert monitor.measure(Measure.ERRORS, "2", BEGIN + 0.1, BEGIN + 120) == Reading(3, 1)
    assert monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 119.9) == Reading(2, 1)
    assert monitor.measure(Measure.ERRORS, "2", BEGIN + 1, BEGIN + 59) is None
    assert monitor.measure(Measure.ERRORS, "2", BEGIN + 30, BEGIN + 90) is None


def test_long_windows_are_read_in_longer_periods(
    monitor: TencentMonitorBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    ask = TencentClient.ask

    def noted(client: TencentClient, action: str, parameters: Any = None) -> Any:
        asked.append(parameters["Period"])
        return ask(client, action, parameters)

    monkeypatch.setattr(TencentClient, "ask", noted)
    day = 86400
    assert monitor.measure(Measure.ERRORS, "2", BEGIN - day + 3600, BEGIN + 3600) == Reading(5, 2)
    assert monitor.measure(Measure.ERRORS, "2", BEGIN - 2 * day, BEGIN + 3600) == Reading(5, 2)
    assert monitor.measure(Measure.ERRORS, "2", BEGIN - 20 * day, BEGIN + 3600) == Reading(5, 2)
    assert asked == [60, 60, 300, 300, 3600, 3600]


@pytest.mark.parametrize("measure", [Measure.P50, Measure.P95, Measure.P99, Measure.VALUE])
def test_percentiles_are_not_there(monitor: TencentMonitorBackend, measure: Measure) -> None:
    with pytest.raises(RolloutError, match=f"no {measure.value} of a version"):
        monitor.measure(measure, "2", BEGIN, BEGIN + 120)


def test_a_refusal_is_told_with_its_request(function: VersionedFunction) -> None:
    nobody = dataclasses.replace(function.session, secret_id="nobody")
    with pytest.raises(CloudAnswerError, match=r"MONITOR GetMonitorData: AuthFailure.*\(request [^-]"):
        TencentMonitorBackend(nobody, function.place).measure(Measure.ERRORS, "2", BEGIN, BEGIN + 120)


def test_what_passes_is_asked_once_more(monitor: TencentMonitorBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = TencentClient.ask
    left: list[CloudAnswerError] = []
    asked: list[str] = []

    def failing(client: TencentClient, action: str, parameters: Any = None) -> Any:
        asked.append(parameters["MetricName"])
        if left:
            raise left.pop()
        return ask(client, action, parameters)

    monkeypatch.setattr(part_sender, "_LONGEST_WAIT", 0.05)
    monkeypatch.setattr(TencentClient, "ask", failing)
    for passing in (CloudAnswerError("no answer"), CloudAnswerError("slow", code="RequestLimitExceeded", status=200)):
        left.append(passing)
        assert monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 120) == Reading(5, 2)
    asked.clear()
    left += [CloudAnswerError("no answer")] * 3
    with pytest.raises(CloudAnswerError, match="no answer"):
        monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 120)
    assert len(asked) == 2


@pytest.mark.parametrize(
    "points",
    [
        [{"Timestamps": [BEGIN], "Values": []}],
        [{"Timestamps": ["noon"], "Values": [1]}],
        [{"Timestamps": [BEGIN], "Values": ["many"]}],
        "points",
    ],
)
def test_an_answer_of_another_form_is_an_error(
    monitor: TencentMonitorBackend, monkeypatch: pytest.MonkeyPatch, points: Any
) -> None:
    monkeypatch.setattr(TencentClient, "ask", lambda *_: {"DataPoints": points, "RequestId": "abc"})
    with pytest.raises(RolloutError, match=r"GetMonitorData Invocation: the answer has no .*request abc"):
        monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 120)


def test_what_monitor_may_answer_beyond(monitor: TencentMonitorBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points outside of the window, null for a minute, more refused calls than calls; names as Tencent writes them."""
    times = [BEGIN - 60, BEGIN, BEGIN + 60, BEGIN + 120]
    values = {"Invocation": [50, None, 1.0, 50], "Throttle": [50, 2.0, 1.0, 50]}
    asked: list[Any] = []

    def answered(_client: TencentClient, _action: str, parameters: Any) -> Any:
        asked.append(parameters)
        return {"DataPoints": [{"Timestamps": times, "Values": values[parameters["MetricName"]]}]}

    monkeypatch.setattr(TencentClient, "ask", answered)
    assert monitor.measure(Measure.THROTTLES, "$LATEST", BEGIN, BEGIN + 120) == Reading(3, 3)
    dimensions = {one["Name"]: one["Value"] for one in asked[0]["Instances"][0]["Dimensions"]}
    assert dimensions == {"functionName": monitor._place.function, "namespace": "default", "version": "$latest"}
    assert asked[0]["StartTime"] == "2030-01-01T00:00:00+08:00"
    assert asked[0]["EndTime"] == "2030-01-01T00:01:00+08:00"
    assert monitor.late == tencent_monitor._LATE == 120
