"""Deployed functions on SCF, over answers that a test gives: pages, states, words for what is gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yunfn.deployment import CallState, DeployedFunction, DeploymentState, tencent
from yunfn.deployment.tencent import TencentBackend
from yunfn.exceptions import CloudAnswerError
from yunfn.storage.tencent_session import TencentSession

NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
FUNCTION = DeployedFunction("tencent", "speaker", "dev-speaker", "svc", "125", "ap-shanghai", ("live",), ("t-1",), 7)
BARE = DeployedFunction("tencent", "speaker", "dev-speaker", "svc", "125", "ap-shanghai", timeout=7)
GONE = CloudAnswerError("gone", code="ResourceNotFound.Function")
Answers = Callable[[str, Mapping[str, Any]], dict[str, Any]]
ASKED: list[tuple[str, dict[str, Any], int | None]] = []


def backend(monkeypatch: pytest.MonkeyPatch, answers: Answers) -> TencentBackend:
    class Client:
        def __init__(self, session: TencentSession, product: str, *, timeout: int | None = None) -> None:
            self.timeout = timeout

        def ask(self, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
            ASKED.append((action, dict(parameters), self.timeout))
            return answers(action, parameters)

    ASKED.clear()
    monkeypatch.setattr(tencent, "TencentClient", Client)
    return TencentBackend(TencentSession("id", "key", "", "ap-shanghai", "125"))


def refusing(error: CloudAnswerError) -> Answers:
    def answer(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        raise error

    return answer


@pytest.mark.parametrize(
    ("status", "expected", "reason"),
    [
        ("Active", DeploymentState.DEPLOYED, ""),
        ("Creating", DeploymentState.DEPLOYING, "Creating"),
        ("Publishing", DeploymentState.DEPLOYING, "Publishing"),
        ("Deleting", DeploymentState.DEPLOYING, "Deleting"),
        ("CreateFailed", DeploymentState.FAILED, "CreateFailed: no object; no role"),
        ("UpdateFailed", DeploymentState.FAILED, "UpdateFailed: no object; no role"),
    ],
)
def test_its_states_in_one_vocabulary(
    monkeypatch: pytest.MonkeyPatch, status: str, expected: DeploymentState, reason: str
) -> None:
    reasons = [{"ErrorCode": "A", "ErrorMessage": "no object"}, {"ErrorCode": "B", "ErrorMessage": "no role"}]
    aliases = [{"Name": name, "FunctionVersion": "3"} for name in ("$DEFAULT", "live")]

    def answer(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"Status": status, "StatusReasons": reasons} if action == "GetFunction" else {"Aliases": aliases}

    found = backend(monkeypatch, answer).status(FUNCTION)
    assert (found.state, found.reason, found.aliases) == (expected, reason, (("live", "3"),))


@pytest.mark.parametrize("code", ["ResourceNotFound.Function", "ResourceNotFound.Namespace"])
def test_what_is_gone_is_undeployed_and_has_no_calls(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    asking = backend(monkeypatch, refusing(CloudAnswerError("gone", code=code)))
    assert asking.status(FUNCTION).state is DeploymentState.UNDEPLOYED
    assert asking.result(FUNCTION, "r-1") is None
    assert list(asking.logs(BARE, NOON, NOON, None)) == []


def test_any_other_refusal_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = backend(monkeypatch, refusing(CloudAnswerError("denied", code="UnauthorizedOperation.CAM")))
    for call in (
        lambda: asking.status(FUNCTION),
        lambda: asking.result(FUNCTION, "r-1"),
        lambda: list(asking.logs(FUNCTION, NOON, NOON, None)),
        lambda: list(asking.logs(BARE, NOON, NOON, None)),
    ):
        with pytest.raises(CloudAnswerError, match="denied"):
            call()


def test_all_pages_of_aliases_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    every = [{"Name": f"a{number}", "FunctionVersion": "1"} for number in range(149)]
    every.append({"Name": "live", "FunctionVersion": "9"})

    def answer(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if action == "GetFunction":
            return {"Status": "Active"}
        offset = int(parameters["Offset"])
        return {"Aliases": every[offset : offset + int(parameters["Limit"])]}

    assert backend(monkeypatch, answer).status(FUNCTION).aliases == (("live", "9"),)


def test_a_call_may_take_as_long_as_scf_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"FunctionRequestId": "r-1", "InvokeResult": 0, "RetMsg": '"ä"', "ErrMsg": "", "Duration": 1.5}
    done = backend(monkeypatch, lambda action, parameters: {"Result": told}).invoke(
        FUNCTION, "live", '{"a": "ä"}'.encode(), wait=True
    )
    assert (done.state, done.value, done.duration_ms) == (CallState.SUCCEEDED, '"ä"', 1.5)
    ((_, parameters, timeout),) = ASKED
    assert timeout is not None and timeout >= 1200
    assert (parameters["ClientContext"], parameters["Qualifier"], parameters["InvocationType"]) == (
        '{"a": "ä"}',
        "live",
        "RequestResponse",
    )


@pytest.mark.parametrize("error", ["it failed", ""])
def test_a_call_that_failed_says_why_wherever_scf_put_it(monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    told = {"FunctionRequestId": "r-1", "InvokeResult": -1, "RetMsg": "it failed", "ErrMsg": error, "Duration": 1}
    done = backend(monkeypatch, lambda action, parameters: {"Result": told}).invoke(FUNCTION, "1", b"{}", wait=True)
    assert (done.state, done.value, done.error) == (CallState.FAILED, None, "it failed")


@pytest.mark.parametrize(
    ("code", "state", "value", "error"),
    [(0, "succeeded", "done", ""), (1, "running", None, ""), (-1, "failed", None, "done")],
)
def test_the_last_try_of_a_call_counts(
    monkeypatch: pytest.MonkeyPatch, code: int, state: str, value: str | None, error: str
) -> None:
    rows = [
        {"RequestId": "r-1", "RetCode": code, "RetMsg": "done", "RetryNum": 1},
        {"RequestId": "r-1", "RetCode": -1, "RetMsg": "first", "RetryNum": 0},
        {"RequestId": "r-2", "RetCode": 0, "RetMsg": "another's", "RetryNum": 2},
    ]
    found = backend(monkeypatch, lambda action, parameters: {"Data": rows}).result(FUNCTION, "r-1")
    assert found is not None
    assert (found.state, found.value, found.error) == (state, value, error)


@pytest.mark.parametrize(
    ("status", "state"),
    [("RUNNING", "pending"), ("FINISHED", "succeeded"), ("ABORTED", "failed"), ("FAILED", "failed")],
)
def test_a_call_that_has_no_row_yet_is_asked_of_the_queue(
    monkeypatch: pytest.MonkeyPatch, status: str, state: str
) -> None:
    def answer(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if action == "GetRequestStatus":
            return {"Data": None}
        return {"EventList": [{"InvokeRequestId": "r-1", "Status": status}]}

    found = backend(monkeypatch, answer).result(FUNCTION, "r-1")
    assert found is not None and found.state == state
    # Of this function's queue: a call's id alone would be found by whichever function is asked first.
    action, parameters, _ = ASKED[-1]
    assert (action, parameters["FunctionName"], parameters["Namespace"]) == ("ListAsyncEvents", "dev-speaker", "svc")


def test_a_call_that_nobody_knows_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    others = [{"InvokeRequestId": "r-2", "Status": "RUNNING"}]

    def answer(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"Data": []} if action == "GetRequestStatus" else {"EventList": others}

    assert backend(monkeypatch, answer).result(FUNCTION, "r-1") is None


def _entry(message: str, milliseconds: int, namespace: str = "svc") -> dict[str, Any]:
    fields = {"SCF_Message": f"{message}\n", "SCF_RequestId": "r-1", "SCF_Namespace": namespace}
    return {"Time": int(NOON.timestamp() * 1000) + milliseconds, "LogJson": json.dumps(fields)}


def test_lines_of_a_topic_are_read_to_the_last_page_and_only_this_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [_entry("a", 0), _entry("of another", 1, "other"), *[_entry("b", 250)] * 1000]

    def answer(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        # Told by what comes back alone: CLS says ListOver of the last page, which may be full.
        return {"Results": entries[parameters["Offset"] :][: parameters["Limit"]], "ListOver": False, "Context": "c"}

    asking = backend(monkeypatch, answer)
    lines = list(asking.logs(FUNCTION, NOON, NOON + timedelta(seconds=1), "r-1"))
    assert len(lines) == 1001
    assert [(line.message, line.request_id, line.time - NOON) for line in lines[:2]] == [
        ("a", "r-1", timedelta(0)),
        ("b", "r-1", timedelta(milliseconds=250)),
    ]
    (_, first, _), (_, second, _) = ASKED
    assert first["QueryString"] == 'SCF_FunctionName:"dev-speaker" AND SCF_RequestId:"r-1"'
    assert (first["TopicId"], first["To"] - first["From"]) == ("t-1", 1001)
    assert (first["Offset"], second["Offset"]) == (0, 1000)


def test_a_topic_that_the_cloud_gave_the_function_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"ClsTopicId": "t-9"} if action == "GetFunction" else {"Results": [], "ListOver": True}

    asking = backend(monkeypatch, answer)
    for _ in range(2):
        assert list(asking.logs(BARE, NOON, NOON, None)) == []
    assert [action for action, _, _ in ASKED] == ["GetFunction", "SearchLog", "SearchLog"]
    assert {parameters["TopicId"] for action, parameters, _ in ASKED if action == "SearchLog"} == {"t-9"}


def test_without_a_topic_scfs_own_lines_are_read_by_the_day_in_beijings_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"RequestId": f"r-{number}", "StartTime": "2026-01-31 20:00:00", "Log": f"n{number}\nend\n"}
        for number in range(101)
    ]

    def answer(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if action == "GetFunction":
            return {"ClsTopicId": ""}
        return {"Data": rows[parameters["Offset"] :][: parameters["Limit"]]}

    asking = backend(monkeypatch, answer)
    lines = list(asking.logs(BARE, NOON - timedelta(days=9), NOON, None))
    assert len(lines) == 202
    assert (lines[-2].message, lines[-2].request_id, lines[-2].time) == ("n100", "r-100", NOON)
    asked = [parameters for action, parameters, _ in ASKED if action == "GetFunctionLogs"]
    assert {(each["StartTime"], each["EndTime"]) for each in asked} == {("2026-01-30 20:00:00", "2026-01-31 20:00:00")}
    # A call is told once it has ended, under the time when it began.
    assert asking.late(BARE) >= timedelta(seconds=37)
    assert backend(monkeypatch, answer).late(FUNCTION) == timedelta(seconds=30)
