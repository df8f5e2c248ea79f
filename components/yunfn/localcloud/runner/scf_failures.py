"""Serverless Cloud Function's own words for what can go wrong with an instance: status codes and error bodies.

The codes are those of SCFD "function status codes"; the bodies (errorCode, errorMessage, stackTrace, statusCode) were
read there ("Python": "return values and exceptions") and in answers of the service that people quote in their issues.
A Failure's ``error_type`` is the code as text. Where nobody quotes the message the words are ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.runner.failures import Failure

USER_CODE = "430"
TIME_LIMIT = "433"
MEMORY_LIMIT = "434"
PROCESS_EXIT = "439"
CONTAINER_EXITED = "405"
NOT_LOADED = "443"
PORT_BINDING = "446"
INIT_TIMEOUT = "450"


def raised(told: Mapping[str, Any]) -> Failure:
    """The handler raised, or could not be loaded; ``told`` is the body as the bootstrap made it."""
    return Failure(str(told["statusCode"]), json.dumps(told).encode(), str(told["errorMessage"]))


def worded(code: str, message: str) -> Failure:
    """A failure of the platform's: nothing but a message."""
    body = {"errorCode": -1, "errorMessage": message, "statusCode": int(code)}
    return Failure(code, json.dumps(body).encode(), message)


def timed_out(seconds: float) -> Failure:
    """Killed at its timeout."""
    return worded(TIME_LIMIT, f"Invoking task timed out after {seconds:g} seconds")


def init_timed_out(seconds: float) -> Failure:
    """Killed at the end of its time to come up."""
    return worded(INIT_TIMEOUT, f"Init container timed out after {seconds:g} seconds")


def out_of_memory(memory_mb: int) -> Failure:
    """Killed for using more memory than the function has."""
    return worded(MEMORY_LIMIT, f"Task memory exceeded {memory_mb} MB")


def exited() -> Failure:
    """The process ended before it had answered: os._exit, a crash."""
    return worded(PROCESS_EXIT, "User process exit when running")


def bootstrap_missing() -> Failure:
    """A web function without scf_bootstrap, or whose interpreter is missing."""
    return worded(NOT_LOADED, "[./scf_bootstrap] no such file or directory")


def bootstrap_refused(reason: str) -> Failure:
    """scf_bootstrap cannot be executed: mostly no executable bit (SCFD "scf_bootstrap")."""
    return worded(CONTAINER_EXITED, f"[./scf_bootstrap] {reason}")


def program_ended(code: int, logs: str) -> Failure:
    """scf_bootstrap ended before anything listened on port 9000."""
    return worded(CONTAINER_EXITED, f"Container exited with code {code}. {logs}".rstrip())


def port_silent(port: int, seconds: float) -> Failure:
    """scf_bootstrap runs, but nothing listens on its port, or only on 127.0.0.1."""
    return worded(PORT_BINDING, f"Port {port} is not listened on after {seconds:g} seconds")
