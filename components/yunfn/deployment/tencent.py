"""Deployed functions on SCF: states, calls and logs by API 3.0."""

from __future__ import annotations

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
# GetFunctionLogs takes at most a day (wire format of GetFunctionLogs).
_LONGEST = timedelta(days=1)
# Times of its log operations are those of Beijing, without a zone.
_BEIJING = timedelta(hours=8)
_FORM = "%Y-%m-%d %H:%M:%S"


class TencentBackend:
    """SCF and CLS in one account and region."""

    def __init__(self, session: TencentSession) -> None:
        self._scf = TencentClient(session, "scf")
        self._cls = TencentClient(session, "cls")

    def status(self, function: DeployedFunction) -> FunctionStatus:
        """See Backend."""
        try:
            found = self._scf.ask("GetFunction", _named(function))
        except CloudAnswerError as error:
            if error.code in ("ResourceNotFound.Function", "ResourceNotFound.Namespace"):
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
        result = self._scf.ask("Invoke", {**_named(function), **parameters})["Result"]
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
        """See Backend."""
        now = datetime.now(UTC)
        # Told no times, it looks back 15 minutes (SCFD "GetRequestStatus").
        span = {"StartTime": _beijing(now - _LONGEST), "EndTime": _beijing(now + timedelta(minutes=1))}
        parameters = {**_named(function), "FunctionRequestId": request_id, **span}
        answer = self._scf.ask("GetRequestStatus", parameters)
        rows = [each for each in answer.get("Data") or [] if each.get("RequestId", request_id) == request_id]
        if not rows:
            return self._queued(request_id)
        row = rows[-1]
        code = int(row["RetCode"])
        if code == 1:
            return CallResult(request_id, CallState.RUNNING)
        state = CallState.FAILED if code else CallState.SUCCEEDED
        said = str(row.get("RetMsg") or "")
        return CallResult(
            request_id, state, None if code else said, said if code else "", float(row.get("Duration") or 0)
        )

    def logs(
        self, function: DeployedFunction, since: datetime, until: datetime, request_id: str | None
    ) -> Iterable[LogLine]:  # fmt: skip
        """See Backend. From the function's topic, or where it has none from SCF itself, which keeps a few days."""
        if function.log:
            return self._topic_lines(function, since, until, request_id)
        return self._own_lines(function, max(since, until - _LONGEST), until, request_id)

    def _aliases(self, function: DeployedFunction) -> Iterator[tuple[str, str]]:
        answer = self._scf.ask("ListAliases", {**_named(function), "Offset": "0", "Limit": str(_PAGE)})
        for each in answer.get("Aliases") or []:
            if each["Name"] in function.aliases:
                yield str(each["Name"]), str(each["FunctionVersion"])

    def _queued(self, request_id: str) -> CallResult | None:
        try:
            found = self._scf.ask("GetAsyncEventStatus", {"InvokeRequestId": request_id})["Result"]
        except CloudAnswerError as error:
            if error.code.startswith("ResourceNotFound"):
                return None
            raise
        ended = {"FINISHED": CallState.SUCCEEDED, "ABORTED": CallState.FAILED, "FAILED": CallState.FAILED}
        state = ended.get(str(found["Status"]), CallState.PENDING)
        return CallResult(request_id, state, error=str(found["Status"]).lower() if state is CallState.FAILED else "")

    def _topic_lines(
        self, function: DeployedFunction, since: datetime, until: datetime, request_id: str | None
    ) -> Iterator[LogLine]:
        query = f'SCF_FunctionName:"{function.function_name}"'
        if request_id:
            query += f' AND SCF_RequestId:"{request_id}"'
        parameters = {
            "TopicId": function.log[0],
            "From": int(since.timestamp() * 1000),
            "To": int(until.timestamp() * 1000),
            "QueryString": query,
            "QuerySyntax": 1,
            "Sort": "asc",
            "Limit": _LOG_PAGE,
        }
        while True:
            answer = self._cls.ask("SearchLog", parameters)
            for each in answer.get("Results") or []:
                fields: Mapping[str, Any] = json.loads(each["LogJson"])
                if fields.get("SCF_Namespace", function.namespace) == function.namespace:
                    yield LogLine(
                        datetime.fromtimestamp(each["Time"] / 1000, UTC),
                        function.name,
                        str(fields.get("SCF_RequestId") or ""),
                        str(fields.get("SCF_Message") or "").rstrip("\n"),
                    )
            if answer.get("ListOver", True) or not answer.get("Context"):
                return
            parameters["Context"] = answer["Context"]

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
            rows = self._scf.ask("GetFunctionLogs", {**parameters, "Offset": offset}).get("Data") or []
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
