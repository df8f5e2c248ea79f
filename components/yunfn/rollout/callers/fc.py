"""Calls of Function Compute's functions: InvokeFunction of FC 3.0, which waits for the answer."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from yunfn.exceptions import CloudAnswerError
from yunfn.rollout.calling import CallAnswer, Ending
from yunfn.storage import fc_client
from yunfn.storage.alibaba_session import AlibabaSession

if TYPE_CHECKING:
    from alibabacloud_fc20230330.client import Client

# Milliseconds until a connection stands.
_CONNECT: Final = 10_000
# HTTP statuses of calls that did not run. FC "error handling": 429 where no instance may be had; FC "error codes": 412
# where an instance or its program did not come up.
_THROTTLED: Final = 429
_NOT_STARTED: Final = 412


class FcCaller:
    """Events are any texts; a function's answer is read as UTF-8."""

    def __init__(self, session: AlibabaSession) -> None:
        self._session = session
        self._opened: Client | None = None

    def call(
        self, function: str, qualifier: str, event: str, *, namespace: str = "", timeout: float = 60.0
    ) -> CallAnswer:
        """Call a version, as FunctionCaller says; there are no namespaces."""
        from alibabacloud_fc20230330 import models

        request = models.InvokeFunctionRequest(body=io.BytesIO(event.encode()), qualifier=qualifier)
        headers = models.InvokeFunctionHeaders(x_fc_invocation_type="Sync", x_fc_log_type="None")
        options = fc_client.runtime_options(
            autoretry=False, max_attempts=1, connect_timeout=_CONNECT, read_timeout=int(timeout * 1000)
        )
        began = time.monotonic()
        found: dict[str, str] = {}

        def ask() -> Any:
            answer = self._client().invoke_function_with_options(function, request, headers, options)
            found.update({name.lower(): value for name, value in (answer.headers or {}).items()})
            return answer

        try:
            body = fc_client.ask("InvokeFunction", ask)
            text = body.read().decode("utf-8", "replace") if body is not None else ""
        except CloudAnswerError as error:
            return _refused(error, time.monotonic() - began, timeout)
        wall = (time.monotonic() - began) * 1000
        ended = Ending.FAILED if "x-fc-error-type" in found else Ending.ANSWERED
        return CallAnswer(ended, text, _ran(found, wall), found.get("x-fc-request-id", ""))

    def _client(self) -> Client:
        if self._opened is None:
            self._opened = fc_client.open_client(self._session)
        return self._opened


def _refused(error: CloudAnswerError, seconds: float, timeout: float) -> CallAnswer:
    """What a refusal says of the version; raises it where it says nothing of it."""
    if error.status == _THROTTLED:
        return CallAnswer(Ending.REFUSED, str(error), seconds * 1000)
    if error.status == _NOT_STARTED:
        return CallAnswer(Ending.FAILED, str(error), seconds * 1000)
    if not error.code and not error.status and seconds >= timeout:
        return CallAnswer(Ending.FAILED, f"no answer within {timeout:g} s", seconds * 1000)
    raise error


def _ran(headers: Mapping[str, str], wall: float) -> float:
    """How long the function ran, in milliseconds: in whole ones, where the cloud tells it."""
    try:
        return float(headers["x-fc-invocation-duration"])
    except (KeyError, ValueError):
        return wall
