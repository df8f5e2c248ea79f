"""What the runner is asked to run and what it answers: plain values, nothing of processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from yunfn.runtimes import RUNTIMES, Runtime


@dataclass(frozen=True, slots=True)
class RoleCredentials:
    """Temporary credentials of the function's role; only the key id is ever shown."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One version of one function, as far as running it is concerned.

    ``key`` is its identity: instances are reused for the same key only, so new code or configuration must come
    with a new key. ``cloud`` is "alibaba" or "tencent"; ``version`` is "LATEST" ("$LATEST") or a number; times are
    seconds, ``memory_mb`` is MB (2^20 bytes). ``code`` and ``layers`` are zip files that are read, never written;
    where two layers hold the same path the cloud decides which wins: on Alibaba Cloud the first listed, on Tencent
    Cloud the last. ``custom_command`` (default ``/code/bootstrap``) and ``custom_args`` are for custom runtimes of
    Alibaba Cloud; ``custom_port`` and an ``instance_concurrency`` above 1 are for programs that listen themselves.
    ``web`` (a web function), ``namespace`` and ``app_id`` are Tencent Cloud's; there ``initializer_timeout`` is the
    time for an instance to come up. An instance unused for ``idle_seconds`` is stopped.
    """

    key: str
    account: str
    region: str
    function_name: str
    version: str
    runtime: str
    handler: str
    initializer: str | None
    initializer_timeout: float
    timeout: float
    memory_mb: int
    code: Path
    instance_concurrency: int = 1
    layers: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    log_project: str = ""
    log_store: str = ""
    custom_command: tuple[str, ...] = ()
    custom_args: tuple[str, ...] = ()
    custom_port: int = 9000
    idle_seconds: float = 60.0
    cloud: str = "alibaba"
    namespace: str = ""
    app_id: str = ""
    web: bool = False

    @property
    def known_runtime(self) -> Runtime | None:
        """The runtime's entry in the table, or None for a name that is not in it."""
        return RUNTIMES[self.cloud].get(self.runtime)

    @property
    def listens(self) -> bool:
        """Whether its own program listens on a port instead of a handler being called."""
        runtime = self.known_runtime
        return self.web or (runtime is not None and runtime.custom)


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call: the request id, the event's bytes, the role's credentials, the qualifier it was called by.

    ``trace`` holds ``span_context``, ``base64_baggages`` and ``jaeger_endpoint`` where tracing is on.
    """

    request_id: str
    payload: bytes
    credentials: RoleCredentials | None
    qualifier: str = "LATEST"
    trace: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvocationResult:
    """What a call came to.

    ``error_type`` is None, or the value of ``x-fc-error-type``, or on Tencent Cloud the function's status code
    ("430"); ``payload`` is then the JSON error body. ``log`` is all that was printed and logged meanwhile, in the
    cloud's shape. ``max_memory_mb`` is the instance's highest
    resident memory so far, in MB. ``initialization_ms`` is 0 unless this call started its instance (``cold_start``):
    then the time from nothing to ready, the initializer included.
    """

    payload: bytes
    error_type: str | None
    log: bytes
    duration_ms: float
    billed_ms: int
    max_memory_mb: float
    cold_start: bool
    instance_id: str
    initialization_ms: float


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """An HTTP request for a program that listens itself; ``path`` is raw, with its query string."""

    method: str
    path: str
    headers: list[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A custom runtime's answer as it gave it, hop-by-hop headers taken off."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)
