"""The log topic's figures by version, from calls that were really made in a local cloud; the index is LogProject's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from support.scf_logged import Logged
from support.scf_versions import inside_of_a_cloud
from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.metric import ClsLogs, Measure, Reading
from yunfn.rollout.metrics.cls import ClsBackend
from yunfn.storage.tencent_client import TencentClient


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with inside_of_a_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def function(cloud: Connection) -> Logged:
    return Logged(cloud)


@pytest.fixture
def logs(function: Logged) -> ClsBackend:
    return ClsBackend(function.session, function.place, ClsLogs(topic=function.topic))


def test_calls_and_failures_are_of_one_version(function: Logged, logs: ClsBackend) -> None:
    assert logs.measure(Measure.ERRORS, "3", function.since, function.until) == Reading(1, 0)
    assert logs.measure(Measure.ERRORS, "4", function.since, function.until) == Reading(4, 2)


def test_percentiles_are_milliseconds(function: Logged, logs: ClsBackend) -> None:
    readings = [logs.measure(each, "4", function.since, function.until) for each in (Measure.P50, Measure.P99)]
    assert [each.count if each else 0 for each in readings] == [4, 4]
    middle, last = (each.value if each and each.value is not None else -1.0 for each in readings)
    assert 0 <= middle < 250 <= last < 3000
    only = logs.measure(Measure.P95, "3", function.since, function.until)
    assert only == Reading(1, value=round(function.reported[0]))


def test_no_calls_are_no_data(function: Logged, logs: ClsBackend) -> None:
    for measure in (Measure.ERRORS, Measure.P95):
        assert logs.measure(measure, "5", function.since, function.until) is None
        assert logs.measure(measure, "4", function.since - 100, function.since) is None
        assert logs.measure(measure, "4", function.until, function.until + 100) is None
        assert logs.measure(measure, "4", function.since, function.since) is None


def test_another_function_s_lines_are_not_counted(function: Logged) -> None:
    for changes in ({"function": "versioned"}, {"namespace": "other"}):
        place = msgspec.structs.replace(function.place, **changes)
        backend = ClsBackend(function.session, place, ClsLogs(topic=function.topic))
        assert backend.measure(Measure.ERRORS, "4", function.since, function.until) is None


@pytest.mark.parametrize("measure", [Measure.THROTTLES, Measure.VALUE])
def test_refused_calls_leave_no_line(logs: ClsBackend, measure: Measure) -> None:
    with pytest.raises(RolloutError, match=f"tells no {measure.value}"):
        logs.measure(measure, "4", 0, 1)


def test_an_index_without_the_fields_is_told_with_what_to_do(function: Logged) -> None:
    for topic in (function.bare, function.unsearched):
        backend = ClsBackend(function.session, function.place, ClsLogs(topic=topic))
        with pytest.raises(RolloutError, match=r"SCF_StatusCode, SCF_Duration \(long\). LogProject makes them"):
            backend.measure(Measure.ERRORS, "4", function.since, function.until)


def test_a_topic_that_is_gone_is_told_with_the_request(function: Logged) -> None:
    backend = ClsBackend(function.session, function.place, ClsLogs(topic="gone"))
    with pytest.raises(CloudAnswerError, match=r"CLS SearchLog: ResourceNotFound.TopicNotExist.*\(request [^-]"):
        backend.measure(Measure.ERRORS, "4", function.since, function.until)


def test_what_could_end_a_text_is_asked_of_nobody(logs: ClsBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TencentClient, "ask", lambda *_: pytest.fail("asked"))
    with pytest.raises(RolloutError, match="no name of a function, namespace or version"):
        logs.measure(Measure.ERRORS, "4' or 'a'='a", 0, 1)


@pytest.mark.parametrize(
    ("records", "told"),
    [
        (None, "0 rows"),
        ([], "0 rows"),
        (['{"calls":1}', '{"calls":2}'], "2 rows"),
        (["{"], "not one of JSON"),
        (['{"figure":1}'], "calls is None"),
        (['{"calls":"many","figure":1}'], "calls is 'many'"),
        (['{"calls":2,"figure":null}'], "figure is None"),
        (['{"calls":2,"figure":"NaN"}'], "figure is 'NaN'"),
        (["[1]"], r"calls is \[1\]"),
    ],
)
def test_an_answer_of_another_form_is_an_error(
    logs: ClsBackend, monkeypatch: pytest.MonkeyPatch, records: Any, told: str
) -> None:
    monkeypatch.setattr(TencentClient, "ask", lambda *_: {"AnalysisRecords": records, "RequestId": "abc"})
    with pytest.raises(RolloutError, match=f"CLS SearchLog.*{told}.*request abc"):
        logs.measure(Measure.ERRORS, "4", 0, 1)


def test_numbers_may_be_texts(logs: ClsBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    record = json.dumps({"calls": "12", "figure": "3.0"})
    monkeypatch.setattr(TencentClient, "ask", lambda *_: {"AnalysisRecords": [record]})
    assert logs.measure(Measure.ERRORS, "4", 0, 1) == Reading(12, 3)
