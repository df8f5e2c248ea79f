"""Who drives a rollout: this process, in a form by which others can tell whether it lives."""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from yunfn.rollout.event import Leased

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Holder:
    """A controller: its ``name`` is its own and tells user, host and process; the rest is as in ``Leased``."""

    name: str
    host: str
    process: int
    started: str


def person() -> str:
    """Who gives orders here: ``user@host``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # A container's user without a name.
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{socket.gethostname()}"


def holder_here() -> Holder:
    """A new holder in this process; two of them in one process are two controllers."""
    process = os.getpid()
    return Holder(f"{person()} process {process} {secrets.token_hex(3)}", _host(), process, _started(process) or "")


def is_dead(lease: Leased) -> bool:
    """Whether the holder of ``lease`` has ended for sure: its process was on this host, and is there no more."""
    if sys.platform == "win32" or lease.host != _host():
        # There os.kill would end the process that is asked for.
        return False
    try:
        os.kill(lease.process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    if not lease.started:
        return False
    started = _started(lease.process)
    return started is not None and started != lease.started


def _host() -> str:
    """The host, its start, and the container in it whose numbers processes have: equal names are no equal hosts."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
        space = str((_PROC / "self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}/{boot}/{space}"


def _started(process: int) -> str | None:
    """When a process was started, in ticks since the host's start; "" for one that has ended and waits for its parent.

    None where the system does not tell.
    """
    try:
        fields = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # Of proc(5): state is the third field, starttime the 22nd; the name before them may hold anything.
    return "" if fields[0] in ("Z", "X") else fields[19]
