"""``FunctionRunner``: runs functions for the local cloud, in instances it starts, reuses, bounds and ends."""

from __future__ import annotations

import asyncio
import dataclasses
import math
import shutil
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

from yunfn.exceptions import FunctionRunnerError
from yunfn.isolation import Isolation, probe
from yunfn.localcloud.runner.call_log import CallLog
from yunfn.localcloud.runner.custom import CustomInstance
from yunfn.localcloud.runner.failures import Failure, failure_status
from yunfn.localcloud.runner.instance import Instance
from yunfn.localcloud.runner.managed import ManagedInstance
from yunfn.localcloud.runner.plan import Surroundings
from yunfn.localcloud.runner.pool import Pool
from yunfn.localcloud.runner.scf_instances import ScfInstance, ScfWebInstance
from yunfn.localcloud.runner.specification import (
    FunctionSpec,
    HttpRequest,
    HttpResponse,
    Invocation,
    InvocationResult,
    RoleCredentials,
)
from yunfn.localcloud.runner.trees import TreeStore

# Between two looks at the memory of busy instances, in seconds.
_LOOK_SECONDS = 0.05
# By cloud, and whether the function's own program listens.
_INSTANCES: dict[tuple[str, bool], type[Instance]] = {
    ("alibaba", False): ManagedInstance,
    ("alibaba", True): CustomInstance,
    ("tencent", False): ScfInstance,
    ("tencent", True): ScfWebInstance,
}


class FunctionRunner:
    """Runs functions; made and used inside one event loop.

    ``work`` is a folder of the runner's own (unpacked zips stay in it, instances' folders do not).
    ``connect_proxy`` is run as a task for each instance, with the socket that listens on the instance's private
    127.0.0.1:``proxy_port``: it serves the cloud's proxy on it until it is cancelled, which means the instance is
    gone. ``ca_bundle`` is the PEM file functions trust. ``log_sink`` gets what instances print outside of any call
    (spec, instance id, bytes); what they print during a call is in its result. ``isolation`` is what to go by instead
    of trying out what this machine allows.
    """

    def __init__(
        self,
        *,
        work: Path,
        connect_proxy: Callable[[socket.socket], Awaitable[None]] | None,
        proxy_port: int,
        ca_bundle: Path,
        log_sink: Callable[[FunctionSpec, str, bytes], None] | None = None,
        isolation: Isolation | None = None,
    ) -> None:
        self._work, self._ca_bundle, self._proxy_port = work, ca_bundle, proxy_port
        self._connect_proxy, self._log_sink = connect_proxy, log_sink
        self._isolation = isolation
        self._around: Surroundings | None = None
        self._making = asyncio.Lock()
        self._pool = Pool()
        self._watcher: asyncio.Task[None] | None = None
        self._closed = False

    def isolation(self) -> Isolation:
        """What this machine allows, tried out at the first call (some tens of milliseconds)."""
        self._work.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._isolation is None:
            self._isolation = probe(self._work)
        return self._isolation

    async def invoke(self, spec: FunctionSpec, invocation: Invocation) -> InvocationResult:
        """Answer one event.

        What goes wrong inside the function is a result with an ``error_type``: UnhandledInvocationError or
        InitializationError as in ``x-fc-error-type``; CAExited and FunctionNotStarted (custom runtimes whose program
        does not come up) are the codes of an InvokeFunction call that itself fails, with status 412; a status code of
        SCF's for a function of Tencent Cloud. Raises
        FunctionRunnerError where this machine is the reason: no such Python (PythonNotFoundError), a zip that is
        refused, a closed runner.
        """
        payload = b""

        async def work(instance: Instance) -> Failure | None:
            nonlocal payload
            payload = await instance.call(invocation)
            return None

        result = await self._run(spec, invocation, work)
        return result if result.error_type else dataclasses.replace(result, payload=payload)

    async def http(
        self, spec: FunctionSpec, invocation: Invocation, request: HttpRequest
    ) -> tuple[HttpResponse, InvocationResult]:
        """Pass an HTTP request to a program that listens itself, and its answer back.

        The record's ``payload`` is the answer's body. Where the program could not be started or did not answer the
        response is ours, 412 (CAExited, FunctionNotStarted) or 502, or SCF's status code, with the error body; where
        it reported a failure by ``x-fc-status``, the response is its own and the record has the error type. Raises as
        ``invoke`` does, and FunctionRunnerError for a function with a handler.
        """
        if not spec.listens:
            raise FunctionRunnerError(f"Function {spec.function_name}: the runtime {spec.runtime} takes events only")
        response: HttpResponse | None = None

        async def work(instance: Instance) -> Failure | None:
            nonlocal response
            assert isinstance(instance, CustomInstance)
            response, failure = await instance.forward(invocation, request)
            return failure

        result = await self._run(spec, invocation, work)
        if response is None:
            response = HttpResponse(
                failure_status(str(result.error_type)), [("Content-Type", "application/json")], result.payload
            )
        return response, dataclasses.replace(result, payload=response.body)

    async def _run(
        self, spec: FunctionSpec, invocation: Invocation, work: Callable[[Instance], Awaitable[Failure | None]]
    ) -> InvocationResult:
        log = CallLog(invocation.request_id)
        instance = self._pool.take(spec)
        cold = instance is None
        if instance is None:
            instance = await self._add(spec)
        self._watch()
        error: Failure | None = None
        begun = time.perf_counter()
        try:
            with instance.logging(log):
                try:
                    if cold:
                        await self._start(instance, invocation)
                        begun = time.perf_counter()
                    error = await work(instance)
                except Failure as failure:
                    error = failure
            duration = (time.perf_counter() - begun) * 1000
        finally:
            self._pool.release(instance)
        return InvocationResult(
            payload=error.body if error else b"",
            error_type=error.error_type if error else None,
            log=log.content(),
            duration_ms=duration,
            billed_ms=max(1, math.ceil(duration)),
            max_memory_mb=instance.peak_mb,
            cold_start=cold,
            instance_id=instance.id,
            initialization_ms=instance.initialization_ms if cold else 0.0,
        )

    def stands_ready(self, spec: FunctionSpec) -> bool:
        """Whether a call of ``spec`` would be served at once, without a new instance."""
        return self._pool.free(spec) is not None

    async def warm(self, spec: FunctionSpec, count: int, credentials: RoleCredentials | None = None) -> None:
        """Keep ``count`` instances of ``spec`` started (provisioned concurrency) until told another count.

        Returns once they are ready; one that dies later is replaced. ``credentials`` are the role's, for what runs at
        their start. Raises FunctionRunnerError where an instance does not start, with the function's own error
        where that is the reason.
        """
        self._pool.keep(spec.key, count, lambda: self._start_kept(spec, credentials))
        await self._pool.fill(spec.key)

    async def retire(self, key_prefix: str) -> None:
        """Stop the instances whose key starts with ``key_prefix``: idle ones now, busy ones after their calls."""
        self._pool.retire(key_prefix)

    async def close(self) -> None:
        """Kill every instance, busy or not, and remove its folder; when this returns nothing is left alive."""
        self._closed = True
        self._pool.close()
        if self._watcher is not None:
            self._watcher.cancel()
        await self._pool.settle()
        await asyncio.to_thread(shutil.rmtree, self._work / "instances", ignore_errors=True)
        if self._around is not None:
            await asyncio.to_thread(self._around.trees.prune)

    async def _add(self, spec: FunctionSpec) -> Instance:
        """A new instance, counted in and taken for one call, not yet started."""
        if spec.known_runtime is None:
            raise FunctionRunnerError(f"Function {spec.function_name}: the runtime {spec.runtime!r} is not known")
        around = await self._surroundings()
        if self._closed:
            raise FunctionRunnerError(f"Function {spec.function_name} is not run: the function runner is closed")
        instance = _INSTANCES[spec.cloud, spec.listens](around, spec, self._log_sink, self._connect_proxy)
        instance.calls = 1
        self._pool.add(instance)
        return instance

    async def _start(self, instance: Instance, invocation: Invocation) -> None:
        try:
            await instance.start(invocation)
        except BaseException:
            instance.retired = True
            raise

    async def _start_kept(self, spec: FunctionSpec, credentials: RoleCredentials | None) -> None:
        instance = await self._add(spec)
        try:
            await self._start(instance, Invocation(str(uuid.uuid4()), b"", credentials))
        except Failure as failure:
            reason = f"a provisioned instance does not start: {failure.end}; {failure.body.decode()}"
            raise FunctionRunnerError(f"Function {spec.function_name}: {reason}") from failure
        finally:
            self._pool.release(instance)

    def _watch(self) -> None:
        """Look after the memory of busy instances for as long as there are any."""
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.ensure_future(self._watch_memory())

    async def _watch_memory(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            busy = [instance for instance in self._pool.instances() if instance.calls]
            if not busy:
                return
            for instance in busy:
                await instance.enforce_memory()

    async def _surroundings(self) -> Surroundings:
        async with self._making:
            if self._around is None:
                isolation = await asyncio.to_thread(self.isolation)
                trees = await asyncio.to_thread(TreeStore, self._work / "trees")
                # A cloud that was killed could not remove these.
                await asyncio.to_thread(shutil.rmtree, self._work / "instances", ignore_errors=True)
                self._around = Surroundings(isolation, trees, self._ca_bundle, self._proxy_port, self._work)
            return self._around
