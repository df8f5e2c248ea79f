"""The cloud's own words for what can go wrong with an instance: error bodies and their type.

Read in the Function Compute documentation ("Python runtime, error handling", "custom runtime, error handling",
"lifecycle hooks") and in answers of the service that people quote in their issues.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNHANDLED = "UnhandledInvocationError"
INITIALIZATION = "InitializationError"
# These two are errors of the InvokeFunction call itself (status 412, Code and Message), not of the function.
EXITED = "CAExited"
NOT_STARTED = "FunctionNotStarted"

_LARGEST_ERRNO = 133


@dataclass(eq=False)
class Failure(Exception):
    """A call or a start that failed as the cloud would report it.

    ``error_type`` is the ``x-fc-error-type`` (or CAExited, FunctionNotStarted: see the module; or a status code of
    SCF's: see scf_failures), ``body`` the answer, ``end`` what the log's end line says after ``Error:``.
    """

    error_type: str
    body: bytes
    end: str


def failure_status(error_type: str) -> int:
    """The HTTP status for a request whose program gave no answer."""
    if error_type.isdecimal():
        return int(error_type)
    return 412 if error_type in (EXITED, NOT_STARTED) else 502


def raised(error_type: str, told: Mapping[str, Any]) -> Failure:
    """The handler or initializer raised, or could not be loaded; ``told`` is the body as the bootstrap made it."""
    text = json.dumps(told, indent=4, sort_keys=True)
    return Failure(error_type, text.encode(), "Unhandled function error")


def _worded(error_type: str, message: str) -> Failure:
    return Failure(error_type, json.dumps({"errorMessage": message}).encode(), message)


def timed_out(error_type: str, seconds: float, memory_mb: float) -> Failure:
    """Killed at its timeout."""
    what = "Function initialization" if error_type == INITIALIZATION else "Function"
    return _worded(error_type, f"{what} timed out after {seconds:g} seconds (maxMemoryUsage: {memory_mb:.2f}MB)")


def exited(error_type: str, duration_ms: float, memory_mb: float) -> Failure:
    """The process ended before it had answered: os._exit, a crash, or more memory than the function has."""
    return _worded(
        error_type,
        "Process exited unexpectedly before completing request"
        f" (duration: {duration_ms:.0f}ms, maxMemoryUsage: {memory_mb:.2f}MB)",
    )


def program_missing(path: str) -> Failure:
    """A custom runtime's program is not there."""
    reason = f"Failed to start function instance. Error: the file {path} is not exist"
    return _worded(NOT_STARTED, f"The function cannot be started. {reason}")


def program_ended(code: int, command: str, logs: str) -> Failure:
    """A custom runtime's program ended before its port answered, or could not be executed (``code`` is the errno)."""
    # The cloud explains every exit code as if it were an errno (FCD says so itself).
    meaning = f", message:{os.strerror(code).lower()}" if 0 < code <= _LARGEST_ERRNO else ""
    what = f"Function instance exited unexpectedly(code {code}{meaning})"
    return _worded(EXITED, f"{what} with start command '{command} '.\nLogs:{logs}")


def port_silent(port: int, seconds: float, logs: str) -> Failure:
    """A custom runtime's program runs, but nothing listens on its port, or only on 127.0.0.1."""
    what = f"Function instance health check failed on port {port} in {seconds:g} seconds."
    return _worded(NOT_STARTED, f"{what}\nLogs:{logs}")


def initialize_refused(status: int, body: bytes) -> Failure:
    """A custom runtime answered POST /initialize with a status that is not 2xx."""
    message = f"Function initialization failed: /initialize answered {status}"
    return Failure(INITIALIZATION, body or json.dumps({"errorMessage": message}).encode(), message)


def reported(body: bytes) -> Failure:
    """A custom runtime said by ``x-fc-status`` that the call failed; the body is its own."""
    return Failure(UNHANDLED, body, "Unhandled function error")
