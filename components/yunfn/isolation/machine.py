"""What this machine allows: private namespaces for each function, or the visible fallback and why."""

from __future__ import annotations

import functools
import os
import socket
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from yunfn.isolation.launching import frame, launcher_process, unframe

_PROBE_SECONDS = 20
FUNCTION_UID = 1_900_000_000


@dataclass(frozen=True, slots=True)
class Isolation:
    """How functions run on this machine.

    ``mode`` is "namespaces" (private mount, pid, network, IPC and UTS namespaces; code at /code, layers at /opt) or
    "fallback" (plain child processes, nothing hidden from them); ``reason`` says why it is the fallback and is
    empty otherwise. ``user_namespace``: also a user namespace, as the caller is not root. ``overlay``: layers are
    laid over each other by overlayfs rather than by hard links. ``memory`` says how the memory limit is held.
    """

    mode: Literal["namespaces", "fallback"]
    reason: str = ""
    user_namespace: bool = False
    overlay: bool = False
    memory: str = "resident memory is looked at every 50 ms and after each call; what exceeds the limit is killed"

    def __str__(self) -> str:
        if self.mode == "fallback":
            return f"fallback: functions are plain child processes ({self.reason})"
        return "namespaces"


def _probe_plan(folder: Path, user_namespace: bool, overlay: bool) -> dict[str, Any]:
    for name in ("root", "store/a", "store/b"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "namespaces": True,
        "user_namespace": user_namespace,
        "hostname": "probe",
        "proxy_port": 0,
        "mount_point": str(folder / "root"),
        "binds": [],
        "layers": ["a", "b"] if overlay else [],
        "layer_store": str(folder / "store"),
        "masks": [],
        "files": {},
        "links": {},
        "tmp_mb": 1,
        "uid": FUNCTION_UID,
        "gid": FUNCTION_UID,
        "processes": 0,
        "cwd": "/",
        "argv": ["/bin/sh", "-c", "exit 0"],
        "environment": {},
    }


def _try(plan: dict[str, Any]) -> str:
    """Run a probe plan to its end; the launcher's reason where it failed, else an empty text."""
    ours, theirs = socket.socketpair()
    with ours, theirs, open(os.devnull, "wb") as null:  # noqa: PTH123 - os.devnull is no path of ours
        process = launcher_process(theirs.fileno(), -1, null.fileno())
        theirs.close()
        ours.settimeout(_PROBE_SECONDS)
        said = b""
        try:
            ours.sendall(frame(plan))
            while data := ours.recv(65536):
                said += data
        except OSError as error:
            return f"the probe did not answer: {error}"
        finally:
            process.kill()
            process.wait()
    messages, _ = unframe(said)
    for message in messages:
        if "failed" in message:
            return str(message["failed"])
    return "" if {"exited": 0} in messages else f"the probe ended with {messages[-1:]}"


def probe(work: Path) -> Isolation:
    """Try it out, once per runner (some tens of milliseconds, blocking); ``work`` is a folder to try it in."""
    if sys.platform != "linux":
        return Isolation("fallback", f"{sys.platform} has no namespaces; functions are isolated on Linux only")
    reasons = []
    for user_namespace in (False, True) if os.geteuid() == 0 else (True,):
        with tempfile.TemporaryDirectory(prefix="probe-", dir=work) as folder:
            if not _try(_probe_plan(Path(folder), user_namespace, overlay=True)):
                return Isolation("namespaces", "", user_namespace, overlay=True)
            reason = _try(_probe_plan(Path(folder), user_namespace, overlay=False))
            if not reason:
                return Isolation("namespaces", "", user_namespace, overlay=False)
            reasons.append(reason)
    return Isolation("fallback", "; ".join(dict.fromkeys(reasons)))


@functools.cache
def isolation() -> Isolation:
    """What this machine allows; found out once in the life of this process (some tens of milliseconds, blocking)."""
    with tempfile.TemporaryDirectory(prefix="yunfn-probe-") as folder:
        return probe(Path(folder))
