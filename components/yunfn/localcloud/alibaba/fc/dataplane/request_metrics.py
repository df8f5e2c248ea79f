"""The row of figures that enableRequestMetrics adds to the logstore for each call.

Names and meaning: SLS documentation "function compute execution logs", table of metrics; figures the local cloud
has no source for (host name, IP address, code download) are left out rather than made up.
"""

from __future__ import annotations

from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import InvocationResult


def request_metrics(
    function: ResolvedFunction, request: Request, result: InvocationResult, status: int | None
) -> dict[str, str]:
    """The row for one call; every value is text, as in a log. ``status`` is that of the HTTP answer."""
    row = {
        "functionName": function.name,
        "qualifier": function.qualifier,
        "versionId": function.version,
        "requestId": request.request_id,
        "operation": "InvokeFunction",
        "invocationType": request.invocation_type,
        "instanceID": result.instance_id,
        "memoryMB": str(function.configuration.get("memorySize", "")),
        "memoryUsageMB": f"{result.max_memory_mb:.2f}",
        "durationMs": f"{result.duration_ms:.2f}",
        "isColdStart": _text(result.cold_start),
        "hasFunctionError": _text(result.error_type is not None),
    }
    if result.error_type is not None:
        row["errorType"] = error_kind(result)
    if result.cold_start:
        row["instanceEvent"] = "ColdStart"
        row["coldStartLatencyMs"] = f"{result.initialization_ms:.2f}"
    if request.web:
        row |= {"triggerType": "http", "method": request.web.method, "requestURI": request.web.target}
    if status is not None:
        row["statusCode"] = str(status)
    if request.attempt:
        row["asyncMode"] = "Stateful" if request.attempt.stateful else "Stateless"
        row["retryCount"] = str(request.attempt.retries)
        row["asyncAttemptStartTimestamp"] = str(int(request.attempt.began * 1000))
    return row


def error_kind(result: InvocationResult) -> str:
    """The metrics' three kinds of function error; the runner's error body tells timeouts and memory apart."""
    if b"OOMKilled" in result.payload:
        return "FunctionOOMError"
    if b"timed out after" in result.payload:
        return "FunctionTimeoutError"
    return "FunctionUnhandledError"


def _text(value: bool) -> str:
    return "true" if value else "false"
