"""Calls of functions, handed to the data plane."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.request import FcRequest


async def invoke(request: FcRequest) -> Response:
    """InvokeFunction."""
    return await request.dataplane.invoke_function(request.call, request.path["function"])


async def list_tasks(request: FcRequest) -> Response:
    """ListAsyncTasks."""
    return await request.dataplane.list_async_tasks(request.call, request.path["function"])


async def get_task(request: FcRequest) -> Response:
    """GetAsyncTask."""
    return await request.dataplane.get_async_task(request.call, request.path["function"], request.path["task"])


async def stop_task(request: FcRequest) -> Response:
    """StopAsyncTask."""
    return await request.dataplane.stop_async_task(request.call, request.path["function"], request.path["task"])
