"""GetAsyncTask, ListAsyncTasks and StopAsyncTask on the wire (alibabacloud-fc20230330)."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from yunfn.localcloud.alibaba.fc.dataplane.async_queue import FcAsyncQueue
from yunfn.localcloud.alibaba.fc.dataplane.authority import invocation_resources
from yunfn.localcloud.alibaba.fc.dataplane.exceptions import AsyncTaskNotFound
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory
from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.rights import require
from yunfn.localcloud.call import Call
from yunfn.localcloud.invocation.async_tasks import AsyncTask
from yunfn.localcloud.store import Document

_DEFAULT_LIMIT = 20
_LARGEST_LIMIT = 100


class AsyncTaskApi:
    """Answers what callers ask of asynchronous calls.

    GetAsyncTask and StopAsyncTask take a request id too, and answer for calls of functions without ``asyncTask``:
    the local cloud keeps every asynchronous result. ListAsyncTasks shows stateful tasks only, as the cloud does.
    """

    def __init__(self, directory: FunctionDirectory, queue: FcAsyncQueue) -> None:
        self._directory = directory
        self._queue = queue

    async def get_async_task(self, call: Call, name: str, task_id: str) -> Response:
        """``GET /2023-03-30/functions/{name}/async-tasks/{task_id}``."""
        return JSONResponse(document(self._task(call, "GetAsyncTask", name, task_id)))

    async def stop_async_task(self, call: Call, name: str, task_id: str) -> Response:
        """``PUT /2023-03-30/functions/{name}/async-tasks/{task_id}/stop``."""
        await self._queue.stop_task(self._task(call, "StopAsyncTask", name, task_id))
        return Response(status_code=204)

    async def list_async_tasks(self, call: Call, name: str) -> Response:
        """``GET /2023-03-30/functions/{name}/async-tasks``: filtered, by time, in pages."""
        self._require(call, "ListAsyncTasks", name)
        self._directory.resolve(call.account, call.region, name)
        limit = _number(call, "limit", _DEFAULT_LIMIT)
        if not 1 <= limit <= _LARGEST_LIMIT:
            raise InvalidArgument(f"limit must be 1 to {_LARGEST_LIMIT}, not {limit}")
        found = self._queue.tasks.of_function(call.account, call.region, name, call.param("prefix") or "")
        tasks = [task for task in found if _wanted(call, task)]
        tasks.sort(key=lambda task: (task.enqueued, task.task_id), reverse=call.param("sortOrderByTime") == "desc")
        start = _number(call, "nextToken", 0)
        page = tasks[start : start + limit]
        with_payload = call.param("includePayload") == "true"
        answer: Document = {"tasks": [document(task, with_payload=with_payload) for task in page]}
        if start + limit < len(tasks):
            answer["nextToken"] = str(start + limit)
        return JSONResponse(answer)

    def _task(self, call: Call, operation: str, name: str, task_id: str) -> AsyncTask:
        self._require(call, operation, name)
        self._directory.resolve(call.account, call.region, name)
        task = self._queue.tasks.find(call.account, call.region, name, task_id)
        if task is None or call.param("qualifier") not in (None, "", task.qualifier):
            raise AsyncTaskNotFound(name, task_id)
        return task

    def _require(self, call: Call, operation: str, name: str) -> None:
        call.operation, call.resource = operation, f"functions/{name}"
        resources = invocation_resources(call.region, call.account, name, call.param("qualifier") or "LATEST")
        require(call, f"fc:{operation}", resources, {})


def document(task: AsyncTask, *, with_payload: bool = True) -> Document:
    """The task as GetAsyncTask answers it; times in milliseconds."""
    shown: Document = {
        "alreadyRetriedTimes": task.retries,
        "destinationStatus": task.destination_status,
        "durationMs": task.duration_ms or 0,
        "endTime": int((task.ended or 0) * 1000),
        "events": task.events,
        "functionArn": f"acs:fc:{task.region}:{task.account}:functions/{task.function}",
        "instanceId": task.instance_id,
        "qualifier": task.qualifier,
        "requestId": task.request_id,
        "returnPayload": task.answer or "",
        "startedTime": int((task.started or task.enqueued) * 1000),
        "status": task.status,
        "taskErrorMessage": task.error_message,
        "taskId": task.task_id,
    }
    if with_payload:
        shown["taskPayload"] = task.body.decode("utf-8", "replace")
    return shown


def _number(call: Call, name: str, default: int) -> int:
    text = call.param(name)
    if not text:
        return default
    if not text.isdigit():
        raise InvalidArgument(f"{name} must be a number, not '{text}'")
    return int(text)


def _wanted(call: Call, task: AsyncTask) -> bool:
    started = int((task.started or task.enqueued) * 1000)
    begin, end = _number(call, "startedTimeBegin", 0), _number(call, "startedTimeEnd", 0)
    return (
        task.stateful
        and call.param("qualifier") in (None, "", task.qualifier)
        and call.param("status") in (None, "", task.status)
        and begin <= started
        and (not end or started <= end)
    )
