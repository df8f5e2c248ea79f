"""Calls of versions by both clouds' official clients in a local cloud."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from support.fc_versions import VersionedFcFunction
from support.scf_versions import VersionedFunction, inside_of_a_cloud
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.callers.fc import FcCaller
from yunfn.rollout.callers.scf import ScfCaller
from yunfn.rollout.calling import CallAnswer, Ending, FunctionCaller
from yunfn.storage import fc_client
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_session import TencentSession


class Called:
    """A function and its cloud's caller."""

    def __init__(self, function: Any, caller: FunctionCaller) -> None:
        self.function = function
        self.caller = caller

    def call(self, version: str = "1", *, timeout: float = 30.0, **event: Any) -> CallAnswer:
        return self.caller.call(self.function.name, version, json.dumps(event), timeout=timeout)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with inside_of_a_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module", params=["fc", "scf"])
def called(request: pytest.FixtureRequest, cloud: Connection) -> Called:
    if request.param == "scf":
        scf = VersionedFunction(cloud)
        return Called(scf, ScfCaller(scf.session))
    fc = VersionedFcFunction(cloud)
    return Called(fc, FcCaller(fc.session))


def test_a_version_answers(called: Called) -> None:
    for version in ("1", "2"):
        answer = called.call(version, say="grüße")
        assert answer.ending is Ending.ANSWERED
        assert "gr\\u00fc\\u00dfe" in answer.text
        assert len(answer.request_id) > 20


def test_the_cloud_s_own_time_is_told(called: Called) -> None:
    called.call()
    answer = called.call(sleep=0.2)
    assert 200 <= answer.milliseconds < 1000
    assert called.call().milliseconds < 150


def test_a_failing_function_is_a_failure(called: Called) -> None:
    answer = called.call(fail=True)
    assert answer.ending is Ending.FAILED
    assert "told to" in answer.text or "Report of what was wrong" in answer.text
    assert len(answer.request_id) > 20


def test_who_does_not_answer_in_time_has_failed(called: Called) -> None:
    answer = called.call(timeout=1, sleep=3)
    assert (answer.ending, answer.text) == (Ending.FAILED, "no answer within 1 s")
    assert 900 <= answer.milliseconds < 3000


def test_a_version_that_is_not_there_is_the_cloud_s_refusal(called: Called) -> None:
    with pytest.raises(CloudAnswerError, match=r"InvokeFunction: .*9.*\(request [^-]"):
        called.call("9")


def test_nobody_who_answers_is_no_failure_of_the_function(called: Called, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{unused.getsockname()[1]}")
        fresh = type(called.caller)(called.function.session)  # type: ignore[call-arg]
        with pytest.raises(CloudAnswerError, match="no answer"):
            Called(called.function, fresh).call()


def test_without_an_instance_it_is_refused(cloud: Connection) -> None:
    scf = VersionedFunction(cloud)
    scf.ask("PutReservedConcurrencyConfig", ReservedConcurrencyMem=0)
    answer = Called(scf, ScfCaller(scf.session)).call()
    assert answer.ending is Ending.REFUSED
    assert "432" in answer.text
    fc = VersionedFcFunction(cloud)
    fc.reserve(0)
    answer = Called(fc, FcCaller(fc.session)).call()
    assert answer.ending is Ending.REFUSED
    assert "ResourceExhausted" in answer.text


def test_a_program_that_does_not_come_up_is_a_failure(cloud: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    fc = VersionedFcFunction(cloud)

    def refused(*_: Any) -> Any:
        raise CloudAnswerError("FC InvokeFunction: CAExited", code="CAExited", status=412)

    monkeypatch.setattr(fc_client, "ask", refused)
    assert Called(fc, FcCaller(fc.session)).call().ending is Ending.FAILED


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"InvokeResult": 1, "ErrMsg": "no JSON"}, (Ending.FAILED, "no JSON")),
        ({"InvokeResult": -1, "ErrMsg": "[432]"}, (Ending.FAILED, "[432]")),
        ({"InvokeResult": -1, "ErrMsg": '{"statusCode":429}'}, (Ending.REFUSED, '{"statusCode":429}')),
        ({"InvokeResult": 0, "RetMsg": "", "Duration": None}, (Ending.ANSWERED, "")),
        ({}, (Ending.FAILED, "")),
    ],
)
def test_what_scf_may_answer(
    monkeypatch: pytest.MonkeyPatch, result: dict[str, Any], expected: tuple[Ending, str]
) -> None:
    monkeypatch.setattr(TencentClient, "ask", lambda *_: {"Result": result, "RequestId": "abc"})
    answer = ScfCaller(TencentSession("id", "key", "", "ap-shanghai", "1")).call("f", "1", "{}")
    assert (answer.ending, answer.text, answer.request_id) == (*expected, "abc")
    assert answer.milliseconds >= 0
