"""An instance of a managed Python runtime: the handler runs in our bootstrap, one call at a time."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.runner import failures
from yunfn.localcloud.runner.channel import Channel
from yunfn.localcloud.runner.instance import Instance
from yunfn.localcloud.runner.specification import Invocation

# How long importing the handler's module may take; the cloud bounds the start of an instance likewise.
_LOAD_SECONDS = 120.0


class ManagedInstance(Instance):
    """Speaks to the bootstrap over the framed channel."""

    with_channel = True
    _channel: Channel | None = None

    async def _open(self) -> None:
        assert self._launched.channel is not None
        self._channel = await Channel.over(self._launched.channel)

    async def _ask(
        self, op: str, run: str, invocation: Invocation, body: bytes, seconds: float, error_type: str
    ) -> bytes:
        assert self._channel is not None
        head = {"op": op, "run": run, **self.call_fields(invocation)}
        told, answer = await self.within(self._channel.ask(head, body), seconds, error_type)
        error: dict[str, Any] | None = told["error"]
        if error is not None:
            raise failures.raised(error_type, error)
        return bytes(answer)

    async def _ready(self, invocation: Invocation) -> None:
        spec = self.spec
        await self._ask("load", spec.handler, invocation, b"", _LOAD_SECONDS, failures.UNHANDLED)
        if spec.initializer:
            for log in self._logs:
                log.line(f"FC Initialize Start RequestId: {invocation.request_id}")
            try:
                await self._ask(
                    "initialize",
                    spec.initializer,
                    invocation,
                    b"",
                    spec.initializer_timeout,
                    failures.INITIALIZATION,
                )
            finally:
                self._launched.drain()
                for log in self._logs:
                    log.line(f"FC Initialize End RequestId: {invocation.request_id}")

    async def call(self, invocation: Invocation) -> bytes:
        """Answer one event with what the handler returned; raises Failure."""
        spec = self.spec
        for log in self._logs:
            log.line(f"FC Invoke Start RequestId: {invocation.request_id}")
        try:
            return await self._ask(
                "invoke", spec.handler, invocation, invocation.payload, spec.timeout, failures.UNHANDLED
            )
        finally:
            self._launched.drain()
            for log in self._logs:
                log.line(f"FC Invoke End RequestId: {invocation.request_id}")

    async def stop(self) -> None:
        """As every instance; closes the channel too."""
        await super().stop()
        if self._channel is not None:
            await self._channel.close()
