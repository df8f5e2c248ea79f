"""An instance of a managed Python runtime: the handler runs in our bootstrap, one call at a time."""

from __future__ import annotations

import asyncio
from typing import Any

from yunfn.localcloud.runner import failures
from yunfn.localcloud.runner.channel import Channel
from yunfn.localcloud.runner.failures import Failure
from yunfn.localcloud.runner.instance import Instance
from yunfn.localcloud.runner.specification import Invocation

# A Python that only has to come up; anything longer is a machine in trouble.
_READY_SECONDS = 60.0


class ManagedInstance(Instance):
    """Speaks to the bootstrap over the framed channel."""

    with_channel = True
    _channel: Channel | None = None

    @property
    def channel(self) -> Channel:
        """The framed socket; there from the moment the launcher was started."""
        assert self._channel is not None
        return self._channel

    async def _open(self) -> None:
        assert self._launched.channel is not None
        self._channel = await Channel.over(self._launched.channel)

    async def _ready(self, invocation: Invocation) -> None:
        await self.within(self.channel.receive(), _READY_SECONDS, failures.UNHANDLED)

    async def _initialize(self, invocation: Invocation, initializer: str) -> None:
        await self._ask("initialize", initializer, invocation, self.spec.initializer_timeout, failures.INITIALIZATION)

    async def _answer(self, invocation: Invocation) -> bytes:
        return await self._ask("invoke", self.spec.handler, invocation, self.spec.timeout, failures.UNHANDLED)

    async def _ask(self, op: str, run: str, invocation: Invocation, seconds: float, error_type: str) -> bytes:
        head = {"op": op, "run": run, **self._call_fields(invocation)}
        body = invocation.payload if op == "invoke" else b""
        try:
            told, answer = await self.within(self.channel.ask(head, body), seconds, error_type)
        except asyncio.CancelledError:
            # Nobody waits any more, but the handler runs on: its late answer must not meet the next call.
            self.retired = True
            raise
        if told["error"] is not None:
            raise self._raised(error_type, told["error"])
        return bytes(answer)

    def _raised(self, error_type: str, told: dict[str, Any]) -> Failure:
        """What it means that the handler or initializer raised, or could not be had; ``told`` is the error's body."""
        return failures.raised(error_type, told)

    def _call_fields(self, invocation: Invocation) -> dict[str, Any]:
        """What the bootstrap makes the context of."""
        spec, keys = self.spec, invocation.credentials
        credentials = None
        if keys is not None:
            credentials = {
                "access_key_id": keys.access_key_id,
                "access_key_secret": keys.access_key_secret,
                "security_token": keys.security_token,
            }
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
            "credentials": credentials,
            "trace": dict(invocation.trace),
        }

    async def stop(self) -> None:
        """As every instance; closes the channel too."""
        await super().stop()
        if self._channel is not None:
            await self._channel.close()
