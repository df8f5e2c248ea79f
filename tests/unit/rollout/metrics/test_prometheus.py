"""Prometheus by its HTTP API, against a stand-in on loopback that answers in the documented form."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from support.prometheus_server import PrometheusServer, Response, error, prometheus_server, scalar, success, vector
from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Measure, Prometheus, Reading
from yunfn.rollout.metrics import prometheus
from yunfn.rollout.metrics.prometheus import PrometheusBackend

PLACE = AliasPlace("alibaba", "1", "cn-shanghai", "", "shop", "live")
TOKEN = "s3cr3t-t0ken"


@pytest.fixture
def server() -> Iterator[PrometheusServer]:
    with prometheus_server() as server:
        yield server


def backend(server: PrometheusServer, query: str = "q", token: str = "", **more: str) -> PrometheusBackend:
    source = Prometheus(address=server.address, query=query, **more)
    return PrometheusBackend(PLACE, source, {"PROM_TOKEN": token} if token else {})


def value(server: PrometheusServer, answer: Response, **more: str) -> Reading | None:
    server.answers["q"] = answer
    return backend(server, **more).measure(Measure.VALUE, "3", 1000, 1300)


def test_a_number_of_a_vector_or_a_scalar(server: PrometheusServer) -> None:
    assert value(server, vector("12.5")) == Reading(1, value=12.5)
    assert value(server, scalar("-3")) == Reading(1, value=-3)
    assert value(server, vector("1e3")) == Reading(1, value=1000)


def test_what_stands_in_braces_is_put_in_and_no_other_braces(server: PrometheusServer) -> None:
    query = 'sum(rate(x{fn="{function}",alias="{alias}",v="{version}",le!~"{other}"}[{window}]))'
    server.otherwise = lambda _: vector("7")
    made = PrometheusBackend(PLACE, Prometheus(address=f"{server.address}/prometheus/", query=query))
    assert made.measure(Measure.P95, "3", 1000.5, 1300.25) == Reading(1, value=7)
    (asked,) = server.asked
    assert asked.form["query"] == 'sum(rate(x{fn="shop",alias="live",v="3",le!~"{other}"}[300s]))'
    # As of the window's end, not of now.
    assert asked.form["time"] == "1300.250"
    assert asked.path == "/prometheus/api/v1/query"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("answer", [vector(), vector("NaN"), scalar("NaN")], ids=["empty", "nan", "scalar nan"])
def test_no_series_and_no_number_are_no_data(server: PrometheusServer, answer: Response) -> None:
    assert value(server, answer) is None
    server.answers["n"] = vector("10")
    assert value(server, answer, samples="n") is None
    # Failures too: that nothing is counted is not that nothing failed.
    assert backend(server, samples="n").measure(Measure.ERRORS, "3", 0, 1) is None


def test_samples_are_what_a_figure_rests_on(server: PrometheusServer) -> None:
    server.answers |= {"n": vector("41.7"), "none": vector("0"), "gone": vector(), "nan": scalar("NaN")}
    assert value(server, vector("250"), samples="n") == Reading(42, value=250)
    for query in ("none", "gone", "nan"):
        server.asked.clear()
        assert value(server, vector("250"), samples=query) is None
        assert [asked.form["query"] for asked in server.asked] == [query]


def test_shares_are_two_counts(server: PrometheusServer) -> None:
    server.answers |= {"n": vector("100.2"), "q": vector("4.6")}
    for measure in (Measure.ERRORS, Measure.THROTTLES):
        assert backend(server, samples="n").measure(measure, "3", 0, 60) == Reading(100, failures=5)
    server.answers["q"] = vector("100.9")
    assert backend(server, samples="n").measure(Measure.ERRORS, "3", 0, 60) == Reading(100, failures=100)
    with pytest.raises(RolloutError, match="errors need samples"):
        backend(server).measure(Measure.ERRORS, "3", 0, 60)
    server.answers["q"] = vector("-1")
    with pytest.raises(RolloutError, match="query answers -1: nothing can be counted below 0"):
        backend(server, samples="n").measure(Measure.ERRORS, "3", 0, 60)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (vector("1", "2"), "answers 2 series, not one number"),
        (vector("+Inf"), r"answers \+Inf"),
        (scalar("-Inf"), "answers -Inf"),
        (success("matrix", [{"metric": {}, "values": [[1, "2"]]}]), "a range of values"),
        (success("string", [1, "text"]), "answers a string"),
        (success("vector", [{"metric": {}, "histogram": [1, {"count": "3"}]}]), "a histogram"),
        (success("vector", [{"metric": {}}]), "no answer of its HTTP API"),
        (success("vector", [{"metric": {}, "value": [1, "many"]}]), "no answer of its HTTP API"),
        (success("scalar", 5), "no answer of its HTTP API"),
        (Response('{"status":"success"}'), "no answer of its HTTP API"),
        (Response('{"status":"success","data":[]}'), "no answer of its HTTP API"),
        (success("scalar", [1, "2"], warnings=["1 of 2 stores did not answer"]), "1 of 2 stores"),
    ],
)  # fmt: skip
def test_what_is_not_one_number_is_an_error(server: PrometheusServer, answer: Response, told: str) -> None:
    with pytest.raises(RolloutError, match=rf"^Prometheus at {server.address}: .*{told}"):
        value(server, answer)


def test_what_the_server_says_for_information_stands_in_no_way(server: PrometheusServer) -> None:
    infos = ["PromQL info: metric might not be a counter"]
    assert value(server, success("scalar", [1, "2"], infos=infos)) == Reading(1, value=2)
    assert value(server, success("scalar", [1, "2"], warnings=infos)) == Reading(1, value=2)


@pytest.mark.parametrize(
    ("answer", "status", "code", "told"),
    [
        (error(400, "bad_data", "1:3: parse error"), 400, "bad_data", "HTTP 400: bad_data: 1:3: parse error"),
        (error(422, "execution", "many-to-many"), 422, "execution", "HTTP 422: execution: many-to-many"),
        (error(503, "timeout", "query timed out"), 503, "timeout", "HTTP 503: timeout: query timed out"),
        (error(200, "internal", "odd"), 200, "internal", "internal: odd"),
        (Response("<html>Bad\n  Gateway</html>", 502), 502, "", "HTTP 502: .*<html>Bad Gateway</html>"),
        (Response("x" * 5000, 500), 500, "", "HTTP 500: no answer of its API: x{300}$"),
        (Response('{"status":"success","data":{}}', 500), 500, "", "HTTP 500"),
        (Response("", 401), 401, "", "HTTP 401.*no token_variable was given"),
        (Response("", 302, {"location": "https://example.com/login"}), 302, "", "redirects are not followed"),
        (Response("not JSON"), 200, "", "no answer of its API: not JSON"),
        (Response("[]"), 200, "", "no answer of its API"),
        (Response(b"\xff\xfe"), 200, "", "no answer of its API"),
        (Response(b" " * (2 << 20)), 0, "", "larger than 1048576 bytes"),
    ],
)
def test_a_server_that_refuses_is_told(
    server: PrometheusServer, answer: Response, status: int, code: str, told: str
) -> None:
    with pytest.raises(CloudAnswerError, match=told) as caught:
        value(server, answer)
    assert (caught.value.status, caught.value.code) == (status, code)
    assert len(str(caught.value)) < 500
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "told"), [(Response("{}", wait=3), "ReadTimeout"), (Response(" " * 400, drip=0.01), "not over within")]
)
def test_a_server_that_is_slow_is_left(
    server: PrometheusServer, monkeypatch: pytest.MonkeyPatch, answer: Response, told: str
) -> None:
    monkeypatch.setattr(prometheus, "_TIMEOUT", 0.3)
    with pytest.raises(CloudAnswerError, match=f"no answer: .*{told}") as caught:
        value(server, answer)
    assert caught.value.status == 0


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        source = Prometheus(address=f"http://127.0.0.1:{unused.getsockname()[1]}", query="q")
        with pytest.raises(CloudAnswerError, match=r"^Prometheus at http://127\.0\.0\.1:\d+: no answer: ConnectError"):
            PrometheusBackend(PLACE, source).measure(Measure.VALUE, "3", 0, 1)


def test_the_token_of_the_environment_is_sent(server: PrometheusServer) -> None:
    server.answers["q"] = vector("1")
    made = backend(server, token=f"{TOKEN}\n", token_variable="PROM_TOKEN")
    assert made.measure(Measure.VALUE, "3", 0, 1) == Reading(1, value=1)
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_token_that_is_not_there_is_asked_for_by_its_variable(
    server: PrometheusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROM_TOKEN", raising=False)
    source = Prometheus(address=server.address, query="q", token_variable="PROM_TOKEN")
    with pytest.raises(RolloutError, match="the environment variable PROM_TOKEN is not set"):
        PrometheusBackend(PLACE, source).measure(Measure.VALUE, "3", 0, 1)
    assert not server.asked


def told_in_full(caught: pytest.ExceptionInfo[BaseException]) -> str:
    """Everything that a log could show of an error: its texts, its attributes, its causes."""
    shown = "".join(traceback.format_exception(caught.value, chain=True))
    return f"{shown} {caught.value.__dict__!r} {caught.value.args!r}"


@pytest.mark.parametrize(
    "answer",
    [
        error(401, f"denied {TOKEN}", f"the token {TOKEN} has no rights"),
        Response(f"<html>{TOKEN}</html>", 500),
        success("scalar", [1, "2"], warnings=[f"with {TOKEN}"]),
        success("scalar", [1, TOKEN]),
        Response("", 302, {"location": f"https://example.com/?token={TOKEN}"}),
        Response(("x" * 295) + TOKEN, 500),
    ],
)
def test_no_error_holds_the_token(server: PrometheusServer, answer: Response) -> None:
    server.answers["q"] = answer
    with pytest.raises((RolloutError, CloudAnswerError)) as caught:
        backend(server, token=TOKEN, token_variable="PROM_TOKEN").measure(Measure.VALUE, "3", 0, 1)
    assert TOKEN[:6] not in told_in_full(caught)
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("token", [f"{TOKEN}\nX-Other: 1", f"{TOKEN}é", f"{TOKEN}\x00", f"Bearer {TOKEN}"])
def test_a_token_that_can_be_none_is_told_without_it(server: PrometheusServer, token: str) -> None:
    with pytest.raises(RolloutError, match="PROM_TOKEN holds cannot be a token") as caught:
        backend(server, token=token, token_variable="PROM_TOKEN").measure(Measure.VALUE, "3", 0, 1)
    assert TOKEN not in told_in_full(caught)
    assert not server.asked


def test_a_server_that_hangs_up_learns_no_more_than_it_had(server: PrometheusServer) -> None:
    def cut(_: Any) -> Response:
        raise ConnectionError("cut off on purpose")

    server.otherwise = cut
    with pytest.raises(CloudAnswerError, match="no answer: RemoteProtocolError") as caught:
        backend(server, token=TOKEN, token_variable="PROM_TOKEN").measure(Measure.VALUE, "3", 0, 1)
    assert TOKEN not in told_in_full(caught)


@pytest.mark.parametrize(
    "address", ["http://admin:hidden@127.0.0.1:9090", "ftp://x", "https://x?token=hidden", "http://[x", "x:9090"]
)
def test_addresses_that_nobody_can_be_asked_at_are_refused_without_what_is_secret(address: str) -> None:
    with pytest.raises(RolloutError) as caught:
        PrometheusBackend(PLACE, Prometheus(address=address, query="q"))
    assert "hidden" not in told_in_full(caught)


def test_a_token_goes_by_https_or_stays_on_this_machine() -> None:
    for address in ("http://prometheus.example.com", "http://10.0.0.1:9090", "http://127.0.0.1.example.com"):
        with pytest.raises(RolloutError, match="a token is sent by https:// only"):
            PrometheusBackend(PLACE, Prometheus(address=address, query="q", token_variable="PROM_TOKEN"))
        PrometheusBackend(PLACE, Prometheus(address=address, query="q"))
    for address in ("https://prometheus.example.com", "http://localhost:9090", "http://[::1]:9090"):
        PrometheusBackend(PLACE, Prometheus(address=address, query="q", token_variable="PROM_TOKEN"))
