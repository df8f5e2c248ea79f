"""Alibaba Cloud Monitor by version, from calls that were really made in a local cloud."""

from __future__ import annotations

import concurrent.futures
import json
from collections.abc import Iterator
from typing import Any

import pytest
from alibabacloud_fc20230330 import models
from aliyunsdkcore.client import AcsClient
from Tea.exceptions import TeaException

from support.fc_measured import MeasuredFunction
from support.scf_versions import inside_of_a_cloud
from yunfn.exceptions import CloudAnswerError, RolloutError, ValidationError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.metric import CloudMonitor, Measure, Metric, Reading
from yunfn.rollout.metrics import cloud_monitor
from yunfn.rollout.metrics.cloud_monitor import CloudMonitorBackend
from yunfn.rollout.metrics.measures import check
from yunfn.storage import part_sender

# The beginning of an hour, years from now.
BEGIN = 1_893_427_200.0
# What aliyun-python-sdk-core carries of urllib3 is old.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with inside_of_a_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def function(cloud: Connection) -> MeasuredFunction:
    """Called in two minutes; the first one's beginning is ``BEGIN``."""
    made = MeasuredFunction(cloud)
    made.alias("live", "1", v2=1.0)
    by_http = made.trigger("2")
    made.go_to(BEGIN + 5)
    made.call("1")
    made.call("2")
    made.call("live")
    made.call("2", fail=True)
    assert made.get(by_http, fail=1) == 502
    assert made.get(by_http, status=503) == 503
    made.go_to(BEGIN + 65)
    made.call("2")
    made.call("LATEST")
    _one_at_a_time(made)
    return made


def _one_at_a_time(function: MeasuredFunction) -> None:
    """Two calls of version 2 at once where one may run: the second is refused."""
    body = models.PutConcurrencyInput(reserved_concurrency=1)
    function.fc.call("put_concurrency_config", function.name, models.PutConcurrencyConfigRequest(body=body))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        slow = pool.submit(function.call, "2", sleep=2)
        while True:
            try:
                function.call("2")
            except TeaException as error:
                assert (error.code, error.statusCode) == ("ResourceExhausted", 429)
                break
            assert not slow.done()
        slow.result()


@pytest.fixture
def monitor(function: MeasuredFunction) -> CloudMonitorBackend:
    return CloudMonitorBackend(function.session, function.place)


def test_calls_and_failures_are_of_one_version(monitor: CloudMonitorBackend) -> None:
    assert monitor.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 60) == Reading(1, 0)
    # By number, by alias, by HTTP: two raised, and a 503 that the function answered itself is none of them.
    assert monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60) == Reading(5, 2)
    assert monitor.measure(Measure.ERRORS, "LATEST", BEGIN, BEGIN + 120) == Reading(1, 0)


def test_calls_that_were_refused_are_throttles(monitor: CloudMonitorBackend) -> None:
    reading = monitor.measure(Measure.THROTTLES, "2", BEGIN + 60, BEGIN + 120)
    assert reading is not None and (reading.failures, reading.value) == (1, None)
    assert reading.count >= 3
    assert monitor.measure(Measure.THROTTLES, "2", BEGIN, BEGIN + 60) == Reading(5, 0)
    assert monitor.measure(Measure.THROTTLES, "1", BEGIN, BEGIN + 120) == Reading(1, 0)


def test_only_whole_minutes_count(monitor: CloudMonitorBackend) -> None:
    assert monitor.measure(Measure.ERRORS, "1", BEGIN + 1, BEGIN + 120) is None
    assert monitor.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 59) is None
    assert monitor.measure(Measure.ERRORS, "1", BEGIN - 59, BEGIN + 119) == Reading(1, 0)
    assert monitor.measure(Measure.ERRORS, "LATEST", BEGIN, BEGIN + 119) is None
    assert monitor.measure(Measure.ERRORS, "3", BEGIN, BEGIN + 120) is None
    assert monitor.late >= 60


def test_more_than_is_kept_is_not_asked_for(monitor: CloudMonitorBackend) -> None:
    assert monitor.measure(Measure.ERRORS, "1", BEGIN - 40 * 86_400, BEGIN + 60) == Reading(1, 0)


@pytest.mark.parametrize("measure", [Measure.P50, Measure.P95, Measure.P99, Measure.VALUE])
def test_percentiles_are_not_there(monitor: CloudMonitorBackend, measure: Measure) -> None:
    with pytest.raises(RolloutError, match=f"Cloud Monitor has no {measure.value} of a version: take RequestMetrics"):
        monitor.measure(measure, "2", BEGIN, BEGIN + 120)
    with pytest.raises(ValidationError, match="Cloud Monitor has no percentiles of one version"):
        check(Metric(name="m", measure=measure, source=CloudMonitor()))
    check(Metric(name="m", measure=Measure.THROTTLES, source=CloudMonitor()))


def test_pages_are_all_read(monitor: CloudMonitorBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_monitor, "_LENGTH", 1)
    reading = monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 120)
    assert reading is not None and reading.failures == 2 and reading.count >= 8


def test_what_cloud_monitor_refuses_is_the_clouds_answer(function: MeasuredFunction) -> None:
    other = type(function.session)("no-such-key", "secret", "", function.session.region, function.session.account)
    with pytest.raises(CloudAnswerError, match=r"CMS DescribeMetricList: InvalidAccessKeyId\.NotFound") as caught:
        CloudMonitorBackend(other, function.place).measure(Measure.ERRORS, "1", BEGIN, BEGIN + 60)
    assert caught.value.status == 404


class Scripted:
    """Answers in place of the SDK's client: what the local cloud never answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: dict[str, Any] | str) -> None:
        self._answers = list(answers)
        self.asked = 0
        monkeypatch.setattr(AcsClient, "do_action_with_exception", self._answer)
        monkeypatch.setattr(part_sender, "_LONGEST_WAIT", 0.01)

    def _answer(self, *_: object) -> bytes:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return (answer if isinstance(answer, str) else json.dumps(answer)).encode()


def _points(*points: dict[str, Any]) -> dict[str, Any]:
    return {"Code": "200", "Success": True, "RequestId": "R", "Datapoints": json.dumps(points)}


def test_points_of_another_version_are_not_counted(
    monitor: CloudMonitorBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the service took no heed of the dimension."""
    point = {"timestamp": BEGIN * 1000, "Value": 3}
    Scripted(monkeypatch, _points({**point, "qualifier": "1"}, {**point, "qualifier": "2", "Value": 1}))
    assert monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60) == Reading(1, 1)
    # As if it took no heed of the range.
    named = {"qualifier": "2", "Value": 1}
    outside = [{**named, "timestamp": (BEGIN + seconds) * 1000} for seconds in (-60, 0, 60)]
    Scripted(monkeypatch, _points(*outside))
    assert monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60) == Reading(1, 1)
    Scripted(monkeypatch, _points(point))
    with pytest.raises(RolloutError, match=r"the points have no timestamp, qualifier and Value.*request R"):
        monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60)


@pytest.mark.parametrize("points", ["[1]", "{}]", '[{"qualifier": "2", "timestamp": "x", "Value": 1}]', "7"])
def test_an_answer_of_other_form_is_no_figure(
    monitor: CloudMonitorBackend, monkeypatch: pytest.MonkeyPatch, points: str
) -> None:
    Scripted(monkeypatch, {"Code": "200", "Success": True, "Datapoints": points})
    with pytest.raises(RolloutError, match="the points have no timestamp"):
        monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60)


def test_refusals_inside_of_an_answer_are_refusals(
    monitor: CloudMonitorBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Scripted(monkeypatch, {"Code": "403", "Success": False, "Message": "not yours", "RequestId": "R"})
    with pytest.raises(CloudAnswerError, match=r"403: not yours \(request R\)"):
        monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60)
    assert refused.asked == 1
    broken = Scripted(monkeypatch, {"Code": "500", "Success": False, "RequestId": "R"}, _points())
    assert monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60) is None
    assert broken.asked == 3
    Scripted(monkeypatch, "<html>")
    with pytest.raises(CloudAnswerError, match="is not JSON"):
        monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60)


def test_a_next_page_that_never_ends_is_found_out(
    monitor: CloudMonitorBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    Scripted(monkeypatch, {**_points(), "NextToken": "again"})
    with pytest.raises(RolloutError, match="the next page is the same one"):
        monitor.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60)
