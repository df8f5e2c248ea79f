"""Runs a command of others' (a build script, a hook) with nothing of the user's within its reach.

In private mount, process, network, IPC and UTS namespaces: the system is read-only, one folder is writable, home is
empty, the network is not there unless asked for. Where the machine has no namespaces (or is no Linux), nothing runs
unless the caller allows it plainly: then a child process with a clean environment and an empty home, no more.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from yunfn.exceptions import IsolationError
from yunfn.isolation.folders import lend, take_back
from yunfn.isolation.launching import frame, launcher_process, unframe
from yunfn.isolation.machine import FUNCTION_UID, Isolation, isolation
from yunfn.isolation.outcome import NOT_EXECUTED, Outcome, Output
from yunfn.isolation.unsandboxed import run_child

#: Where the writable folder is seen inside; the same for everyone, so that no path of this machine gets into a build.
FOLDER = Path("/build")
_HOME = "/home/build"
_PATH = "/usr/local/bin:/usr/bin:/bin"
_TMP_MB = 2048
_PROCESSES = 4096
_STOP_SECONDS = 10.0
_LOOK_SECONDS = 0.2
# Above those of the local cloud's functions, so that no process of one is of the other's user.
_FIRST_UID = FUNCTION_UID + 1_000_000
_NETWORK_FILES = ("resolv.conf", "hosts", "nsswitch.conf", "gai.conf", "host.conf")
_USERS = "root:x:0:0:root:/root:/bin/sh\nbuild:x:{uid}:{uid}:build:{home}:/bin/sh\n"
_GROUPS = "root:x:0:\nbuild:x:{uid}:\n"
_HOSTS = "127.0.0.1 localhost\n::1 localhost\n"


def folder_inside(folder: Path) -> Path:
    """Where a command run by ``run_isolated`` sees its writable folder."""
    return FOLDER if isolation().mode == "namespaces" else folder.absolute()


def run_isolated(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    readable: Sequence[Path] = (),
    network: bool = False,
    timeout: float,
    on_output: Callable[[str], None] | None = None,
    allow_unsandboxed: bool = False,
    cancelled: threading.Event | None = None,
    mounted: Mapping[str, Path] | None = None,
    hidden: Sequence[Path] = (),
) -> Outcome:
    """Run ``command`` in ``folder`` and wait for its end; then no process of its is left.

    Args:
        command: Program and arguments. A program without a slash is looked up on the PATH it gets.
        folder: The one folder it may write to, its working directory; seen as ``folder_inside(folder)``. It and its
            content belong to the caller again afterwards.
        environment: Variables, beside HOME, TMPDIR, LANG and PATH, which are set here unless given.
        readable: Files and folders it may read, at the same place as outside, beside the system's /usr and so on. Where
            the caller is root it runs as another user, so they must be readable for all.
        network: Whether it has the machine's network; otherwise only a loopback of its own.
        timeout: Seconds after which all of it is killed.
        on_output: Called with each line it prints, without the line's end.
        allow_unsandboxed: Whether to run it as a child process where the machine cannot isolate it.
        cancelled: When set, all of it is killed.
        mounted: Folders it may read at another place than outside: place inside -> folder. Not there in a child
            process without isolation.
        hidden: Folders that it sees empty, though they lie in what it may read. The same holds.

    Raises:
        IsolationError: the machine cannot isolate it and ``allow_unsandboxed`` is not given, or it refused this time.
    """
    machine = isolation()
    output = Output(on_output)
    with tempfile.TemporaryDirectory(prefix="yunfn-isolated-") as work:
        home = Path(work) / "home"
        home.mkdir()
        if machine.mode == "namespaces":
            variables = {"HOME": _HOME, "TMPDIR": "/tmp", "PATH": _PATH, "LANG": "C.UTF-8", **environment}  # noqa: S108
            plan = _plan(machine, command, folder, home, Path(work), variables, readable, network)
            plan["binds"] += [[str(outside.resolve()), inside] for inside, outside in (mounted or {}).items()]
            plan["masks"] += [str(path.absolute()) for path in hidden]
            owner = None if machine.user_namespace else (plan["uid"], plan["gid"])
            lend(folder, owner)
            lend(home, owner)
            try:
                return _in_namespaces(plan, output, time.monotonic() + timeout, cancelled)
            finally:
                take_back(folder)
                take_back(home)
        if not allow_unsandboxed:
            raise IsolationError(
                f"this machine cannot isolate build scripts and hooks ({machine.reason}), and they would have your"
                " rights: build on Linux, where it can, or allow it with --allow-unsandboxed"
            )
        return run_child(command, folder, home, environment, output, time.monotonic() + timeout, cancelled)


def _plan(
    machine: Isolation,
    command: Sequence[str],
    folder: Path,
    home: Path,
    work: Path,
    variables: Mapping[str, str],
    readable: Sequence[Path],
    network: bool,
) -> dict[str, Any]:
    """What the launcher is told (launcher/private_root.py and launcher/supervisor.py name the keys)."""
    uid = _FIRST_UID + int.from_bytes(os.urandom(2), "big")
    root = work / "root"
    root.mkdir()
    binds = [[str(path.resolve()), str(path.absolute())] for path in readable if not path.is_relative_to("/usr")]
    files = {"/etc/passwd": _USERS.format(uid=uid, home=_HOME), "/etc/group": _GROUPS.format(uid=uid)}
    if network:
        present = [path for name in _NETWORK_FILES if (path := Path("/etc", name)).exists()]
        binds += [[str(path.resolve()), str(path)] for path in present]
    else:
        files["/etc/hosts"] = _HOSTS
    return {
        "namespaces": True,
        "user_namespace": machine.user_namespace,
        "host_network": network,
        "hostname": "build",
        "proxy_port": 0,
        "mount_point": str(root),
        "binds": binds,
        "writable": [[str(folder.resolve()), str(FOLDER)], [str(home), _HOME]],
        "layers": [],
        "layer_store": "",
        "masks": [],
        "files": files,
        "links": {},
        "tmp_mb": _TMP_MB,
        "uid": uid,
        "gid": uid,
        # In a user namespace the limit would count all of the caller's own processes on older kernels.
        "processes": 0 if machine.user_namespace else _PROCESSES,
        "cwd": str(FOLDER),
        "argv": list(command),
        "environment": dict(variables),
    }


def _in_namespaces(plan: dict[str, Any], output: Output, deadline: float, cancelled: threading.Event | None) -> Outcome:
    """Carry out the plan; whatever happens, the launcher and all it started are gone at the end."""
    ours, theirs = socket.socketpair()
    reader, writer = os.pipe()
    try:
        with theirs:
            process = launcher_process(theirs.fileno(), -1, writer)
    except OSError as error:
        ours.close()
        os.close(reader)
        raise IsolationError(f"the launcher of isolated processes cannot be started: {error}") from error
    finally:
        os.close(writer)
    with ours:
        try:
            ours.sendall(frame(plan))
            said, why = _follow(ours, reader, output, deadline, cancelled)
        finally:
            _end(process, ours, reader, output)
    return _outcome(said, why, output)


def _follow(
    control: socket.socket, reader: int, output: Output, deadline: float, cancelled: threading.Event | None
) -> tuple[bytes, str]:
    """Take in what is printed until the launcher closes its side; what it said, and why it was left before that."""
    said = b""
    sources: list[Any] = [control, reader]
    while True:
        ready, _, _ = select.select(sources, [], [], _LOOK_SECONDS)
        if reader in ready:
            data = os.read(reader, 1 << 16)
            if data:
                output.add(data)
            else:
                sources.remove(reader)
        if control in ready:
            data = control.recv(1 << 16)
            if not data:
                return said, ""
            said += data
        if time.monotonic() > deadline:
            return said, "timed_out"
        if cancelled is not None and cancelled.is_set():
            return said, "cancelled"


def _end(process: subprocess.Popen[bytes], control: socket.socket, reader: int, output: Output) -> None:
    """Have everything killed, wait until it is gone, take in the rest of what was printed."""
    with contextlib.suppress(OSError):
        control.shutdown(socket.SHUT_WR)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        # Its death is that of process 1 of the namespace (PR_SET_PDEATHSIG).
        process.kill()
        process.wait()
        # Whoever could write is gone, so this comes to an end.
        while data := os.read(reader, 1 << 16):
            output.add(data)
        os.close(reader)
        output.close()


def _outcome(said: bytes, why: str, output: Output) -> Outcome:
    messages, _ = unframe(said)
    for message in messages:
        if "failed" in message:
            if message.get("exec_errno"):
                return Outcome(NOT_EXECUTED, output.text() + str(message["failed"]) + "\n")
            raise IsolationError(f"this machine refused to isolate a process: {message['failed']}")
    if why:
        return Outcome(128 + 9, output.text(), timed_out=why == "timed_out", cancelled=why == "cancelled")
    codes = [message["exited"] for message in messages if "exited" in message]
    if not codes:
        raise IsolationError("the launcher of isolated processes ended without a word")
    return Outcome(codes[0], output.text())
