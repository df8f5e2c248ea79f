"""Lines about running operations in the engine's display."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import grpc
import grpc.aio
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

# Seconds that one line may take to reach the engine; the engine is a process on this machine.
_TIMEOUT = 5.0
_FLUSH = 0.5
# Seconds between two lines of one operation. In CI each is a line of the log, in a terminal the status column.
_INTERVAL = 1.0


class EngineLog:
    """The engine's log, in order; ``lost`` is called when the engine does not answer any more."""

    def __init__(self, address: str, lost: Callable[[], None]) -> None:
        self._lost = lost
        # The engine listens on loopback: never by a proxy, whatever the environment says.
        self._channel = grpc.aio.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])
        self._engine = engine_pb2_grpc.EngineStub(self._channel)
        self._order = asyncio.Lock()

    async def say(self, urn: str, message: str, severity: str = "INFO", *, ephemeral: bool = False) -> None:
        """Show a line at the resource ``urn``; an ephemeral one is not repeated at the end of the run."""
        request = engine_pb2.LogRequest(
            severity=engine_pb2.LogSeverity.Value(severity), message=message, urn=urn, ephemeral=ephemeral
        )
        try:
            async with self._order:
                await self._engine.Log(request, timeout=_TIMEOUT)
        except grpc.aio.AioRpcError as error:
            # Any other refusal loses one line of a display, which is no reason to fail an operation.
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                self._lost()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._channel.close()


class Progress:
    """The lines of one operation, at most one a second; may be told from any thread."""

    def __init__(self, log: EngineLog | None, urn: str) -> None:
        self._log = log
        self._urn = urn
        self._loop = asyncio.get_running_loop()
        self._said = float("-inf")
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, line: str) -> None:
        """Show ``line``, unless the last one is less than a second old."""
        now = time.monotonic()
        if self._log is None or now - self._said < _INTERVAL:
            return
        self._said = now
        self._loop.call_soon_threadsafe(self._send, line)

    def tell(self, line: str) -> None:
        """Show ``line`` in any case, also where the last one is not a second old."""
        self._said = time.monotonic()
        if self._log is not None:
            self._loop.call_soon_threadsafe(self._send, line)

    def warn(self, line: str) -> None:
        """Show a warning, which is kept."""
        if self._log is not None:
            self._loop.call_soon_threadsafe(self._send, line, "WARNING")

    def _send(self, line: str, severity: str = "INFO") -> None:
        assert self._log is not None
        task = self._loop.create_task(self._log.say(self._urn, line, severity, ephemeral=severity == "INFO"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def flush(self) -> None:
        """Wait until every line is shown, so that none comes after the operation's end; not long for a busy engine."""
        await asyncio.sleep(0)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_FLUSH)
