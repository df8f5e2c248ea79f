"""Calls of functions and what is told of them, handed to the data plane."""

from __future__ import annotations

from yunfn.localcloud.tencent.scf.request import Answer, ScfRequest


async def invoke(request: ScfRequest) -> Answer:
    """Invoke."""
    return await request.dataplane.invoke(request)


async def invoke_function(request: ScfRequest) -> Answer:
    """InvokeFunction."""
    return await request.dataplane.invoke_function(request)


async def logs(request: ScfRequest) -> Answer:
    """GetFunctionLogs."""
    return await request.dataplane.get_function_logs(request)


async def status(request: ScfRequest) -> Answer:
    """GetRequestStatus."""
    return await request.dataplane.get_request_status(request)


async def list_events(request: ScfRequest) -> Answer:
    """ListAsyncEvents."""
    return await request.dataplane.list_async_events(request)


async def event_status(request: ScfRequest) -> Answer:
    """GetAsyncEventStatus."""
    return await request.dataplane.get_async_event_status(request)


async def terminate(request: ScfRequest) -> Answer:
    """TerminateAsyncEvent."""
    return await request.dataplane.terminate_async_event(request)
