"""Deployed functions on Function Compute 3.0: states and calls by its own API, logs by the log service's."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from alibabacloud_fc20230330 import models

from yunfn.deployment.alibaba_calls import Calls
from yunfn.deployment.backend import CallResult, FunctionStatus, LogLine
from yunfn.deployment.functions import DeployedFunction
from yunfn.deployment.states import CallState, DeploymentState
from yunfn.exceptions import CloudAnswerError
from yunfn.storage import fc_client
from yunfn.storage.alibaba_session import AlibabaSession

# FC's word for a function that is not there (error codes of GetFunction).
_GONE = "FunctionNotFound"
_NOT_FOUND = 404
_PAGE = 100
# Milliseconds: a synchronous call may last a day (FCD "limits"); everything else is answered at once.
_LONGEST_CALL = 86_400_000
_LONGEST_ANSWER = 60_000
# How late the log service shows a line; its own words are "within seconds".
_LATE = timedelta(seconds=30)
# States of an asynchronous task (Function Compute API 2023-03-30, GetAsyncTask); all others have failed.
_WAITING = ("Enqueued", "Dequeued", "Retrying")
_RUNNING = ("Running", "Stopping")


class AlibabaBackend:
    """Function Compute and the log service in one account and region."""

    def __init__(self, session: AlibabaSession) -> None:
        self._session = session
        self._fc = fc_client.open_client(session)
        self._options = fc_client.runtime_options(read_timeout=_LONGEST_ANSWER)
        self._calls: dict[str, Calls] = {}
        self._logs: dict[str, tuple[str, ...]] = {}

    def status(self, function: DeployedFunction) -> FunctionStatus:
        """See Backend."""
        found = self._function(function)
        if found is None:
            return FunctionStatus(DeploymentState.UNDEPLOYED, "the cloud has no such function")
        aliases = tuple(self._aliases(function))
        if "Failed" in (found.state, found.last_update_status):
            reason = found.state_reason or found.last_update_status_reason or ""
            return FunctionStatus(DeploymentState.FAILED, str(reason), aliases)
        if found.state == "Pending" or found.last_update_status == "InProgress":
            return FunctionStatus(DeploymentState.DEPLOYING, str(found.state_reason or ""), aliases)
        return FunctionStatus(DeploymentState.DEPLOYED, "", aliases)

    def invoke(self, function: DeployedFunction, qualifier: str, event: bytes, *, wait: bool) -> CallResult:
        """See Backend."""
        request = models.InvokeFunctionRequest(body=io.BytesIO(event), qualifier=qualifier)
        headers = models.InvokeFunctionHeaders(x_fc_invocation_type="Sync" if wait else "Async")
        options = fc_client.runtime_options(read_timeout=_LONGEST_CALL) if wait else self._options
        answered: list[Any] = []

        def call() -> Any:
            answered.append(self._fc.invoke_function_with_options(function.function_name, request, headers, options))
            return answered[0]

        body = fc_client.ask("InvokeFunction", call)
        told = {name.lower(): value for name, value in answered[0].headers.items()}
        request_id = str(told.get("x-fc-request-id", ""))
        if not wait:
            return CallResult(request_id, CallState.PENDING)
        text = (body.read() if body is not None else b"").decode("utf-8", "replace")
        failed = "x-fc-error-type" in told
        return CallResult(
            request_id,
            CallState.FAILED if failed else CallState.SUCCEEDED,
            None if failed else text,
            text if failed else "",
        )

    def result(self, function: DeployedFunction, request_id: str) -> CallResult | None:
        """See Backend. Function Compute keeps the calls of functions with ``AsyncInvocation(stateful=True)`` only."""
        for qualifier in (*function.aliases, None):
            request = models.GetAsyncTaskRequest(qualifier=qualifier)
            try:
                task = fc_client.ask(
                    "GetAsyncTask",
                    lambda request=request: self._fc.get_async_task_with_options(  # type: ignore[misc]
                        function.function_name, request_id, request, {}, self._options
                    ),
                )
            except CloudAnswerError as error:
                if error.status != _NOT_FOUND:
                    raise
                continue
            return _result(request_id, task)
        return None

    def keeps_logs(self, function: DeployedFunction) -> bool:
        """See Backend. Only with a log project."""
        return bool(self._log(function))

    def late(self, function: DeployedFunction) -> timedelta:
        """See Backend."""
        return _LATE

    def logs(
        self, function: DeployedFunction, since: datetime, until: datetime, request_id: str | None
    ) -> Iterable[LogLine]:  # fmt: skip
        """See Backend. A function without a log project has none."""
        if not self.keeps_logs(function):
            return
        entries = [(each.get_time(), each.get_contents()) for each in self._entries(function, since, until)]
        own = [(at, fields) for at, fields in entries if fields.get("__topic__") == f"FCLogs:{function.function_name}"]
        lines = [(fields.get("instanceID", ""), fields.get("message", "").rstrip("\n")) for _, fields in own]
        calls = self._calls.setdefault(function.function_name, Calls()).of(lines)
        for (at, _), (_, message), call in zip(own, lines, calls, strict=True):
            if request_id is None or call == request_id:
                yield LogLine(datetime.fromtimestamp(at, UTC), function.name, call, message)

    def _entries(self, function: DeployedFunction, since: datetime, until: datetime) -> Iterator[Any]:
        from aliyun.log import LogException

        project, logstore = self._log(function)
        offset = 0
        while True:
            try:
                answer = self._log_client.get_log(
                    project,
                    logstore,
                    from_time=int(since.timestamp()),
                    to_time=int(until.timestamp()) + 1,
                    query=f'"{function.function_name}"',
                    reverse=False,
                    offset=offset,
                    size=_PAGE,
                )
            except LogException as error:
                code, request = error.get_error_code(), error.get_request_id()
                raise CloudAnswerError(
                    f"SLS GetLogs: {code}: {error.get_error_message()} (request {request or '-'})", code=str(code)
                ) from error
            if not answer.is_completed():
                # The client has asked several times already.
                raise CloudAnswerError("SLS GetLogs: the log service did not look through all lines: ask for fewer")
            found = answer.get_logs()
            yield from found
            if len(found) < _PAGE:
                return
            offset += len(found)

    @cached_property
    def _log_client(self) -> Any:
        from aliyun.log import LogClient

        session = self._session
        # Told no scheme, it speaks http (aliyun-log-python-sdk, LogClient._setendpoint).
        endpoint = f"https://{session.region}.log.aliyuncs.com"
        return LogClient(endpoint, session.access_key_id, session.access_key_secret, session.token or None)

    def _log(self, function: DeployedFunction) -> tuple[str, ...]:
        """Project and logstore, by the state, else by the cloud; () for a function without."""
        if function.log:
            return function.log
        if function.function_name not in self._logs:
            found = self._function(function)
            settings = found.log_config if found is not None else None
            told = (settings.project, settings.logstore) if settings is not None else ()
            self._logs[function.function_name] = tuple(map(str, told)) if all(told) else ()
        return self._logs[function.function_name]

    def _function(self, function: DeployedFunction) -> Any:
        """What GetFunction answers, None if it is gone."""
        request = models.GetFunctionRequest()
        try:
            return fc_client.ask(
                "GetFunction",
                lambda: self._fc.get_function_with_options(function.function_name, request, {}, self._options),
            )
        except CloudAnswerError as error:
            if error.code == _GONE:
                return None
            raise

    def _aliases(self, function: DeployedFunction) -> Iterator[tuple[str, str]]:
        token: str | None = None
        while True:
            request = models.ListAliasesRequest(limit=_PAGE, next_token=token)
            answer = fc_client.ask(
                "ListAliases",
                lambda request=request: self._fc.list_aliases_with_options(  # type: ignore[misc]
                    function.function_name, request, {}, self._options
                ),
            )
            for each in answer.aliases or ():
                if each.alias_name in function.aliases:
                    yield str(each.alias_name), str(each.version_id)
            token = answer.next_token
            if not token:
                return


def _result(request_id: str, task: Any) -> CallResult:
    if task.status in _WAITING:
        return CallResult(request_id, CallState.PENDING)
    if task.status in _RUNNING:
        return CallResult(request_id, CallState.RUNNING)
    duration = float(task.duration_ms) if task.duration_ms is not None else None
    if task.status == "Succeeded":
        return CallResult(request_id, CallState.SUCCEEDED, task.return_payload or "", "", duration)
    return CallResult(request_id, CallState.FAILED, None, _error(task), duration)


def _error(task: Any) -> str:
    said = task.task_error_message or task.return_payload or ""
    try:
        document = json.loads(said)
    except ValueError:
        document = None
    told = document.get("errorMessage") if isinstance(document, dict) else said
    return f"{task.status}: {told}" if told else str(task.status)
