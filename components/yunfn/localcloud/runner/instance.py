"""One instance of a function: started once, used call by call, stopped with all its processes."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from yunfn.localcloud.runner import failures
from yunfn.localcloud.runner.failures import Failure
from yunfn.localcloud.runner.launch import Launched
from yunfn.localcloud.runner.memory import function_memory
from yunfn.localcloud.runner.plan import InstancePlan, Surroundings
from yunfn.localcloud.runner.specification import FunctionSpec, Invocation, RoleCredentials

# What one call may print before the rest is dropped; far above what anybody reads, below what hurts the cloud.
_LOG_BYTES = 16 << 20
_numbers = count()

Listen = Callable[[Any], Awaitable[None]]
Sink = Callable[[FunctionSpec, str, bytes], None]


@dataclass(slots=True)
class CallLog:
    """What is printed during one call."""

    request_id: str
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, data: bytes) -> None:
        """Append, up to the bound."""
        if self.size < _LOG_BYTES:
            self.parts.append(data[: _LOG_BYTES - self.size])
            self.size += len(data)

    def line(self, text: str) -> None:
        """Append a line of the cloud's own, on a line by itself."""
        if self.parts and not self.parts[-1].endswith(b"\n"):
            self.parts.append(b"\n")
        self.parts.append(text.encode() + b"\n")

    def bytes(self) -> bytes:
        """All of it."""
        return b"".join(self.parts)


class Instance(ABC):
    """What managed and custom runtimes' instances have in common."""

    with_channel = False

    def __init__(self, around: Surroundings, spec: FunctionSpec, sink: Sink | None, proxy: Listen | None) -> None:
        self.spec = spec
        self.id = f"c-{uuid.uuid4()}"
        self.calls = 0
        self.ready = False
        self.retired = False
        self.idle_since = 0.0
        self.initialization_ms = 0.0
        self.peak_mb = 0.0
        self._around, self._sink, self._proxy = around, sink, proxy
        self._logs: list[CallLog] = []
        self._serving: asyncio.Task[None] | None = None
        self._killed: Failure | None = None
        self._launched = Launched(self._printed)
        self._plan: InstancePlan | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs and may take calls."""
        return self._launched.pid > 0 and not self._launched.exited.done() and self._killed is None

    async def start(self, invocation: Invocation) -> None:
        """From nothing to ready for calls, the initializer included.

        Raises Failure as the cloud reports it, FunctionRunnerError where this machine is the reason.
        """
        begun = time.perf_counter()
        self._plan = await asyncio.to_thread(InstancePlan, self._around, self.spec, self.id, next(_numbers))
        self._launched.spawn(self.with_channel)
        await self._open()
        await self._launched.start(self._plan.make(invocation.credentials, self._launched.channel_number))
        if self._proxy is not None and self._launched.listener is not None:
            self._serving = asyncio.ensure_future(self._proxy(self._launched.listener))
        await self._ready(invocation)
        self.initialization_ms = (time.perf_counter() - begun) * 1000

    async def _open(self) -> None:  # noqa: B027 - only one kind has something to do here
        """Take over what spawn made, before the plan goes out."""

    @abstractmethod
    async def _ready(self, invocation: Invocation) -> None:
        """Load and initialize; raises Failure."""

    @abstractmethod
    async def call(self, invocation: Invocation) -> bytes:
        """Answer one event; raises Failure."""

    @contextlib.contextmanager
    def logging(self, log: CallLog) -> Iterator[None]:
        """While inside, what the instance prints goes to ``log``."""
        self._logs.append(log)
        try:
            yield
        finally:
            self._launched.drain()
            self._logs.remove(log)

    def _printed(self, data: bytes) -> None:
        if len(self._logs) > 1:
            # Several calls at once: a line that names its request goes there, another to the youngest call.
            for line in data.splitlines(keepends=True):
                owners = [log for log in self._logs if log.request_id.encode() in line]
                (owners or self._logs)[-1].add(line)
        elif self._logs:
            self._logs[0].add(data)
        elif self._sink is not None:
            self._sink(self.spec, self.id, data)

    def measure(self) -> float:
        """Look at the memory now; the highest seen so far, in MB."""
        if self._launched.pid and not self._launched.exited.done():
            include = self._around.isolation.mode == "fallback"
            self.peak_mb = max(self.peak_mb, function_memory(self._launched.pid, include_root=include))
        return self.peak_mb

    def over_limit(self) -> bool:
        """Whether it has used more memory than the function has."""
        return self.measure() > self.spec.memory_mb

    async def kill(self, failure: Failure) -> None:
        """Stop it now; calls under way fail with ``failure``."""
        if self._killed is None:
            self._killed = failure
        await self._launched.stop()

    async def within(self, work: Awaitable[Any], seconds: float, error_type: str) -> Any:
        """The outcome of ``work`` inside the instance, or the Failure for its timeout, its end or its memory."""
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait([task, self._launched.exited], timeout=seconds, return_when="FIRST_COMPLETED")
        if not done:
            self.measure()
            await self.kill(failures.timed_out(error_type, seconds, self.peak_mb))
        elif task.done() and not isinstance(task.exception(), EOFError | ConnectionError):
            if not self.over_limit():
                return task.result()
            await self.kill(failures.out_of_memory(error_type, self.peak_mb, self.spec.memory_mb))
        if not task.done():
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, EOFError, ConnectionError, Failure):
            await task
        code = await self._launched.exited
        raise self._killed or failures.exited(error_type, 137 if code is None else code)

    async def stop(self) -> None:
        """Kill every process, close every socket, remove the folder."""
        if self._launched.spawned:
            await self._launched.stop()
        if self._serving is not None:
            self._serving.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._serving
        if self._plan is not None:
            await asyncio.to_thread(shutil.rmtree, self._plan.folder, ignore_errors=True)

    def call_fields(self, invocation: Invocation) -> dict[str, Any]:
        """What context and headers are made of."""
        spec = self.spec
        return {
            "request_id": invocation.request_id,
            "function": spec.function_name,
            "handler": spec.handler,
            "memory": spec.memory_mb,
            "timeout": int(spec.timeout),
            "region": spec.region,
            "account_id": spec.account,
            "version": spec.version,
            "qualifier": invocation.qualifier,
            "log_project": spec.log_project,
            "log_store": spec.log_store,
            "credentials": credential_fields(invocation.credentials),
            "trace": dict(invocation.trace),
        }


def credential_fields(credentials: RoleCredentials | None) -> dict[str, str] | None:
    """The credentials as the bootstrap takes them."""
    if credentials is None:
        return None
    return {
        "access_key_id": credentials.access_key_id,
        "access_key_secret": credentials.access_key_secret,
        "security_token": credentials.security_token,
    }
