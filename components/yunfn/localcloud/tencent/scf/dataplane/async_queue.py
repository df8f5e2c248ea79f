"""SCF's queue of asynchronous calls.

Rules (SCFD "error types and retry policies"): a call that failed is tried again twice unless RetryNum says otherwise, a
minute apart; one that found no room is tried again each minute, and does not count; one older than MsgTTL (six hours by
default) is dropped, or goes to the dead letter queue, of which the local cloud has none: the journal says so.
"""

from __future__ import annotations

import base64
import logging

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.async_queue import AsyncQueue
from yunfn.localcloud.invocation.async_tasks import AsyncTask
from yunfn.localcloud.tencent.scf.dataplane.invoker import ScfInvoker
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory, ResolvedFunction

logger = logging.getLogger(__name__)
_WAIT_SECONDS = 60.0


class ScfAsyncQueue(AsyncQueue[ResolvedFunction]):
    """Runs SCF's asynchronous calls; a task's ``function`` is ``namespace/name``."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, invoker: ScfInvoker) -> None:
        super().__init__(cloud, "scf", invoker)
        self._directory = directory

    def enqueue(
        self, function: ResolvedFunction, payload: bytes, *, request_id: str, caller: str, source: str
    ) -> AsyncTask:
        """Queue a call; it is kept when this returns. An alias picks its version when the call runs."""
        now = self._cloud.clock.time()
        task = AsyncTask(
            account=self._cloud.tencent.uin,
            region=function.region,
            function=f"{function.namespace}/{function.name}",
            qualifier=function.qualifier,
            task_id=request_id,
            request_id=request_id,
            stateful=function.configuration.get("TraceEnable") == "TRUE",
            caller=caller,
            payload=base64.b64encode(payload).decode(),
            enqueued=now,
            due=now,
            source=source,
        )
        task.turn("Enqueued", now)
        if not self._add(task):
            raise RuntimeError(f"the request id {request_id} was given twice")
        return task

    def _resolve(self, task: AsyncTask) -> ResolvedFunction:
        namespace, name = task.function.split("/")
        return self._directory.resolve(task.region, namespace, name, task.qualifier)

    def _age_limit(self, function: ResolvedFunction) -> float:
        return float(function.event_invoke["MsgTTL"])

    def _retries(self, function: ResolvedFunction) -> int:
        return int(function.event_invoke["RetryConfig"][0]["RetryNum"])

    def _error_wait(self, retry: int) -> float:
        return _WAIT_SECONDS

    def _throttle_wait(self, count: int) -> float:
        return _WAIT_SECONDS

    def _send_on(self, task: AsyncTask, function: ResolvedFunction, condition: str, error_type: str) -> None:
        dead = function.configuration.get("DeadLetterConfig") or {}
        if task.status not in ("Failed", "Expired") or not dead.get("Name"):
            return
        task.destination_status = "Failed"
        queue = f"{dead.get('Type')} {dead['Name']}"
        logger.warning("the local cloud has no dead letter queue %s: call %s not delivered", queue, task.request_id)
        self._cloud.journal.record(
            time=self._cloud.clock.now(),
            service="scf",
            operation="DeliverDeadLetter",
            resource=queue,
            status=400,
            ms=0.0,
            region=task.region,
            principal="scf.qcloud.com",
            request_id=task.request_id,
            code="YunfnLocalNoDestination",
            unknown=True,
        )
