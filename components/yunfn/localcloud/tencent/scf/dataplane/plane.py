"""The data plane of Serverless Cloud Function: everything by which functions are really called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.call import Call, new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import FunctionSpec
from yunfn.localcloud.service import HostCertificate
from yunfn.localcloud.tencent.api import ApiRequest
from yunfn.localcloud.tencent.scf.dataplane.async_event_api import AsyncEventApi
from yunfn.localcloud.tencent.scf.dataplane.async_queue import ScfAsyncQueue
from yunfn.localcloud.tencent.scf.dataplane.authority import Authority
from yunfn.localcloud.tencent.scf.dataplane.cos_triggers import CosTriggers
from yunfn.localcloud.tencent.scf.dataplane.function_log import FunctionLog
from yunfn.localcloud.tencent.scf.dataplane.http_entry import HttpEntry
from yunfn.localcloud.tencent.scf.dataplane.instances import ScfInstances
from yunfn.localcloud.tencent.scf.dataplane.invoke_api import InvokeApi
from yunfn.localcloud.tencent.scf.dataplane.invoker import ScfInvoker
from yunfn.localcloud.tencent.scf.dataplane.log_api import LogApi
from yunfn.localcloud.tencent.scf.dataplane.metrics import Metrics
from yunfn.localcloud.tencent.scf.dataplane.records import CallRecords
from yunfn.localcloud.tencent.scf.dataplane.timers import ScfTimers
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory
from yunfn.localcloud.tencent.scf.events import FunctionChanged
from yunfn.localcloud.tencent.scf.exceptions import FunctionNotFound
from yunfn.localcloud.tencent.scf.transitions import DELETING


class DataPlane:
    """What ScfService hands calls to.

    ``OPERATIONS`` are the API names it answers. ScfService checks signature and right of API calls and hands them over
    by method, each of which answers the fields of ``Response``; every request to the host of a function URL or custom
    domain goes to :meth:`answer_http` as it is. Every refusal is a CloudError.
    """

    OPERATIONS = (
        "Invoke",
        "InvokeFunction",
        "GetFunctionLogs",
        "GetRequestStatus",
        "ListAsyncEvents",
        "GetAsyncEventStatus",
        "TerminateAsyncEvent",
    )

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory) -> None:
        self._cloud = cloud
        self._directory = directory
        self._authority = Authority(cloud)
        self._log = FunctionLog(cloud)
        self._records = CallRecords(cloud.store, cloud.tencent.uin)
        self.metrics = Metrics()
        self.instances = ScfInstances(cloud, directory, self._authority)
        self._invoker = ScfInvoker(cloud, self._authority, self.instances, self._log, self._records, self.metrics)
        self.queue = ScfAsyncQueue(cloud, directory, self._invoker)
        self._api = InvokeApi(directory, self._invoker, self.queue)
        self._logs = LogApi(cloud, directory, self._records, self.queue)
        self._events = AsyncEventApi(cloud, directory, self.queue, self._records)
        self._entry = HttpEntry(cloud, directory, self._invoker)
        self._timers = ScfTimers(cloud, directory, self.queue)
        self._cos = CosTriggers(cloud, directory, self.queue)
        cloud.events.subscribe(FunctionChanged, self._on_function)

    async def start(self) -> None:
        """Begin to run queued calls and fire triggers; warm what is provisioned."""
        self._records.prune(self._cloud.clock.time())
        await self.queue.start()
        await self._timers.start()
        await self.instances.start()

    async def stop(self) -> None:
        """End background work; calls under way stay queued."""
        await self._timers.stop()
        await self.queue.stop()
        await self._invoker.stop()
        await self.instances.stop()

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        self._authority.reset()
        self._cos.reset()
        self._records.reset()
        self.instances.reset()
        self.metrics.reset()

    async def invoke(self, request: ApiRequest) -> Mapping[str, Any]:
        """Invoke, sync or async."""
        return await self._api.invoke(request)

    async def invoke_function(self, request: ApiRequest) -> Mapping[str, Any]:
        """InvokeFunction."""
        return await self._api.invoke_function(request)

    async def get_function_logs(self, request: ApiRequest) -> Mapping[str, Any]:
        """GetFunctionLogs."""
        return await self._logs.get_function_logs(request)

    async def get_request_status(self, request: ApiRequest) -> Mapping[str, Any]:
        """GetRequestStatus."""
        return await self._logs.get_request_status(request)

    async def list_async_events(self, request: ApiRequest) -> Mapping[str, Any]:
        """ListAsyncEvents."""
        return await self._events.list_async_events(request)

    async def get_async_event_status(self, request: ApiRequest) -> Mapping[str, Any]:
        """GetAsyncEventStatus."""
        return await self._events.get_async_event_status(request)

    async def terminate_async_event(self, request: ApiRequest) -> Mapping[str, Any]:
        """TerminateAsyncEvent."""
        return await self._events.terminate_async_event(request)

    async def answer_http(self, call: Call) -> Response:
        """Any request to the host of a function URL or custom domain."""
        return await self._entry.answer(call)

    async def call_function(
        self, region: str, function: str, qualifier: str, payload: bytes, caller: str
    ) -> tuple[str, str | None]:  # fmt: skip
        """Call ``namespace/function``, though no client asks; the version that served, and the error it ended with."""
        namespace, _, name = function.rpartition("/")
        found = self._directory.resolve(region, namespace or "default", name, qualifier)
        outcome = await self._invoker.invoke_apart(found, Request(new_request_id().lower(), payload), caller)
        return found.version, outcome.result.error_type

    def certificate(self, host: str) -> HostCertificate | None:
        """The certificate that a custom domain was given by its id; None for other hosts."""
        return self._entry.certificate(host)

    def log_sink(self, spec: FunctionSpec, instance_id: str, printed: bytes) -> None:
        """For ``FunctionRunner(log_sink=…)``: what an instance printed while it had no call."""
        function = self.instances.function(spec.key)
        if function is not None:
            self._log.outside(function, printed)

    def _on_function(self, event: FunctionChanged) -> None:
        """What is remembered of a function's calls goes with it."""
        try:
            gone = self._directory.status(event.region, event.namespace, event.name) == DELETING
        except FunctionNotFound:
            gone = True
        if gone:
            self._records.forget(event.region, event.namespace, event.name)
            self.queue.tasks.forget(self._cloud.tencent.uin, event.region, f"{event.namespace}/{event.name}")
