"""The cloud's own words for what can go wrong with an instance: error bodies and their ``x-fc-error-type``."""

from __future__ import annotations

import json
from dataclasses import dataclass

UNHANDLED = "UnhandledInvocationError"
INITIALIZATION = "InitializationError"


@dataclass(eq=False)
class Failure(Exception):
    """A call or a start that failed as the cloud would report it: ``error_type`` and the JSON body's text."""

    error_type: str
    message: str
    kind: str = ""
    stack: tuple[tuple[str, ...], ...] = ()

    def body(self) -> bytes:
        """The answer's JSON body: errorMessage, and where there was an exception its type and stack."""
        told: dict[str, object] = {"errorMessage": self.message}
        if self.kind:
            told |= {"errorType": self.kind, "stackTrace": [list(frame) for frame in self.stack]}
        return json.dumps(told, ensure_ascii=False).encode()


def raised(error_type: str, told: dict[str, object]) -> Failure:
    """The failure for an exception as the bootstrap describes it."""
    stack = told["stackTrace"]
    assert isinstance(stack, list)
    return Failure(
        error_type, str(told["errorMessage"]), str(told["errorType"]), tuple(tuple(frame) for frame in stack)
    )


def timed_out(error_type: str, seconds: float, memory_mb: float) -> Failure:
    """The call was killed at its timeout."""
    return Failure(error_type, f"Function timed out after {seconds:g} seconds (maxMemoryUsage: {memory_mb:.2f}MB)")


def exited(error_type: str, code: int) -> Failure:
    """The process ended by itself, by sys.exit, a crash or a signal."""
    return Failure(error_type, f"Function instance exited unexpectedly(code {code})")


def out_of_memory(error_type: str, memory_mb: float, limit_mb: int) -> Failure:
    """The instance used more memory than the function has."""
    return Failure(
        error_type,
        f"Function instance exited unexpectedly(code 137, reason:OOMKilled; memory limit: {limit_mb}MB,"
        f" maxMemoryUsage: {memory_mb:.2f}MB)",
    )
