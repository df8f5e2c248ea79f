"""Running operations: each with a deadline, cancelled from outside at once, and never in the event loop's way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from yunfn.exceptions import OperationStoppedError, YunfnError
from yunfn.provider.pace import Paces
from yunfn.provider.progress import EngineLog, Progress
from yunfn.provider.rate_limit import RateLimits
from yunfn.provider.stoppable import done_or_stopped

P = ParamSpec("P")
T = TypeVar("T")
# Seconds that a blocking call gets to end by itself once its operation is stopped: the engine kills the plugin five
# seconds after it gave up, and an answer that still arrives can be recorded.
_GRACE = 2.0
_CURE = ". The next run goes on from there; the option custom_timeouts gives it longer"
# More operations than the engine runs side by side on a small machine; they wait for the network, not the processor.
_THREADS = 64


class Operation:
    """One create, read, update or delete while it runs."""

    def __init__(
        self,
        urn: str,
        verb: str,
        progress: Progress,
        threads: ThreadPoolExecutor,
        last_threads: ThreadPoolExecutor,
        limits: RateLimits,
        paces: Paces,
    ) -> None:
        self.urn = urn
        self.verb = verb
        self.progress = progress
        #: How often each API may be asked, by all operations of the process together.
        self.limits = limits
        #: How long things take here, as all operations of the process saw it.
        self.paces = paces
        #: Set once the operation shall end; blocking code looks at it.
        self.cancelled = threading.Event()
        #: How many calls of ``finish`` run, which must not be cut off.
        self.finishing = 0
        self._threads = threads
        self._last_threads = last_threads
        self._stopped = asyncio.Event()
        self._reason = self._cure = ""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    def stop(self, reason: str, cure: str = "") -> None:
        """End the operation soon; the user is told the ``reason``, and by the sentence ``cure`` what to do.

        Must be called in the event loop's thread.
        """
        if not self._stopped.is_set():
            self._reason, self._cure = reason, cure
            self.cancelled.set()
            self._stopped.set()

    def proceed(self, error: Exception | None = None) -> None:
        """Go on; raises OperationStoppedError if the operation was stopped, with what ended because of it."""
        if self._stopped.is_set():
            raise self._stop_error(error) from error

    def _stop_error(self, error: Exception | None = None) -> OperationStoppedError:
        last = f" ({error})" if isinstance(error, YunfnError) else ""
        return OperationStoppedError(f"{self.name}: {self.verb} {self._reason}{last}{self._cure}")

    def warn(self, line: str) -> None:
        """Show a warning at the resource; kept and repeated at the end of the run."""
        self.progress.warn(line)

    async def run(self, call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Run a blocking call in a thread; raises what it raises, and OperationStoppedError once stopped.

        A call that ends within two seconds of the stop still counts.
        """
        return await self._run(lambda: call(*arguments, **named), _GRACE)

    async def run_cut_short(self, call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """As ``run``, but a stop is raised at once, whatever becomes of the call: where something has to be put back.

        The call may still be carried out: who puts back has to come after it.
        """
        return await self._run(lambda: call(*arguments, **named), 0.0)

    async def _run(self, call: Callable[[], T], grace: float) -> T:
        self.proceed()
        future = await done_or_stopped(self._threads, call, self._stopped, grace)
        if future is None:
            raise self._stop_error()
        try:
            return future.result()
        except Exception as error:
            self.proceed(error)
            raise

    async def finish(self, call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Run a blocking call in a thread though the operation was stopped: what leaves things as they must be.

        It has threads of its own, and keeps the plugin from ending while it runs. Raises what it raises.
        """
        self.finishing += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._last_threads, lambda: call(*arguments, **named))
        finally:
            self.finishing -= 1

    async def sleep(self, seconds: float) -> None:
        """Wait, but not past a stop; raises OperationStoppedError."""
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return
        self.proceed()


class Operations:
    """All operations that run; ``limits`` say how often each API may be asked by them together."""

    def __init__(self, limits: RateLimits | None = None) -> None:
        self.log: EngineLog | None = None
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="operation")
        # Calls that a dead network holds up must not be in the way of those that tidy up.
        self._last_threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="finish")
        self._limits = limits or RateLimits()
        self._paces = Paces()
        self._running: dict[asyncio.Task[Any], Operation] = {}

    async def perform(
        self, urn: str, verb: str, seconds: float | None, body: Callable[[Operation], Awaitable[T]]
    ) -> T:  # fmt: skip
        """Run ``body`` as an operation of at most ``seconds``; raises what it raises.

        If the caller goes away meanwhile (asyncio.CancelledError) the operation is stopped and ends by itself.
        """
        operation = Operation(
            urn, verb, Progress(self.log, urn), self._threads, self._last_threads, self._limits, self._paces
        )
        loop = asyncio.get_running_loop()

        async def whole() -> T:
            try:
                return await body(operation)
            finally:
                await operation.progress.flush()

        task: asyncio.Task[T] = loop.create_task(whole())
        self._running[task] = operation
        task.add_done_callback(self._ended)
        timer = None
        if seconds:
            timer = loop.call_later(seconds, operation.stop, f"did not end within {seconds:g} s and was stopped", _CURE)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            operation.stop("was stopped: the engine does not wait for it any more")
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.pop(task, None)
        if not task.cancelled():
            task.exception()

    def stop_all(self, reason: str) -> None:
        """Stop whatever runs."""
        for operation in list(self._running.values()):
            operation.stop(reason)

    async def ended(self, seconds: float, longest: float | None = None) -> None:
        """Wait until nothing runs, at most ``seconds``; at most ``longest`` for what tidies up by ``finish``."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)
        finishing = {task for task, operation in self._running.items() if operation.finishing}
        if finishing and longest is not None and longest > seconds:
            await asyncio.wait(finishing, timeout=longest - seconds)
