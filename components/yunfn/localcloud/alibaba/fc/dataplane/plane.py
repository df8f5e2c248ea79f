"""The data plane of Function Compute 3.0: everything by which functions are really called."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.dataplane.async_queue import FcAsyncQueue
from yunfn.localcloud.alibaba.fc.dataplane.async_task_api import AsyncTaskApi
from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.function_log import FunctionLog
from yunfn.localcloud.alibaba.fc.dataplane.http_entry import HttpEntry
from yunfn.localcloud.alibaba.fc.dataplane.instance_role import InstanceRole
from yunfn.localcloud.alibaba.fc.dataplane.instances import FcInstances
from yunfn.localcloud.alibaba.fc.dataplane.invoke_api import InvokeApi
from yunfn.localcloud.alibaba.fc.dataplane.invoker import FcInvoker
from yunfn.localcloud.alibaba.fc.dataplane.metrics import Metrics
from yunfn.localcloud.alibaba.fc.dataplane.oss_triggers import OssTriggers
from yunfn.localcloud.alibaba.fc.dataplane.tablestore_triggers import TablestoreTriggers
from yunfn.localcloud.alibaba.fc.dataplane.timers import FcTimers
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory
from yunfn.localcloud.call import Call, new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import FunctionSpec


class DataPlane:
    """What FcService hands calls to.

    ``OPERATIONS`` are the API names it answers. FcService checks the signature of API calls (``call.principal`` is
    set) and hands them over by method; every request to the host of an HTTP trigger or custom domain goes to
    :meth:`answer_http` as it is. Every refusal is a CloudError.
    """

    OPERATIONS = ("InvokeFunction", "InvokeHTTPTrigger", "GetAsyncTask", "ListAsyncTasks", "StopAsyncTask")

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory) -> None:
        self._authority = Authority(cloud)
        self._log = FunctionLog(cloud, self._authority)
        self.metrics = Metrics(cloud.clock)
        self._cloud, self._directory = cloud, directory
        role = InstanceRole(cloud, self._authority)
        self.instances = FcInstances(cloud, directory, role)
        self._invoker = FcInvoker(cloud, self._authority, role, self.instances, self._log, self.metrics)
        self.queue = FcAsyncQueue(cloud, directory, self._authority, self._invoker)
        self._api = InvokeApi(directory, self._invoker, self.queue)
        self._tasks = AsyncTaskApi(directory, self.queue)
        self._entry = HttpEntry(cloud, directory, self._invoker, self._api)
        self._timers = FcTimers(cloud, directory, self.queue)
        self._oss = OssTriggers(cloud, directory, self._authority, self.queue)
        self._tables = TablestoreTriggers(cloud, directory, self._authority, self._invoker)

    async def start(self) -> None:
        """Begin to run queued calls and fire triggers; warm what is provisioned."""
        await self.queue.start()
        await self._timers.start()
        await self._tables.start()
        await self.instances.start()

    async def stop(self) -> None:
        """End background work; calls under way stay queued."""
        await self._tables.stop()
        await self._timers.stop()
        await self.queue.stop()
        await self._invoker.stop()
        await self.instances.stop()

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        self._authority.reset()
        self._oss.reset()
        self.instances.reset()
        self.metrics.reset()

    async def invoke_function(self, call: Call, name: str) -> Response:
        """``POST /2023-03-30/functions/{name}/invocations[?qualifier=]``."""
        return await self._api.invoke_function(call, name)

    async def get_async_task(self, call: Call, name: str, task_id: str) -> Response:
        """``GET /2023-03-30/functions/{name}/async-tasks/{task_id}``; a request id finds it too."""
        return await self._tasks.get_async_task(call, name, task_id)

    async def list_async_tasks(self, call: Call, name: str) -> Response:
        """``GET /2023-03-30/functions/{name}/async-tasks``."""
        return await self._tasks.list_async_tasks(call, name)

    async def stop_async_task(self, call: Call, name: str, task_id: str) -> Response:
        """``PUT /2023-03-30/functions/{name}/async-tasks/{task_id}/stop``."""
        return await self._tasks.stop_async_task(call, name, task_id)

    async def answer_http(self, call: Call) -> Response:
        """Any request to the host of an HTTP trigger or custom domain."""
        return await self._entry.answer(call)

    async def call_function(
        self, region: str, function: str, qualifier: str, payload: bytes, caller: str
    ) -> tuple[str, str | None]:  # fmt: skip
        """Call a function that no client asks for; the version that served, and the error it ended with."""
        found = self._directory.resolve(self._cloud.account, region, function, qualifier)
        outcome = await self._invoker.invoke_apart(found, Request(new_request_id(), payload), caller)
        return found.version, outcome.result.error_type

    def log_sink(self, spec: FunctionSpec, instance_id: str, printed: bytes) -> None:
        """For ``FunctionRunner(log_sink=…)``: what an instance printed while it had no call."""
        function = self.instances.function(spec.key)
        if function is not None:
            self._log.outside(function, instance_id, printed)
