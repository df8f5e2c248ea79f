"""Deployed functions on SCF: states, calls and logs by API 3.0."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from yunfn.deployment.backend import CallResult, FunctionStatus, LogLine
from yunfn.deployment.functions import DeployedFunction
from yunfn.deployment.states import CallState, DeploymentState
from yunfn.exceptions import CloudAnswerError
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_session import TencentSession

# SCF's states (SCFD "GetFunction"): what is not here and not Active is under way.
_ACTIVE = "Active"
_FAILED = "Failed"
_PAGE = 100
_LOG_PAGE = 1000
# Its words for a function that is not there, also where its namespace is not.
_GONE = ("ResourceNotFound.Function", "ResourceNotFound.FunctionName", "ResourceNotFound.Namespace")
# Seconds: how long Invoke may take to answer, a synchronous call and its initialisation (SCFD "limits": 900 and 300).
_LONGEST_CALL = 1260
# GetFunctionLogs takes at most a day (wire format of GetFunctionLogs).
_LONGEST = timedelta(days=1)
# How late CLS shows a line.
_LATE = timedelta(seconds=30)
# Times of its log operations are those of Beijing, without a zone: the example of GetFunctionLogs in SCF's
# documentation has StartTime 17:14:01 over a line of 09:14:01Z.
_BEIJING = timedelta(hours=8)
_FORM = "%Y-%m-%d %H:%M:%S"


class TencentBackend:
    """SCF and CLS in one account and region."""

    def __init__(self, session: TencentSession) -> None:
        self._scf = TencentClient(session, "scf")
        self._calling = TencentClient(session, "scf", timeout=_LONGEST_CALL)
        self._cls = TencentClient(session, "cls")
        self._topics: dict[tuple[str, str], str] = {}

    def status(self, function: DeployedFunction) -> FunctionStatus:
        """See Backend."""
        try:
            found = self._scf.ask("GetFunction", _named(function))
        except CloudAnswerError as error:
            if error.code in _GONE:
                return FunctionStatus(DeploymentState.UNDEPLOYED, "the cloud has no such function")
            raise
        state = str(found["Status"])
        reasons = "; ".join(str(each.get("ErrorMessage") or "") for each in found.get("StatusReasons") or [])
        aliases = tuple(self._aliases(function))
        if state == _ACTIVE:
            return FunctionStatus(DeploymentState.DEPLOYED, "", aliases)
        if state.endswith(_FAILED):
            return FunctionStatus(DeploymentState.FAILED, f"{state}: {reasons}" if reasons else state, aliases)
        return FunctionStatus(DeploymentState.DEPLOYING, state, aliases)

    def invoke(self, function: DeployedFunction, qualifier: str, event: bytes, *, wait: bool) -> CallResult:
        """See Backend."""
        kind = "RequestResponse" if wait else "Event"
        parameters = {"Qualifier": qualifier, "InvocationType": kind, "ClientContext": event.decode()}
        result = self._calling.ask("Invoke", {**_named(function), **parameters})["Result"]
        request_id = str(result["FunctionRequestId"])
        if not wait:
            return CallResult(request_id, CallState.PENDING)
        failed = result["InvokeResult"] != 0
        return CallResult(
            request_id,
            CallState.FAILED if failed else CallState.SUCCEEDED,
            None if failed else str(result["RetMsg"]),
            str(result.get("ErrMsg") or result["RetMsg"]) if failed else "",
            float(result["Duration"]),
        )

    def result(self, function: DeployedFunction, request_id: str) -> CallResult | None:
        """See Backend. SCF tells the calls of the last day; one that waits is already running in its words."""
        now = datetime.now(UTC)
        # Told no times, it looks back 15 minutes (SCFD "GetRequestStatus").
        span = {"StartTime": _beijing(now - _LONGEST), "EndTime": _beijing(now + timedelta(minutes=1))}
        parameters = {**_named(function), "FunctionRequestId": request_id, **span}
        try:
            answer = self._scf.ask("GetRequestStatus", parameters)
        except CloudAnswerError as error:
            if error.code in _GONE:
                return None
            raise
        rows = [each for each in answer.get("Data") or [] if each.get("RequestId", request_id) == request_id]
        if not rows:
            return self._queued(function, request_id)
        row = max(rows, key=lambda each: int(each.get("RetryNum") or 0))
        code = int(row["RetCode"])
        if code == 1:
            return CallResult(request_id, CallState.RUNNING)
        state = CallState.FAILED if code else CallState.SUCCEEDED
        said = str(row.get("RetMsg") or "")
        return CallResult(
            request_id, state, None if code else said, said if code else "", float(row.get("Duration") or 0)
        )

    def keeps_logs(self, function: DeployedFunction) -> bool:
        """See Backend. In the function's topic, else SCF itself does for a few days."""
        return True

    def late(self, function: DeployedFunction) -> timedelta:
        """See Backend. What SCF keeps itself appears once a call has ended, and bears the time when it began."""
        return _LATE if self._topic(function) else min(_LATE + timedelta(seconds=function.timeout), _LONGEST)

    def logs(
        self, function: DeployedFunction, since: datetime, until: datetime, request_id: str | None
    ) -> Iterable[LogLine]:  # fmt: skip
        """See Backend. From the function's topic, or where it has none by GetFunctionLogs, of the last day.

        SCF's documentation calls GetFunctionLogs disused: where that refuses, the function needs a topic.
        """
        if topic := self._topic(function):
            return self._topic_lines(topic, function, since, until, request_id)
        return self._own_lines(function, max(since, until - _LONGEST), until, request_id)

    def _topic(self, function: DeployedFunction) -> str:
        """The topic by the state, else by the cloud, which may have given the function one; "" for none."""
        key = (function.namespace, function.function_name)
        if key not in self._topics:
            told = function.log[0] if function.log else ""
            if not told:
                try:
                    told = str(self._scf.ask("GetFunction", _named(function)).get("ClsTopicId") or "")
                except CloudAnswerError as error:
                    if error.code not in _GONE:
                        raise
            self._topics[key] = told
        return self._topics[key]

    def _aliases(self, function: DeployedFunction) -> Iterator[tuple[str, str]]:
        for offset in range(0, 10_000, _PAGE):
            answer = self._scf.ask("ListAliases", {**_named(function), "Offset": str(offset), "Limit": str(_PAGE)})
            found = answer.get("Aliases") or []
            for each in found:
                if each["Name"] in function.aliases:
                    yield str(each["Name"]), str(each["FunctionVersion"])
            if len(found) < _PAGE:
                return

    def _queued(self, function: DeployedFunction, request_id: str) -> CallResult | None:
        """A call of this function's queue that never ran, or of which no more is known than how it ended."""
        parameters = {**_named(function), "InvokeRequestId": request_id, "Limit": 1}
        events = self._scf.ask("ListAsyncEvents", parameters).get("EventList") or []
        found = next((str(each["Status"]) for each in events if each["InvokeRequestId"] == request_id), None)
        if found is None:
            return None
        ended = {"FINISHED": CallState.SUCCEEDED, "ABORTED": CallState.FAILED, "FAILED": CallState.FAILED}
        state = ended.get(found, CallState.PENDING)
        return CallResult(request_id, state, error=found.lower() if state is CallState.FAILED else "")

    def _topic_lines(
        self, topic: str, function: DeployedFunction, since: datetime, until: datetime, request_id: str | None
    ) -> Iterator[LogLine]:  # fmt: skip
        query = f'SCF_FunctionName:"{function.function_name}"'
        if request_id:
            query += f' AND SCF_RequestId:"{request_id}"'
        parameters = {
            "TopicId": topic,
            "From": int(since.timestamp() * 1000),
            # CLS leaves the last millisecond out.
            "To": int(until.timestamp() * 1000) + 1,
            "QueryString": query,
            "QuerySyntax": 1,
            "Sort": "asc",
            "Limit": _LOG_PAGE,
        }
        # By Offset: following Context ends after 10,000 lines (CLS's reference of SearchLog).
        for offset in itertools.count(0, _LOG_PAGE):
            answer = self._cls.ask("SearchLog", {**parameters, "Offset": offset})
            found = answer.get("Results") or []
            for each in found:
                fields: Mapping[str, Any] = json.loads(each["LogJson"])
                if fields.get("SCF_Namespace", function.namespace) == function.namespace:
                    yield LogLine(
                        datetime.fromtimestamp(each["Time"] / 1000, UTC),
                        function.name,
                        str(fields.get("SCF_RequestId") or ""),
                        str(fields.get("SCF_Message") or "").rstrip("\n"),
                    )
            if answer.get("ListOver") or len(found) < _LOG_PAGE:
                return

    def _own_lines(
        self, function: DeployedFunction, since: datetime, until: datetime, request_id: str | None
    ) -> Iterator[LogLine]:
        parameters: dict[str, Any] = {
            **_named(function),
            "StartTime": _beijing(since),
            "EndTime": _beijing(until),
            "Order": "asc",
            "OrderBy": "start_time",
            "Limit": _PAGE,
        }
        if request_id:
            parameters["FunctionRequestId"] = request_id
        for offset in range(0, 10_000, _PAGE):
            try:
                rows = self._scf.ask("GetFunctionLogs", {**parameters, "Offset": offset}).get("Data") or []
            except CloudAnswerError as error:
                if error.code in _GONE:
                    # SCF's own lines go with the function.
                    return
                raise
            for row in rows:
                at = datetime.strptime(str(row["StartTime"]), _FORM).replace(tzinfo=UTC) - _BEIJING
                for line in str(row.get("Log") or "").splitlines():
                    yield LogLine(at, function.name, str(row["RequestId"]), line)
            if len(rows) < _PAGE:
                return


def _beijing(time: datetime) -> str:
    return (time.astimezone(UTC) + _BEIJING).strftime(_FORM)


def _named(function: DeployedFunction) -> dict[str, Any]:
    return {"FunctionName": function.function_name, "Namespace": function.namespace}
