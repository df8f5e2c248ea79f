"""Request metrics by version, from calls that were really made in a local cloud, by the official client's SQL."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator

import pytest
from aliyun.log import LogClient
from aliyun.log.queriedlog import QueriedLog

from support.fc_measured import MeasuredFunction, field
from support.scf_versions import inside_of_a_cloud
from yunfn.exceptions import CloudAnswerError, RolloutError, ValidationError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.metric import Measure, Metric, Reading, RequestMetrics
from yunfn.rollout.metrics.measures import check
from yunfn.rollout.metrics.request_fields import FIELDS
from yunfn.rollout.metrics.request_metrics import RequestMetricsBackend
from yunfn.storage import part_sender

# Years from now.
BEGIN = 1_893_427_200.0
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:aliyun")


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with inside_of_a_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def function(cloud: Connection) -> MeasuredFunction:
    """Called in two minutes; the first one's beginning is ``BEGIN``."""
    made = MeasuredFunction(cloud)
    # The weight of 1 sends all calls of the alias to version 2.
    made.alias("live", "1", v2=1.0)
    by_http = made.trigger("2")
    made.go_to(BEGIN + 5)
    made.call("1")
    made.call("1", fail=True)
    made.call("2")
    made.call("live")
    made.call("2", fail=True)
    assert made.get(by_http) == 200
    assert made.get(by_http, status=503) == 503
    assert made.get(by_http, fail=1) == 502
    made.go_to(BEGIN + 65)
    made.call("2", sleep=0.3)
    made.call("LATEST")
    return made


@pytest.fixture
def backend(function: MeasuredFunction) -> RequestMetricsBackend:
    return RequestMetricsBackend(function.session, function.place, function.source)


def test_calls_and_failures_are_of_the_version_that_served(backend: RequestMetricsBackend) -> None:
    assert backend.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 120) == Reading(2, failures=1)
    # By number, by alias, by HTTP: six in the first minute, of which one raised, one answered 503, one raised by HTTP.
    assert backend.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 60) == Reading(6, failures=3)
    assert backend.measure(Measure.ERRORS, "2", BEGIN, BEGIN + 120) == Reading(7, failures=3)
    assert backend.measure(Measure.ERRORS, "LATEST", BEGIN, BEGIN + 120) == Reading(1, failures=0)


def test_a_window_is_of_whole_seconds_and_nothing_outside(backend: RequestMetricsBackend) -> None:
    assert backend.measure(Measure.ERRORS, "2", BEGIN + 60, BEGIN + 120) == Reading(1, failures=0)
    assert backend.measure(Measure.ERRORS, "2", BEGIN + 70, BEGIN + 120) is None
    assert backend.measure(Measure.ERRORS, "2", BEGIN + 65.1, BEGIN + 65.9) is None
    assert backend.measure(Measure.ERRORS, "3", BEGIN, BEGIN + 120) is None
    assert backend.late > 0


def test_percentiles_are_of_the_duration(backend: RequestMetricsBackend) -> None:
    readings = {
        measure: backend.measure(measure, "2", BEGIN, BEGIN + 120)
        for measure in (Measure.P50, Measure.P95, Measure.P99)
    }
    assert all(one is not None and one.count == 7 and one.failures is None for one in readings.values())
    fast, slow = readings[Measure.P50], readings[Measure.P99]
    assert fast is not None and fast.value is not None and fast.value < 300
    assert slow is not None and slow.value is not None and 300 <= slow.value < 2000
    assert readings[Measure.P95] == slow


@pytest.mark.parametrize("measure", [Measure.THROTTLES, Measure.VALUE])
def test_what_rows_do_not_tell_is_refused(backend: RequestMetricsBackend, measure: Measure) -> None:
    with pytest.raises(RolloutError, match=f"no {measure.value}: a call that was refused leaves no row"):
        backend.measure(measure, "2", BEGIN, BEGIN + 120)
    source = RequestMetrics(project="p", logstore="l")
    with pytest.raises(ValidationError, match="take throttles from Cloud Monitor"):
        check(Metric(name="m", measure=measure, source=source))
    check(Metric(name="m", measure=Measure.P95, source=source))


def test_an_index_without_the_fields_is_told_in_clear_words(function: MeasuredFunction, cloud: Connection) -> None:
    keys = {name: field(kind) for name, kind in FIELDS.items()}
    without = MeasuredFunction(cloud, {"keys": {name: key for name, key in keys.items() if name != "statusCode"}})
    no_statistics = MeasuredFunction(cloud, {"keys": keys | {"versionId": {**keys["versionId"], "doc_value": False}}})
    whole_line = MeasuredFunction(cloud, {"line": {"token": [" "], "caseSensitive": False}})
    for other, words in (
        (without, "Column 'statusCode' cannot be resolved"),
        (no_statistics, "Column 'versionId' cannot be resolved"),
        (whole_line, r"key \(durationMs\) is not config as key value config"),
    ):
        backend = RequestMetricsBackend(other.session, other.place, other.source)
        with pytest.raises(RolloutError, match=f"{words}.*statistics, as LogProject's: functionName"):
            backend.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 120)


def test_what_the_log_service_refuses_is_the_clouds_answer(function: MeasuredFunction) -> None:
    gone = RequestMetrics(project=function.source.project, logstore="no-such-store")
    backend = RequestMetricsBackend(function.session, function.place, gone)
    with pytest.raises(CloudAnswerError, match="no-such-store") as caught:
        backend.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 120)
    assert (caught.value.code, caught.value.status) == ("LogStoreNotExist", 404)


def test_a_name_cannot_change_the_query(function: MeasuredFunction) -> None:
    backend = RequestMetricsBackend(function.session, function.place, function.source)
    with pytest.raises(RolloutError, match="no name of a function or version"):
        backend.measure(Measure.ERRORS, "1' OR '1' = '1", BEGIN, BEGIN + 120)


def test_no_answer_is_told_after_some_tries(function: MeasuredFunction, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Refusing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked.append(self.client_address)

    monkeypatch.setattr(part_sender, "_LONGEST_WAIT", 0.01)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{server.server_address[1]}")
        backend = RequestMetricsBackend(function.session, function.place, function.source)
        with pytest.raises(CloudAnswerError, match=r"SLS GetLogs measured-\d+/calls: no answer: ") as caught:
            backend.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 120)
        server.shutdown()
    assert (caught.value.code, caught.value.status) == ("", 0)
    assert len(asked) > 1
    assert function.session.access_key_secret not in str(caught.value)


class Answer:
    """What the client answers, in place of the log service."""

    def __init__(self, *rows: dict[str, str], complete: bool = True) -> None:
        self._rows, self._complete = rows, complete

    def is_completed(self) -> bool:
        return self._complete

    def get_logs(self) -> list[QueriedLog]:
        return [QueriedLog(0, "", row) for row in self._rows]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer({"calls": "5", "figure": "1"}, complete=False), "did not look through all rows"),
        (Answer(), "0 rows for a count"),
        (Answer({"calls": "5", "figure": "null"}), "figure is 'null', not a number"),
        (Answer({"figure": "1"}), "calls is None, not a number"),
    ],
)
def test_an_answer_that_tells_no_figure_is_none(
    backend: RequestMetricsBackend, monkeypatch: pytest.MonkeyPatch, answer: Answer, words: str
) -> None:
    monkeypatch.setattr(LogClient, "get_log", lambda *_, **__: answer)
    with pytest.raises(RolloutError, match=words):
        backend.measure(Measure.ERRORS, "1", BEGIN, BEGIN + 120)
