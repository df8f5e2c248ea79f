"""Deployed functions on Function Compute, over answers that a test gives: what the local cloud has no way to show."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from Tea.exceptions import TeaException

from yunfn.deployment import CallState, DeployedFunction, DeploymentState
from yunfn.deployment.alibaba import AlibabaBackend
from yunfn.exceptions import CloudAnswerError
from yunfn.storage import fc_client
from yunfn.storage.alibaba_session import AlibabaSession

NOON = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
FUNCTION = DeployedFunction("alibaba", "caller", "dev-caller", "", "1", "cn-shanghai", ("live",), ("p", "l"))
BARE = DeployedFunction("alibaba", "caller", "dev-caller", "", "1", "cn-shanghai")


def refusal(code: str, status: int) -> TeaException:
    error = TeaException({"code": code, "message": "said", "data": {"RequestId": "q-1"}})
    error.statusCode = status
    return error


class Client:
    """The official client, each operation answered by a function of its name; keeps the options it was given."""

    def __init__(self, **answers: Callable[..., Any]) -> None:
        self.answers = answers
        self.options: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = name.removesuffix("_with_options")

        def call(*arguments: Any) -> Any:
            self.options.append((operation, arguments[-1]))
            return self.answers[operation](*arguments)

        return call


def backend(monkeypatch: pytest.MonkeyPatch, **answers: Callable[..., Any]) -> tuple[AlibabaBackend, Client]:
    client = Client(**answers)
    monkeypatch.setattr(fc_client, "open_client", lambda session: client)
    return AlibabaBackend(AlibabaSession("id", "key", "", "cn-shanghai", "1")), client


def body(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(body=SimpleNamespace(**fields))


def function(**fields: Any) -> SimpleNamespace:
    whole = {"state": "Active", "last_update_status": "Successful", "state_reason": None}
    return body(**{**whole, "last_update_status_reason": None, "log_config": None, **fields})


def _raise(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize(
    ("fields", "expected", "reason"),
    [
        ({}, DeploymentState.DEPLOYED, ""),
        ({"state": "Pending", "state_reason": "pulling"}, DeploymentState.DEPLOYING, "pulling"),
        ({"last_update_status": "InProgress"}, DeploymentState.DEPLOYING, ""),
        ({"state": "Failed", "state_reason": "no image"}, DeploymentState.FAILED, "no image"),
        (
            {"last_update_status": "Failed", "last_update_status_reason": "no layer"},
            DeploymentState.FAILED,
            "no layer",
        ),
    ],
)
def test_its_states_in_one_vocabulary(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], expected: DeploymentState, reason: str
) -> None:
    pages = {
        None: body(aliases=[SimpleNamespace(alias_name="of another", version_id="1")], next_token="n"),
        "n": body(aliases=[SimpleNamespace(alias_name="live", version_id="7")], next_token=None),
    }
    asking, _ = backend(
        monkeypatch,
        get_function=lambda *_: function(**fields),
        list_aliases=lambda name, request, *_: pages[request.next_token],
    )
    found = asking.status(FUNCTION)
    assert (found.state, found.reason, found.aliases) == (expected, reason, (("live", "7"),))


def test_what_is_gone_is_undeployed_and_any_other_refusal_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    asking, _ = backend(monkeypatch, get_function=lambda *_: _raise(refusal("FunctionNotFound", 404)))
    assert asking.status(FUNCTION).state is DeploymentState.UNDEPLOYED
    for code, status in (("AccessDenied", 403), ("NoSuchHost", 404)):
        asking, _ = backend(monkeypatch, get_function=lambda *_, c=code, s=status: _raise(refusal(c, s)))
        with pytest.raises(CloudAnswerError, match=rf"^FC GetFunction: {code}: said \(request q-1\)$"):
            asking.status(FUNCTION)


def test_only_a_call_that_is_waited_for_may_take_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = SimpleNamespace(headers={"X-Fc-Request-Id": "r-1"}, body=io.BytesIO(b'"done"'))
    asking, client = backend(
        monkeypatch,
        invoke_function=lambda *_: answer,
        get_function=lambda *_: function(),
        list_aliases=lambda *_: body(aliases=None, next_token=None),
    )
    done = asking.invoke(FUNCTION, "live", b"{}", wait=True)
    assert (done.request_id, done.state, done.value) == ("r-1", CallState.SUCCEEDED, '"done"')
    assert asking.invoke(FUNCTION, "live", b"{}", wait=False).state is CallState.PENDING
    asking.status(FUNCTION)
    limits = [(operation, options.read_timeout) for operation, options in client.options]
    assert limits == [
        ("invoke_function", 86_400_000),
        ("invoke_function", 60_000),
        ("get_function", 60_000),
        ("list_aliases", 60_000),
    ]


@pytest.mark.parametrize(
    ("status", "state", "value", "error"),
    [
        ("Enqueued", "pending", None, ""),
        ("Retrying", "pending", None, ""),
        ("Running", "running", None, ""),
        ("Stopping", "running", None, ""),
        ("Succeeded", "succeeded", '"done"', ""),
        ("Failed", "failed", None, "Failed: refused to"),
        ("Expired", "failed", None, "Expired: refused to"),
        ("Invalid", "failed", None, "Invalid: refused to"),
    ],
)
def test_the_states_of_a_call_in_one_vocabulary(
    monkeypatch: pytest.MonkeyPatch, status: str, state: str, value: str | None, error: str
) -> None:
    said = '{"errorMessage": "refused to"}' if state == "failed" else None
    task = body(status=status, duration_ms=3, return_payload='"done"', task_error_message=said)
    asked = []

    def get(name: str, call: str, request: Any, *_: Any) -> Any:
        asked.append(request.qualifier)
        return _raise(refusal("AsyncTaskNotFound", 404)) if request.qualifier else task

    asking, _ = backend(monkeypatch, get_async_task=get)
    found = asking.result(FUNCTION, "r-1")
    assert found is not None and asked == ["live", None]
    assert (found.state, found.value, found.error) == (state, value, error)


def test_a_call_that_nobody_knows_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    asking, _ = backend(monkeypatch, get_async_task=lambda *_: _raise(refusal("AsyncTaskNotFound", 404)))
    assert asking.result(FUNCTION, "r-1") is None


def _log(
    monkeypatch: pytest.MonkeyPatch, asking: AlibabaBackend, entries: list[Any], *, complete: bool = True
) -> list[Any]:
    asked: list[Any] = []

    def get_log(*where: str, **options: Any) -> Any:
        asked.append((where, options["offset"]))
        page = entries[options["offset"] :][: options["size"]]
        return SimpleNamespace(is_completed=lambda: complete, get_logs=lambda: page)

    monkeypatch.setattr(AlibabaBackend, "_log_client", SimpleNamespace(get_log=get_log))
    return asked


def _entry(message: str, topic: str = "FCLogs:dev-caller") -> Any:
    fields = {"__topic__": topic, "instanceID": "i", "message": message}
    return SimpleNamespace(get_time=lambda: int(NOON.timestamp()), get_contents=lambda: fields)


def test_lines_are_read_to_the_last_page_and_only_this_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    asking, _ = backend(monkeypatch)
    entries = [_entry("FC Invoke Start RequestId: r-1"), *[_entry("x\n")] * 150, _entry("y", "FCLogs:dev-caller-2")]
    asked = _log(monkeypatch, asking, entries)
    lines = list(asking.logs(FUNCTION, NOON, NOON, "r-1"))
    assert len(lines) == 151
    assert (lines[-1].message, lines[-1].request_id, lines[-1].time) == ("x", "r-1", NOON)
    assert asked == [(("p", "l"), 0), (("p", "l"), 100)]
    assert list(asking.logs(FUNCTION, NOON, NOON, "r-2")) == []


def test_an_answer_that_is_not_whole_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    asking, _ = backend(monkeypatch)
    _log(monkeypatch, asking, [_entry("x")], complete=False)
    with pytest.raises(CloudAnswerError, match="did not look through all lines"):
        list(asking.logs(FUNCTION, NOON, NOON, None))


def test_the_log_service_is_spoken_to_by_https() -> None:
    asking = AlibabaBackend(AlibabaSession("id", "key", "", "cn-shanghai", "1"))
    assert asking._log_client.http_type == "https://"


@pytest.mark.parametrize(
    ("settings", "expected"), [(None, False), (("", ""), False), (("p", None), False), (("p9", "l9"), True)]
)
def test_where_the_state_tells_no_log_the_cloud_is_asked(
    monkeypatch: pytest.MonkeyPatch, settings: tuple[str, str] | None, expected: bool
) -> None:
    told = SimpleNamespace(project=settings[0], logstore=settings[1]) if settings else None
    asking, client = backend(monkeypatch, get_function=lambda *_: function(log_config=told))
    asked = _log(monkeypatch, asking, [])
    assert asking.keeps_logs(BARE) is expected
    assert list(asking.logs(BARE, NOON, NOON, None)) == []
    assert asked == ([(("p9", "l9"), 0)] if expected else [])
    assert len(client.options) == 1
