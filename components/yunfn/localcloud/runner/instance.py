"""One instance of a function: started once, used call by call, stopped with all its processes."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from itertools import count
from typing import Any, TypeVar

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.runner import failures
from yunfn.localcloud.runner.call_log import CallLog, InstanceOutput
from yunfn.localcloud.runner.failures import Failure
from yunfn.localcloud.runner.launch import ExecError, Launched
from yunfn.localcloud.runner.plan import InstancePlan, Surroundings
from yunfn.localcloud.runner.processes import ask_to_end, function_memory
from yunfn.localcloud.runner.specification import FunctionSpec, Invocation

T = TypeVar("T")
Sink = Callable[[FunctionSpec, str, bytes], None]
ServeProxy = Callable[[socket.socket], Awaitable[None]]

# At its timeout a process may still say where it hangs, before it is killed.
_LAST_WORDS_SECONDS = 0.1
_numbers = count()


def _new_id() -> str:
    """An instance id as the cloud makes them: seconds since 1970 in hex, then chance."""
    return f"c-{int(time.time()):x}-{secrets.token_hex(10)}"


class Instance(ABC):
    """What managed and custom runtimes' instances have in common.

    ``calls`` counts the calls under way; ``ready`` is set once it may take any, ``retired`` once it may take no
    more; ``peak_mb`` is the highest memory seen, in MB.
    """

    with_channel = False
    _over_memory = False

    def __init__(self, around: Surroundings, spec: FunctionSpec, sink: Sink | None, serve: ServeProxy | None) -> None:
        self.spec = spec
        self.id = _new_id()
        self.calls = 0
        self.ready = self.retired = self._stopped = False
        self.idle_since = 0.0
        self.initialization_ms = 0.0
        self.peak_mb = 0.0
        self._around, self._sink, self._serve_proxy = around, sink, serve
        self.output = InstanceOutput(self._outside_of_calls)
        self._serving: asyncio.Future[None] | None = None
        self._given_up = False
        self._launched = Launched(self.output.printed)
        self._plan: InstancePlan | None = None

    @property
    def alive(self) -> bool:
        """Whether its processes run and nobody has given it up."""
        return self._launched.pid > 0 and not self._launched.exited.done() and not self._given_up

    @property
    def plan(self) -> InstancePlan:
        """What it was started by."""
        assert self._plan is not None
        return self._plan

    async def start(self, invocation: Invocation) -> None:
        """From nothing to ready for calls, the initializer included.

        Raises Failure as the cloud reports it, FunctionRunnerError where this machine is the reason.
        """
        begun = time.perf_counter()
        self._plan = await asyncio.to_thread(InstancePlan, self._around, self.spec, self.id, next(_numbers))
        if self._stopped:
            raise FunctionRunnerError(f"Function {self.spec.function_name} is not run: it was stopped while it started")
        plan = self._plan.make(invocation, self._launched.spawn(self.with_channel))
        await self._open()
        try:
            await self._launched.start(plan)
        except ExecError as error:
            raise self._not_executed(error) from error
        if self._serve_proxy is not None and self._launched.listener is not None:
            self._serving = asyncio.ensure_future(self._serve_proxy(self._launched.listener))
        await self._ready(invocation)
        if self.spec.initializer:
            await self._recorded("Initialize", invocation, self._initialize(invocation, self.spec.initializer))
        self.initialization_ms = (time.perf_counter() - begun) * 1000
        self.ready = True
        self._started(invocation)

    async def call(self, invocation: Invocation) -> bytes:
        """Answer one event; raises Failure."""
        return await self._recorded("Invoke", invocation, self._answer(invocation))

    async def _open(self) -> None:  # noqa: B027 - only one kind has something to do here
        """Take over what spawn made, before the plan goes out."""

    def _started(self, invocation: Invocation) -> None:  # noqa: B027 - not every cloud tells it in the log
        """It takes calls from now on."""

    def _timed_out(self, error_type: str, seconds: float) -> Failure:
        """What it means that something took longer than ``seconds``."""
        return failures.timed_out(error_type, seconds, self.peak_mb)

    def _exited(self, error_type: str, duration_ms: float) -> Failure:
        """What it means that the processes ended, ``_over_memory`` or not, ``duration_ms`` after something began."""
        return failures.exited(error_type, duration_ms, self.peak_mb)

    def _not_executed(self, error: ExecError) -> Exception:
        """What to raise where the program inside could not be executed."""
        return error

    @abstractmethod
    async def _ready(self, invocation: Invocation) -> None:
        """Wait until the program inside takes calls; raises Failure."""

    @abstractmethod
    async def _initialize(self, invocation: Invocation, initializer: str) -> None:
        """Run the initializer; raises Failure."""

    @abstractmethod
    async def _answer(self, invocation: Invocation) -> bytes:
        """Run the handler for one event; raises Failure."""

    @contextlib.contextmanager
    def logging(self, log: CallLog) -> Iterator[None]:
        """While inside, what the instance prints goes to ``log``."""
        with self.output.belongs_to(log):
            try:
                yield
            finally:
                self._launched.drain()

    async def _recorded(self, what: str, invocation: Invocation, work: Coroutine[Any, Any, T]) -> T:
        """Do ``work`` between the log lines with which the cloud brackets a call."""
        self._note(invocation, f"FC {what} Start RequestId: {invocation.request_id}")
        end = ""
        try:
            return await work
        except Failure as failure:
            end = f", Error: {failure.end}"
            raise
        finally:
            self._note(invocation, f"FC {what} End RequestId: {invocation.request_id}{end}")

    def _note(self, invocation: Invocation, line: str) -> None:
        self._launched.drain()
        self.output.line(invocation.request_id, line)

    def _outside_of_calls(self, data: bytes) -> None:
        if self._sink is not None:
            self._sink(self.spec, self.id, data)

    def measure(self) -> float:
        """Look at the memory now; the highest seen so far, in MB."""
        if self._launched.pid and not self._launched.exited.done():
            root, namespaces = self._launched.pid, self.plan.namespaces
            now = function_memory(root, include_root=not namespaces, suspect_mb=self.spec.memory_mb)
            self.peak_mb = max(self.peak_mb, now)
        return self.peak_mb

    async def enforce_memory(self) -> None:
        """Kill the instance if it has used more memory than the function has; its calls fail as in the cloud."""
        if self.alive and self.measure() > self.spec.memory_mb:
            self._over_memory = True
            used, allowed = f"{self.peak_mb:.2f} MB", f"{self.spec.memory_mb} MB"
            self._launched.drain()
            self.output.line_for_all(f"[local cloud] killed: {used} of memory used, {allowed} allowed")
            await self._launched.stop()

    async def within(self, work: Coroutine[Any, Any, T], seconds: float, error_type: str) -> T:
        """The outcome of ``work`` with the program inside, or the Failure for its timeout, its end or its memory."""
        begun = time.perf_counter()
        cause: Failure | None = None
        task = asyncio.ensure_future(work)
        exited = self._launched.exited
        try:
            both: tuple[asyncio.Future[Any], ...] = (task, exited)
            await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if task.done() and not isinstance(task.exception(), EOFError | ConnectionError):
                await self.enforce_memory()
                if not exited.done():
                    return task.result()
            elif not task.done() and not exited.done():
                self.measure()
                cause = self._timed_out(error_type, seconds)
                self._given_up = True
                if ask_to_end(self._launched.pid, include_root=not self.plan.namespaces):
                    await asyncio.wait([exited], timeout=_LAST_WORDS_SECONDS)
                await self._launched.stop()
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, EOFError, ConnectionError):
                await task
        await self._launched.stop()
        raise cause or self._exited(error_type, (time.perf_counter() - begun) * 1000)

    async def stop(self) -> None:
        """Kill every process, close every socket, remove the folder; calls under way fail."""
        self._stopped = True
        await self._launched.stop()
        self.output.flush()
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
        if self._launched.listener is not None:
            self._launched.listener.close()
        if self._plan is not None:
            await asyncio.to_thread(shutil.rmtree, self._plan.folder, ignore_errors=True)
