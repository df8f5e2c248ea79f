"""Finding, starting and speaking to a local cloud from another process."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yunfn.exceptions import LocalCloudError, LocalCloudNotRunningError, LocalCloudStartError
from yunfn.localcloud.environment import removed
from yunfn.localcloud.home import Home, default_folder

if TYPE_CHECKING:
    import httpx

# A server that fails tells so at once: this is for one that hangs, also on a machine that is busy.
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_ANSWER_SECONDS = 60.0
_FIND_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Connection:
    """A running local cloud: its home and the port of its proxy."""

    home: Home
    proxy_port: int
    pid: int

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call of the control API; raises LocalCloudError if it does not answer with success."""
        with self._client() as client:
            answer = client.request(method, path, **options)
        if answer.is_error:
            raise LocalCloudError(_refusal(answer))
        return answer

    def follow(self, path: str, document: Any) -> Iterator[dict[str, Any]]:
        """Post a document to the control API and yield the JSON lines it answers as they come; raises as ``ask``."""
        with self._client() as client, client.stream("POST", path, json=document) as answer:
            if answer.is_error:
                answer.read()
                raise LocalCloudError(_refusal(answer))
            for line in answer.iter_lines():
                yield json.loads(line)

    @contextlib.contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        # Not with the module: every command of yunfn would wait for it, those for layers too.
        import httpx

        control = str(self.home.control_socket)
        # Nobody else is on this socket, and no TLS: reading the authorities' certificates takes longer than the call.
        transport = httpx.HTTPTransport(uds=control, verify=False)
        try:
            # httpcore leaves a socket open that could not be connected.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(control)
            with httpx.Client(transport=transport, base_url="http://local", timeout=60, trust_env=False) as client:
                yield client
        except (OSError, httpx.TransportError) as error:
            raise LocalCloudNotRunningError(
                f"the local cloud at {self.home.folder} does not answer: {error}"
            ) from error


def _refusal(answer: httpx.Response) -> str:
    try:
        return f"the local cloud refused: {answer.json()['error']}"
    except (ValueError, KeyError, TypeError):
        asked = f"{answer.request.method} {answer.request.url.path}"
        return f"the local cloud refused {asked}: {answer.status_code} {answer.text}"


def find(home: Home) -> Connection | None:
    """The cloud that serves ``home``, or None; one that answers with a refusal is there too."""
    try:
        document = json.loads(home.server.read_text())
        connection = Connection(home, int(document["proxy_port"]), int(document["pid"]))
        connection.ask("GET", "/clock", timeout=_FIND_SECONDS)
    except (OSError, ValueError, KeyError, LocalCloudNotRunningError):
        return None
    except LocalCloudError:
        pass
    return connection


def connect(home: Home) -> Connection:
    """The cloud that serves ``home``; raises LocalCloudNotRunningError where there is none."""
    found = find(home)
    if found is None:
        raise LocalCloudNotRunningError(f"no local cloud runs at {home.folder}; start one: {_start_command(home)}")
    return found


def _start_command(home: Home) -> str:
    return "yunfn local start" + ("" if home.folder == default_folder() else f" --home {shlex.quote(str(home.folder))}")


def start(home: Home, port: int = 0) -> tuple[Connection, bool]:
    """Start the cloud of ``home`` in the background, or find it running: (connection, whether it was started).

    Raises LocalCloudStartError if it does not start, or runs on another port than the one asked for.
    """
    if (found := find(home)) is not None:
        return _on_port(found, port), False
    home.create()
    process: subprocess.Popen[bytes] | None = None
    try:
        with _interrupts_held():
            process = _spawn(home, ["--port", str(port)], stdin=subprocess.DEVNULL, start_new_session=True)
        told = _first_line(home, process)
        if "served_by" not in told:
            return _connection(home, told), True
    except BaseException:
        # Also an interrupt: whoever breaks off a start wants no cloud to be there.
        if process is not None:
            process.terminate()
            process.wait(_STOP_SECONDS)
        raise
    finally:
        if process is not None:
            assert process.stdout is not None
            process.stdout.close()
            # It is meant to outlive this process; subprocess would report it as forgotten.
            process.returncode = process.returncode or 0
    return _on_port(_started_by_another(home, told), port), False


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back until the block is left: a process begun in it is then known, and can be ended."""
    if threading.current_thread() is not threading.main_thread():
        # Interrupts are the main thread's.
        yield
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            signal.raise_signal(signal.SIGINT)


def _on_port(found: Connection, port: int) -> Connection:
    if port not in (0, found.proxy_port):
        raise LocalCloudStartError(
            f"the local cloud runs on port {found.proxy_port} already, not on {port}: yunfn local stop, then start"
        )
    return found


def _started_by_another(home: Home, told: dict[str, Any]) -> Connection:
    """The cloud that another command started at the same time, as soon as it answers."""
    deadline = time.monotonic() + _FIND_SECONDS
    while time.monotonic() < deadline:
        if (found := find(home)) is not None:
            return found
        time.sleep(0.05)
    raise LocalCloudStartError(f"{told['error']} and does not answer; end it: yunfn local stop")


def stop(connection: Connection) -> None:
    """Stop the cloud and wait until its process is gone; raises LocalCloudError if it will not go."""
    try:
        connection.ask("POST", "/stop")
    except LocalCloudError:
        # It may have ended by itself meanwhile.
        with contextlib.suppress(ProcessLookupError):
            os.kill(connection.pid, signal.SIGTERM)
    _wait_gone(connection.pid)


def stop_silent(home: Home) -> int | None:
    """End a server of ``home`` that does not answer; returns its process id, None if there is none.

    Raises LocalCloudError if it had to be killed.
    """
    try:
        with home.lock.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                pid = int(lock.read())
            else:
                return None
    except FileNotFoundError:
        return None
    os.kill(pid, signal.SIGTERM)
    _wait_gone(pid)
    return pid


def _wait_gone(pid: int) -> None:
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        if not _alive(pid):
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise LocalCloudError(f"the local cloud (process {pid}) did not stop in {_STOP_SECONDS:.0f} s; killed")


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
        told = _first_line(home, process)
        if "served_by" in told:
            raise LocalCloudStartError(told["error"])
        yield _connection(home, told)
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
    log = os.open(home.server_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    # It speaks to nobody: keys of a real account would only lie open in its environment for as long as it runs.
    gone = set(removed(os.environ))
    try:
        return subprocess.Popen(
            # -P: no module of the folder that the user happens to be in stands in for one of the server's.
            [sys.executable, "-P", "-m", "yunfn.localcloud.server", str(home.folder), *arguments],
            stdin=stdin,
            env={name: value for name, value in os.environ.items() if name not in gone},
            stdout=subprocess.PIPE,
            stderr=log,
            # Ctrl-C in the terminal is for the command, not for its cloud.
            process_group=None if start_new_session else 0,
            start_new_session=start_new_session,
        )
    finally:
        os.close(log)


def _first_line(home: Home, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What the server tells once it serves; raises LocalCloudStartError with its words, or the end of its log."""
    assert process.stdout is not None
    deadline = time.monotonic() + _START_SECONDS
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        more = os.read(process.stdout.fileno(), 65536) if ready else b""
        if not more:
            process.kill()
            process.wait()
            tail = "\n".join(home.server_log.read_text(errors="replace").splitlines()[-12:])
            raise LocalCloudStartError(f"the local cloud did not start; the end of {home.server_log}:\n{tail}")
        line += more
    document: dict[str, Any] = json.loads(line)
    if "error" in document and "served_by" not in document:
        process.wait()
        raise LocalCloudStartError(f"the local cloud did not start: {document['error']}")
    return document


def _connection(home: Home, told: dict[str, Any]) -> Connection:
    return Connection(home, int(told["proxy_port"]), int(told["pid"]))


def _alive(pid: int) -> bool:
    # Signal 0 also finds zombies; a child of ours that ended must be reaped to be gone.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        # Orphans that ended are listed until init reaps them: late or, in containers without a true one, never.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True
