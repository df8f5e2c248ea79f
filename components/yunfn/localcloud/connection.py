"""Finding, starting and speaking to a local cloud from another process."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from yunfn.exceptions import LocalCloudError, LocalCloudNotRunningError, LocalCloudStartError
from yunfn.localcloud.home import Home

_START_SECONDS = 30.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A running local cloud: its home and the port of its proxy."""

    home: Home
    proxy_port: int
    pid: int

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call of the control API; raises LocalCloudError if it does not answer with success."""
        control = str(self.home.control_socket)
        transport = httpx.HTTPTransport(uds=control)
        try:
            # httpcore leaves a socket open that could not be connected.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(control)
            with httpx.Client(transport=transport, base_url="http://local", timeout=60, trust_env=False) as client:
                answer = client.request(method, path, **options)
        except (OSError, httpx.TransportError) as error:
            raise LocalCloudNotRunningError(
                f"the local cloud at {self.home.folder} does not answer: {error}"
            ) from error
        if answer.is_error:
            raise LocalCloudError(f"the local cloud refused {method} {path}: {answer.status_code} {answer.text}")
        return answer


def find(home: Home) -> Connection | None:
    """The cloud that serves ``home``, or None."""
    try:
        document = json.loads(home.server.read_text())
        connection = Connection(home, int(document["proxy_port"]), int(document["pid"]))
        connection.ask("GET", "/clock")
    except (OSError, ValueError, KeyError, LocalCloudNotRunningError):
        return None
    return connection


def connect(home: Home) -> Connection:
    """The cloud that serves ``home``; raises LocalCloudNotRunningError where there is none."""
    found = find(home)
    if found is None:
        raise LocalCloudNotRunningError(f"no local cloud runs at {home.folder}; start one: yunfn local start")
    return found


def start(home: Home, port: int = 0) -> tuple[Connection, bool]:
    """Start the cloud of ``home`` in the background, or find it running: (connection, whether it was started)."""
    if (found := find(home)) is not None:
        return found, False
    home.create()
    process = _spawn(home, ["--port", str(port)], stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return _wait_ready(home, process), True
    finally:
        assert process.stdout is not None
        process.stdout.close()
        # It is meant to outlive this process; subprocess would report it as forgotten.
        process.returncode = process.returncode or 0


def stop(connection: Connection) -> None:
    """Stop the cloud and wait until its process is gone; raises LocalCloudError if it will not go."""
    connection.ask("POST", "/stop")
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        if not _alive(connection.pid):
            return
        time.sleep(0.05)
    os.kill(connection.pid, signal.SIGKILL)
    raise LocalCloudError(f"the local cloud (process {connection.pid}) did not stop in {_STOP_SECONDS:.0f} s; killed")


@contextlib.contextmanager
def temporary(folder: Path | None = None) -> Iterator[Connection]:
    """A cloud for the duration of the block; its folder goes with it (``folder`` is kept if given).

    The server ends by itself if this process dies.
    """
    place = folder or Path(tempfile.mkdtemp(prefix="yunfn-local-"))
    home = Home(place)
    home.create()
    # The server removes the folder itself: this process may be killed before it could.
    process = _spawn(home, ["--owned", *([] if folder else ["--remove"])], stdin=subprocess.PIPE)
    try:
        yield _wait_ready(home, process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


def _spawn(home: Home, arguments: list[str], *, stdin: int, start_new_session: bool = False) -> subprocess.Popen[bytes]:
    home.server.unlink(missing_ok=True)
    log = os.open(home.server_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "yunfn.localcloud.server", str(home.folder), *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=log,
            # Ctrl-C in the terminal is for the command, not for its cloud.
            process_group=None if start_new_session else 0,
            start_new_session=start_new_session,
        )
    finally:
        os.close(log)


def _wait_ready(home: Home, process: subprocess.Popen[bytes]) -> Connection:
    assert process.stdout is not None
    timer = time.monotonic() + _START_SECONDS
    os.set_blocking(process.stdout.fileno(), False)
    line = b""
    while time.monotonic() < timer and not line.endswith(b"\n"):
        line += process.stdout.read() or b""
        if process.poll() is not None:
            break
        time.sleep(0.01)
    if not line.endswith(b"\n"):
        process.kill()
        process.wait()
        tail = "\n".join(home.server_log.read_text(errors="replace").splitlines()[-12:])
        raise LocalCloudStartError(f"the local cloud did not start; the end of {home.server_log}:\n{tail}")
    document = json.loads(line)
    return Connection(home, int(document["proxy_port"]), int(document["pid"]))


def _alive(pid: int) -> bool:
    # Signal 0 also finds zombies; a child of ours that ended must be reaped to be gone.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
