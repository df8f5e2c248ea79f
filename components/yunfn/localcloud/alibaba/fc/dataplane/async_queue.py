"""The queue of asynchronous calls: durable, retried with back-off by the cloud's clock, results sent on.

Rules (FCD "asynchronous invocations", "error handling"): a function error is tried again up to three times unless
``maxAsyncRetryAttempts`` says otherwise, after 1, 2, 4 … seconds; a call that finds no room (429) or a fault of the
cloud's is tried again after 0.5, 1, 2 … seconds and does not count; a call older than ``maxAsyncEventAgeInSeconds``
(one day by default) is dropped as Expired. A call that ran when the cloud's process ended runs again: at least once.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from functools import partial

from yunfn.localcloud.alibaba.fc.dataplane.alarm import Alarm
from yunfn.localcloud.alibaba.fc.dataplane.async_tasks import FINAL, AsyncTask, AsyncTasks, new_task
from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.destinations import Destinations
from yunfn.localcloud.alibaba.fc.dataplane.exceptions import AsyncTaskAlreadyExists, AsyncTaskFinished
from yunfn.localcloud.alibaba.fc.dataplane.function_log import error_message
from yunfn.localcloud.alibaba.fc.dataplane.invocation import AsyncAttempt, Request
from yunfn.localcloud.alibaba.fc.dataplane.invoker import Invoker, Outcome
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, ResolvedFunction
from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.runner import HttpRequest

logger = logging.getLogger(__name__)
DEFAULT_RETRIES = 3
DEFAULT_AGE_SECONDS = 86400
_LONGEST_BACKOFF = 60.0
# So many run at once on this machine; the others wait in the queue.
_AT_ONCE = 16
_ANSWER_BYTES = 1 << 20
_Where = tuple[str, str, str]


class AsyncQueue:
    """Runs what was queued, each call when it is due."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, authority: Authority, invoker: Invoker) -> None:
        self._cloud = cloud
        self._directory = directory
        self._invoker = invoker
        self._destinations = Destinations(cloud, authority, self._enqueue_result)
        self.tasks = AsyncTasks(cloud.store)
        self._heap: list[tuple[float, _Where]] = []
        self._running: dict[_Where, asyncio.Task[float | None]] = {}
        self._alarm: Alarm | None = None
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take up what was left, and begin to run."""
        self.tasks.prune(self._cloud.clock.time())
        self._heap = [(task.due, _where(task)) for task in self.tasks.pending()]
        heapq.heapify(self._heap)
        self._alarm = Alarm(self._cloud.clock)
        self._loop = asyncio.ensure_future(self._dispatch())

    async def stop(self) -> None:
        """Cease to run; calls under way stay queued and run again at the next start."""
        tasks = [*self._running.values(), *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()
        self._loop = None

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
        task = new_task(
            function,
            request_id=request_id,
            payload=payload,
            now=self._cloud.clock.time(),
            caller=caller,
            task_id=task_id,
            http=http,
        )
        if not self.tasks.add(task):
            raise AsyncTaskAlreadyExists(function.name, task.task_id)
        heapq.heappush(self._heap, (task.due, _where(task)))
        if self._alarm is not None:
            self._alarm.ring()
        return task

    async def stop_task(self, task: AsyncTask) -> None:
        """End a task: one that waits never runs, one that runs is killed; raises AsyncTaskFinished if it is over."""
        if task.status in FINAL:
            raise AsyncTaskFinished(task.task_id, task.status)
        where = _where(task)
        running = self._running.get(where)
        now = self._cloud.clock.time()
        if running is not None:
            task.turn("Stopping", now)
            self.tasks.save(task)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            task = self.tasks.get(*where) or task
            if task.status in FINAL:
                return
        task.ended = self._cloud.clock.time()
        task.turn("Stopped", task.ended)
        self.tasks.save(task)

    def _enqueue_result(
        self, account: str, region: str, name: str, qualifier: str, payload: bytes, caller: str
    ) -> None:
        function = self._directory.resolve(account, region, name, qualifier)
        self.enqueue(function, payload, request_id=new_request_id(), caller=caller)

    async def _dispatch(self) -> None:
        assert self._alarm is not None
        while True:
            now = self._cloud.clock.time()
            while self._heap and self._heap[0][0] <= now and len(self._running) < _AT_ONCE:
                _, where = heapq.heappop(self._heap)
                if where not in self._running:
                    running = asyncio.ensure_future(self._run(where))
                    self._running[where] = running
                    running.add_done_callback(partial(self._ended, where))
            free = len(self._running) < _AT_ONCE
            await self._alarm.wait(self._heap[0][0] if self._heap and free else None)

    def _ended(self, where: _Where, running: asyncio.Task[float | None]) -> None:
        self._running.pop(where, None)
        due = None if running.cancelled() else running.result()
        if due is not None:
            heapq.heappush(self._heap, (due, where))
        if self._alarm is not None:
            self._alarm.ring()

    async def _run(self, where: _Where) -> float | None:
        """Try a task once; when it is to be tried again, or None."""
        task = self.tasks.get(*where)
        if task is None or task.status in FINAL:
            return None
        try:
            await self._try(task)
        except Exception:
            # A defect of ours must not leave a task that runs for ever, nor end the queue.
            logger.exception("asynchronous call %s failed", task.request_id)
            self._finish(task, None, "Failed", "defect in the local cloud", "")
        return None if task.status in FINAL else task.due

    async def _try(self, task: AsyncTask) -> None:
        now = self._cloud.clock.time()
        try:
            function = self._directory.resolve(task.account, task.region, task.function, task.qualifier)
        except CloudError as error:
            self._finish(task, None, "Invalid", error.message, "")
            return
        settings = function.async_config or {}
        age = settings.get("maxAsyncEventAgeInSeconds") or DEFAULT_AGE_SECONDS
        if now - task.enqueued > age:
            self._finish(task, function, "Expired", f"older than {age} seconds", "")
            return
        task.started = task.started or now
        task.turn("Running", now)
        self.tasks.save(task)
        attempt = AsyncAttempt(task.retries, now, task.stateful)
        request = Request(task.request_id, task.body, task.request, attempt)
        try:
            outcome = await self._invoker.invoke_apart(function, request, task.caller)
        except CloudError as error:
            if error.status == 429 or error.status >= 500:
                task.throttled += 1
                self._again(task, 0.5 * 2.0 ** min(task.throttled - 1, 10), "Enqueued", error.message)
            else:
                self._finish(task, function, "Failed", error.message, "")
            return
        self._conclude(task, function, outcome)

    def _conclude(self, task: AsyncTask, function: ResolvedFunction, outcome: Outcome) -> None:
        result = outcome.result
        task.instance_id = result.instance_id
        task.duration_ms = round(result.duration_ms)
        answer = outcome.http.body if outcome.http else result.payload
        task.answer = answer[:_ANSWER_BYTES].decode("utf-8", "replace")
        if result.error_type is None:
            self._finish(task, function, "Succeeded", "", "")
            return
        allowed = (function.async_config or {}).get("maxAsyncRetryAttempts")
        if task.retries < (DEFAULT_RETRIES if allowed is None else int(allowed)):
            task.retries += 1
            self._again(task, 2.0 ** (task.retries - 1), "Retrying", error_message(result.payload))
        else:
            self._finish(task, function, "Failed", error_message(result.payload), result.error_type)

    def _again(self, task: AsyncTask, seconds: float, status: str, why: str) -> None:
        now = self._cloud.clock.time()
        task.due = now + min(seconds, _LONGEST_BACKOFF)
        task.error_message = why
        task.turn(status, now, why)
        self.tasks.save(task)

    def _finish(
        self, task: AsyncTask, function: ResolvedFunction | None, status: str, why: str, error_type: str
    ) -> None:
        task.ended = self._cloud.clock.time()
        task.error_message = why
        task.turn(status, task.ended, why)
        if function is not None:
            self._destinations.send(task, function, error_type or status, error_type)
        self.tasks.save(task)


def _where(task: AsyncTask) -> _Where:
    return task.account, task.region, task.key
