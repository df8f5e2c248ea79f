"""One call on its way through the data plane, before it has run."""

from __future__ import annotations

from dataclasses import dataclass, field

from yunfn.localcloud.runner import HttpRequest


@dataclass(frozen=True, slots=True)
class AsyncAttempt:
    """Which try of an asynchronous call this is: retries before it, when it began (epoch seconds), stateful or not."""

    retries: int
    began: float
    stateful: bool


@dataclass(frozen=True, slots=True)
class WebOrigin:
    """The HTTP request that a call came by: its method, and path with query as the client sent them."""

    method: str
    target: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be called with what.

    ``http`` is the raw request for a custom runtime behind an HTTP trigger, None for an event. ``attempt`` is set for
    asynchronous calls, ``web`` for calls by HTTP trigger or custom domain whose client waits for the answer.
    """

    request_id: str
    payload: bytes = field(repr=False)
    http: HttpRequest | None = field(default=None, repr=False)
    attempt: AsyncAttempt | None = None
    web: WebOrigin | None = None

    @property
    def invocation_type(self) -> str:
        """``Sync`` or ``Async``, as the cloud writes it."""
        return "Async" if self.attempt else "Sync"
