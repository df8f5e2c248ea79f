"""The queue of asynchronous calls: durable, retried with back-off by the cloud's clock, results sent on.

A call that fails is tried again as often as its function allows; one that finds no room (429) or a fault of the
cloud's is tried again without counting; one that is too old is dropped as Expired. A call that ran when the cloud's
process ended runs again: at least once. How often and how far apart is each cloud's own (the subclasses).
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from abc import ABC, abstractmethod
from functools import partial
from typing import Generic, TypeVar

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.alarm import Alarm
from yunfn.localcloud.invocation.async_tasks import FINAL, AsyncTask, AsyncTasks
from yunfn.localcloud.invocation.invoker import Invoker, Outcome, error_message
from yunfn.localcloud.invocation.request import AsyncAttempt, Request

logger = logging.getLogger(__name__)
F = TypeVar("F")
# So many run at once on this machine; the others wait in the queue.
_AT_ONCE = 16
_ANSWER_BYTES = 1 << 20
# More calls at once than the function may run: Function Compute's status, and SCF's.
_NO_ROOM = (429, 432)
_Where = tuple[str, str, str]


class AsyncQueue(ABC, Generic[F]):
    """Runs what was queued, each call when it is due; ``F`` is what the cloud's directory resolves functions to."""

    def __init__(self, cloud: LocalCloud, service: str, invoker: Invoker[F]) -> None:
        self._cloud = cloud
        self._invoker = invoker
        self.tasks = AsyncTasks(cloud.store, service)
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

    def _add(self, task: AsyncTask) -> bool:
        """Queue a task; it is kept when this returns. False, and nothing queued, if its id is taken."""
        if not self.tasks.add(task):
            return False
        heapq.heappush(self._heap, (task.due, _where(task)))
        if self._alarm is not None:
            self._alarm.ring()
        return True

    async def end_task(self, task: AsyncTask) -> None:
        """End a task that is not over: one that waits never runs, one that runs is killed."""
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
            function = self._resolve(task)
        except CloudError as error:
            self._finish(task, None, "Invalid", error.message, "")
            return
        age = self._age_limit(function)
        if now - task.enqueued > age:
            self._finish(task, function, "Expired", f"older than {age:g} seconds", "")
            return
        task.started = task.started or now
        task.turn("Running", now)
        self.tasks.save(task)
        attempt = AsyncAttempt(task.retries, now, task.stateful)
        request = Request(task.request_id, task.body, task.request, attempt)
        try:
            outcome = await self._invoker.invoke_apart(function, request, task.caller)
        except CloudError as error:
            if error.status in _NO_ROOM or error.status >= 500:
                self._no_room(task, error.message)
            else:
                self._finish(task, function, "Failed", error.message, "")
            return
        self._conclude(task, function, outcome)

    def _conclude(self, task: AsyncTask, function: F, outcome: Outcome) -> None:
        result = outcome.result
        task.instance_id = result.instance_id
        task.duration_ms = round(result.duration_ms)
        answer = outcome.http.body if outcome.http else result.payload
        task.answer = answer[:_ANSWER_BYTES].decode("utf-8", "replace")
        if result.error_type is None:
            self._finish(task, function, "Succeeded", "", "")
        elif task.retries < self._retries(function):
            task.retries += 1
            self._again(task, self._error_wait(task.retries), "Retrying", error_message(result.payload))
        else:
            self._finish(task, function, "Failed", error_message(result.payload), result.error_type)

    def _no_room(self, task: AsyncTask, why: str) -> None:
        task.throttled += 1
        self._again(task, self._throttle_wait(task.throttled), "Enqueued", why)

    def _again(self, task: AsyncTask, seconds: float, status: str, why: str) -> None:
        now = self._cloud.clock.time()
        task.due = now + seconds
        task.error_message = why
        task.turn(status, now, why)
        self.tasks.save(task)

    def _finish(self, task: AsyncTask, function: F | None, status: str, why: str, error_type: str) -> None:
        task.ended = self._cloud.clock.time()
        task.error_message = why
        task.turn(status, task.ended, why)
        if function is not None:
            self._send_on(task, function, error_type or status, error_type)
        self.tasks.save(task)

    @abstractmethod
    def _resolve(self, task: AsyncTask) -> F:
        """What the task is to run now; raises CloudError."""

    @abstractmethod
    def _age_limit(self, function: F) -> float:
        """How old, in seconds, a call may become before it is dropped."""

    @abstractmethod
    def _retries(self, function: F) -> int:
        """How often a call that failed is tried again."""

    @abstractmethod
    def _error_wait(self, retry: int) -> float:
        """Seconds before the ``retry``-th (from 1) try after a failure."""

    @abstractmethod
    def _throttle_wait(self, count: int) -> float:
        """Seconds before the next try of a call that found no room ``count`` times."""

    @abstractmethod
    def _send_on(self, task: AsyncTask, function: F, condition: str, error_type: str) -> None:
        """Send a finished task's result where the function says; ``error_type`` is the function's or ""."""


def _where(task: AsyncTask) -> _Where:
    return task.account, task.region, task.key
