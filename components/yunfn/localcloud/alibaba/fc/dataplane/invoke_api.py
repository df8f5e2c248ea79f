"""InvokeFunction on the wire: headers in, payload through, headers out.

Source: alibabacloud-fc20230330 (``InvokeFunctionHeaders``), FCD "InvokeFunction", answers quoted in the official tools.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.dataplane.async_queue import FcAsyncQueue
from yunfn.localcloud.alibaba.fc.dataplane.authority import invocation_resources
from yunfn.localcloud.alibaba.fc.dataplane.function_log import log_tail
from yunfn.localcloud.alibaba.fc.dataplane.invoker import FcInvoker, require_started
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, ResolvedFunction
from yunfn.localcloud.alibaba.fc.exceptions import EntityTooLarge, InvalidArgument
from yunfn.localcloud.alibaba.fc.rights import require
from yunfn.localcloud.call import Call
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import HttpRequest, InvocationResult
from yunfn.runtimes import FC_LIMITS

_SYNC_BYTES = FC_LIMITS.payload_sync_mb << 20
_ASYNC_BYTES = FC_LIMITS.payload_async_kb << 10
_EXPOSED = (
    "Date,x-fc-request-id,x-fc-error-type,x-fc-code-checksum,x-fc-invocation-duration,x-fc-max-memory-usage,"
    "x-fc-log-result,x-fc-invocation-code-version"
)


class InvokeApi:
    """Answers InvokeFunction, sync and async."""

    def __init__(self, directory: FunctionDirectory, invoker: FcInvoker, queue: FcAsyncQueue) -> None:
        self._directory = directory
        self._invoker = invoker
        self._queue = queue

    async def invoke_function(self, call: Call, name: str) -> Response:
        """``POST /2023-03-30/functions/{name}/invocations``; the caller's signature has been checked."""
        qualifier = call.param("qualifier") or "LATEST"
        call.operation, call.resource = "InvokeFunction", f"functions/{name}/{qualifier}"
        require_invocation(call, call.region, name, qualifier)
        function = self._directory.resolve(call.account, call.region, name, qualifier)
        call.resource = f"functions/{name}/{function.version}"
        asynchronous = wants_async(call.headers)
        payload = await limited_body(call, asynchronous)
        if asynchronous:
            return self.accept(call, function, payload)
        outcome = await self._invoker.invoke(function, Request(call.request_id, payload))
        require_started(outcome)
        result = outcome.result
        call.code = result.error_type or ""
        media_type = "application/json" if result.error_type else "application/octet-stream"
        return Response(
            result.payload, media_type=media_type, headers=result_headers(call, function, result, expose=True)
        )

    def accept(
        self, call: Call, function: ResolvedFunction, payload: bytes, http: HttpRequest | None = None
    ) -> Response:
        """Queue an asynchronous call and answer 202."""
        stateful = bool((function.async_config or {}).get("asyncTask"))
        task_id = ""
        if stateful:
            task_id = call.headers.get("x-fc-async-task-id") or call.headers.get(
                "x-fc-stateful-async-invocation-id", ""
            )
        caller = call.principal.arn if call.principal else "anonymous"
        task = self._queue.enqueue(
            function, payload, request_id=call.request_id, caller=caller, task_id=task_id, http=http
        )
        headers = {"x-fc-request-id": call.request_id}
        if stateful:
            headers["x-fc-async-task-id"] = task.task_id
        return Response(status_code=202, headers=headers)


def require_invocation(call: Call, region: str, name: str, qualifier: str) -> None:
    """Raise NotAuthorized unless the caller may invoke by this qualifier, or the function as a whole."""
    require(call, "fc:InvokeFunction", invocation_resources(region, call.account, name, qualifier), {})


def wants_async(headers: Mapping[str, str]) -> bool:
    """Whether the caller asks for an asynchronous call; raises InvalidArgument for neither Sync nor Async."""
    kind = headers.get("x-fc-invocation-type") or "Sync"
    if kind.lower() not in ("sync", "async"):
        raise InvalidArgument(f"invocation type '{kind}' is neither Sync nor Async")
    return kind.lower() == "async"


async def limited_body(call: Call, asynchronous: bool) -> bytes:
    """The body; raises EntityTooLarge for one over the limit, before it is read where its length is told."""
    limit = _ASYNC_BYTES if asynchronous else _SYNC_BYTES
    told = call.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise EntityTooLarge(limit)
    body = await call.body()
    if len(body) > limit:
        raise EntityTooLarge(limit)
    return body


def result_headers(
    call: Call, function: ResolvedFunction, result: InvocationResult, *, expose: bool = False
) -> dict[str, str]:
    """The ``x-fc-*`` headers of a call that ran."""
    headers = {
        "x-fc-request-id": call.request_id,
        "x-fc-instance-id": result.instance_id,
        "x-fc-invocation-duration": str(result.billed_ms),
        "x-fc-max-memory-usage": f"{result.max_memory_mb:.2f}",
        "x-fc-invocation-function-version": function.version,
        "x-fc-code-checksum": str(function.configuration.get("codeChecksum", "")),
    }
    if expose:
        headers["access-control-expose-headers"] = _EXPOSED
    if result.error_type:
        headers["x-fc-error-type"] = result.error_type
    # What a function prints is not for anonymous callers of an HTTP trigger.
    if call.principal is not None and call.headers.get("x-fc-log-type", "").lower() == "tail":
        headers["x-fc-log-result"] = base64.b64encode(log_tail(result.log)).decode()
    return headers
