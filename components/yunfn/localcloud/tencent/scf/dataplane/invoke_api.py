"""Invoke and InvokeFunction: an event in, a Result out (models of tencentcloud-sdk-python-scf; SCFD "Invoke")."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.call import Call
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import InvocationResult
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue
from yunfn.localcloud.tencent.scf.dataplane.async_queue import ScfAsyncQueue
from yunfn.localcloud.tencent.scf.dataplane.exceptions import (
    ConcurrencyExceeded,
    InvalidPayload,
    RequestTooLarge,
    WebFunctionNotInvocable,
)
from yunfn.localcloud.tencent.scf.dataplane.function_log import log_tail, log_text
from yunfn.localcloud.tencent.scf.dataplane.invoker import ScfInvoker, error_body
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory, ResolvedFunction
from yunfn.localcloud.tencent.scf.state import DEFAULT, DEFAULT_NAMESPACE, LATEST
from yunfn.runtimes import SCF_LIMITS

_SYNC_BYTES = SCF_LIMITS.payload_sync_mb << 20
_ASYNC_BYTES = SCF_LIMITS.payload_async_kb << 10
_ROUTING_KEY_BYTES = 1024


class InvokeApi:
    """Answers Invoke, sync and async, and InvokeFunction; a failing function is no refusal."""

    def __init__(self, directory: FunctionDirectory, invoker: ScfInvoker, queue: ScfAsyncQueue) -> None:
        self._directory = directory
        self._invoker = invoker
        self._queue = queue

    async def invoke(self, request: ApiRequest) -> Mapping[str, Any]:
        """Invoke: ClientContext is the event; InvocationType Event queues it."""
        kind = request.text("InvocationType", "") or "RequestResponse"
        if kind not in ("RequestResponse", "Event"):
            raise InvalidParameterValue("InvocationType", "must be RequestResponse or Event")
        limit = _ASYNC_BYTES if kind == "Event" else _SYNC_BYTES
        payload = _payload(request, "ClientContext", limit)
        function = self._function(request, LATEST)
        if kind == "Event":
            return self._accept(request, function, payload)
        return await self._answer(request, function, payload)

    async def invoke_function(self, request: ApiRequest) -> Mapping[str, Any]:
        """InvokeFunction: Event is the event; without a qualifier it is ``$DEFAULT`` that is called."""
        payload = _payload(request, "Event", _SYNC_BYTES)
        return await self._answer(request, self._function(request, DEFAULT), payload)

    def _function(self, request: ApiRequest, default: str) -> ResolvedFunction:
        namespace = request.text("Namespace", "") or DEFAULT_NAMESPACE
        qualifier = request.text("Qualifier", "") or default
        name = request.text("FunctionName")
        function = self._directory.resolve(request.region, namespace, name, qualifier, _routing_key(request))
        if function.configuration.get("Type") == "HTTP":
            raise WebFunctionNotInvocable(name)
        request.call.resource = f"{namespace}/{name}:{function.version}"
        return function

    def _accept(self, request: ApiRequest, function: ResolvedFunction, payload: bytes) -> Mapping[str, Any]:
        request_id = request.call.request_id.lower()
        if "RoutingKey" in request:
            # The version was chosen by what the queue does not keep.
            function = dataclasses.replace(function, qualifier=function.version)
        self._queue.enqueue(function, payload, request_id=request_id, caller=request.principal.arn, source="cloudapi")
        return {"Result": _result(request_id)}

    async def _answer(self, request: ApiRequest, function: ResolvedFunction, payload: bytes) -> Mapping[str, Any]:
        request_id = request.call.request_id.lower()
        try:
            outcome = await self._invoker.invoke(function, Request(request_id, payload))
        except ConcurrencyExceeded as error:
            request.call.code = str(error.status)
            message = error_body(request_id, error.status, error.message).decode()
            return {"Result": _result(request_id) | {"ErrMsg": message, "InvokeResult": -1}}
        result = outcome.result
        request.call.code = result.error_type or ""
        told = _result(request_id, result)
        if request.text("LogType", "") == "Tail":
            told["Log"] = log_tail(log_text(function, request_id, result))
        return {"Result": told}


async def limited_body(call: Call) -> bytes:
    """A request's body; raises RequestTooLarge for one over the limit, before it is read where its length is told."""
    told = call.headers.get("content-length", "")
    if told.isdigit() and int(told) > _SYNC_BYTES:
        raise RequestTooLarge(_SYNC_BYTES)
    body = await call.body()
    if len(body) > _SYNC_BYTES:
        raise RequestTooLarge(_SYNC_BYTES)
    return body


def _payload(request: ApiRequest, name: str, limit: int) -> bytes:
    text = request.text(name, "")
    payload = text.encode()
    if len(payload) > limit:
        raise RequestTooLarge(limit)
    try:
        json.loads(text or "{}")
    except ValueError:
        raise InvalidPayload(name) from None
    return payload or b"{}"


def _routing_key(request: ApiRequest) -> Mapping[str, str]:
    """The headers that an alias's matches see: RoutingKey, an object of texts."""
    text = request.text("RoutingKey", "")
    if not text:
        return {}
    try:
        told = json.loads(text) if len(text.encode()) <= _ROUTING_KEY_BYTES else None
    except ValueError:
        told = None
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise InvalidParameterValue("RoutingKey", "must be a JSON object of strings, 1 KB at most")
    return told


def _result(request_id: str, result: InvocationResult | None = None) -> dict[str, Any]:
    """A Result; empty texts and zeros for an asynchronous call."""
    failed = result is not None and result.error_type is not None
    answer = result.payload.decode("utf-8", "replace") if result else ""
    return {
        "Log": "",
        "RetMsg": "" if failed else answer,
        "ErrMsg": answer if failed else "",
        "MemUsage": int(result.max_memory_mb * (1 << 20)) if result else 0,
        "Duration": round(result.duration_ms, 3) if result else 0,
        "BillDuration": result.billed_ms if result else 0,
        "FunctionRequestId": request_id,
        "InvokeResult": -1 if failed else 0,
    }
