"""Function Compute's queue of asynchronous calls.

Rules (FCD "asynchronous invocations", "error handling"): a function error is tried again up to three times unless
``maxAsyncRetryAttempts`` says otherwise, after 1, 2, 4 … seconds; a call that finds no room (429) or a fault of the
cloud's is tried again after 0.5, 1, 2 … seconds and does not count; a call older than ``maxAsyncEventAgeInSeconds``
(one day by default) is dropped as Expired.
"""

from __future__ import annotations

import base64

from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.destinations import Destinations
from yunfn.localcloud.alibaba.fc.dataplane.exceptions import AsyncTaskAlreadyExists, AsyncTaskFinished
from yunfn.localcloud.alibaba.fc.dataplane.invoker import FcInvoker
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, ResolvedFunction
from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.async_queue import AsyncQueue
from yunfn.localcloud.invocation.async_tasks import FINAL, AsyncTask
from yunfn.localcloud.runner import HttpRequest

DEFAULT_RETRIES = 3
DEFAULT_AGE_SECONDS = 86400
_LONGEST_BACKOFF = 60.0


class FcAsyncQueue(AsyncQueue[ResolvedFunction]):
    """Runs Function Compute's asynchronous calls."""

    def __init__(
        self, cloud: LocalCloud, directory: FunctionDirectory, authority: Authority, invoker: FcInvoker
    ) -> None:
        super().__init__(cloud, "fc", invoker)
        self._directory = directory
        self._destinations = Destinations(cloud, authority, self._enqueue_result)

    def enqueue(
        self,
        function: ResolvedFunction,
        payload: bytes,
        *,
        request_id: str,
        caller: str,
        task_id: str = "",
        http: HttpRequest | None = None,
    ) -> AsyncTask:
        """Queue a call; it is kept when this returns. Raises AsyncTaskAlreadyExists for a task id in use."""
        now = self._cloud.clock.time()
        task = AsyncTask(
            account=function.account,
            region=function.region,
            function=function.name,
            qualifier=function.qualifier,
            task_id=task_id or request_id,
            request_id=request_id,
            stateful=bool((function.async_config or {}).get("asyncTask")),
            caller=caller,
            payload=base64.b64encode(http.body if http else payload).decode(),
            http={"method": http.method, "path": http.path, "headers": http.headers} if http else None,
            enqueued=now,
            due=now,
        )
        task.turn("Enqueued", now)
        if not self._add(task):
            raise AsyncTaskAlreadyExists(function.name, task.task_id)
        return task

    async def stop_task(self, task: AsyncTask) -> None:
        """End a task: one that waits never runs, one that runs is killed; raises AsyncTaskFinished if it is over."""
        if task.status in FINAL:
            raise AsyncTaskFinished(task.task_id, task.status)
        await self.end_task(task)

    def _enqueue_result(
        self, account: str, region: str, name: str, qualifier: str, payload: bytes, caller: str
    ) -> None:
        function = self._directory.resolve(account, region, name, qualifier)
        self.enqueue(function, payload, request_id=new_request_id(), caller=caller)

    def _resolve(self, task: AsyncTask) -> ResolvedFunction:
        return self._directory.resolve(task.account, task.region, task.function, task.qualifier)

    def _age_limit(self, function: ResolvedFunction) -> float:
        return float((function.async_config or {}).get("maxAsyncEventAgeInSeconds") or DEFAULT_AGE_SECONDS)

    def _retries(self, function: ResolvedFunction) -> int:
        allowed = (function.async_config or {}).get("maxAsyncRetryAttempts")
        return DEFAULT_RETRIES if allowed is None else int(allowed)

    def _error_wait(self, retry: int) -> float:
        return min(2.0 ** (retry - 1), _LONGEST_BACKOFF)

    def _throttle_wait(self, count: int) -> float:
        return min(0.5 * 2.0 ** min(count - 1, 10), _LONGEST_BACKOFF)

    def _send_on(self, task: AsyncTask, function: ResolvedFunction, condition: str, error_type: str) -> None:
        self._destinations.send(task, function, condition, error_type)
