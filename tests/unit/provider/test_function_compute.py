"""Function Compute's client: what is tried again and what is not, in the SDK's own exceptions."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import ClientException, ServerException, ThrottlingException
from Tea.exceptions import UnretryableException

from yunfn.exceptions import CloudAnswerError
from yunfn.provider import function_compute
from yunfn.provider.function_compute import FunctionCompute, PublishedVersion
from yunfn.storage.alibaba_session import AlibabaSession

SESSION = AlibabaSession("key", "secret", "", "cn-shanghai", "1234567890123456")


def refusal(kind: type[ClientException], status: int, code: str, message: str = "no") -> Exception:
    made: Exception = kind(
        status_code=status, code=code, message=message, data={"statusCode": status}, request_id="R-1"
    )
    return made


def dropped() -> Exception:
    """What the SDK raises where nothing was answered."""
    made: Exception = UnretryableException(None, ConnectionError("connection reset"))
    return made


class Cloud:
    """Stands for the SDK's client: raises what is queued, then answers."""

    def __init__(self, *failures: Exception, answer: Any = None) -> None:
        self.failures = list(failures)
        self.answer = answer
        self.called = 0

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self.called += 1
            if self.failures:
                raise self.failures.pop(0)
            return SimpleNamespace(body=self.answer)

        return call


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_compute, "_LONGEST_WAIT", 0.01)


def functions(cloud: Cloud, cancelled: threading.Event | None = None) -> FunctionCompute:
    made = FunctionCompute(SESSION, cancelled or threading.Event())
    made._client = cloud
    return made


VERSION = SimpleNamespace(version_id="7", description="yunfn:a", created_time="2026-01-01T00:00:00Z")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "failure",
    [
        refusal(ThrottlingException, 429, "Throttling.User"),
        refusal(ClientException, 429, "ResourceThrottled"),
        refusal(ClientException, 400, "Throttling"),
        refusal(ServerException, 500, "InternalServerError"),
        refusal(ServerException, 503, "ServiceUnavailable"),
        dropped(),
    ],
    ids=["throttled", "throttled-by-fc", "throttled-400", "500", "503", "dropped"],
)
def test_what_passes_is_tried_again(failure: Exception) -> None:
    cloud = Cloud(failure, failure, failure, answer=VERSION)
    assert functions(cloud).publish("f", "yunfn:a") == PublishedVersion("7", "yunfn:a", "2026-01-01T00:00:00Z")
    assert cloud.called == 4


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (refusal(ClientException, 403, "AccessDenied"), "FC PublishFunctionVersion: AccessDenied: no (request R-1)"),
        (refusal(ClientException, 404, "FunctionNotFound"), "FC PublishFunctionVersion: FunctionNotFound"),
        (refusal(ClientException, 400, "InvalidArgument"), "FC PublishFunctionVersion: InvalidArgument"),
    ],
    ids=["403", "404", "400"],
)
def test_what_stays_is_told_at_once(failure: Exception, said: str) -> None:
    cloud = Cloud(failure)
    with pytest.raises(CloudAnswerError) as told:
        functions(cloud).publish("f", "yunfn:a")
    assert str(told.value).startswith(said)
    assert cloud.called == 1
    assert told.value.status == failure.status_code  # type: ignore[attr-defined]


def test_a_stop_ends_the_trying() -> None:
    cancelled = threading.Event()
    cloud = Cloud(*[refusal(ClientException, 429, "ResourceThrottled")] * 1000)
    threading.Timer(0.3, cancelled.set).start()
    begun = time.monotonic()
    with pytest.raises(CloudAnswerError, match="ResourceThrottled"):
        functions(cloud, cancelled).publish("f", "yunfn:a")
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    "failure",
    [
        refusal(ClientException, 400, "VersionPublishError"),
        refusal(ClientException, 400, "Other", "detail: 'No changes were made since last publish'"),
    ],
    ids=["code", "text"],
)
def test_unchanged_is_no_error(failure: Exception) -> None:
    assert functions(Cloud(failure)).publish("f", "yunfn:a") is None


def test_what_is_gone_is_none_and_deleting_it_nothing() -> None:
    gone = refusal(ClientException, 404, "VersionNotFound")
    assert functions(Cloud(gone)).version("f", "7") is None
    functions(Cloud(gone)).delete_version("f", "7")
    with pytest.raises(CloudAnswerError, match="AccessDenied"):
        functions(Cloud(refusal(ClientException, 403, "AccessDenied"))).version("f", "7")
    with pytest.raises(CloudAnswerError, match="VersionInUse"):
        functions(Cloud(refusal(ClientException, 409, "VersionInUse"))).delete_version("f", "7")
