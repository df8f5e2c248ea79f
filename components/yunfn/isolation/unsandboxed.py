"""The way out where a machine cannot isolate: a child process with a clean environment and an empty home, no more.

Its files and network are the user's own; whoever calls this has asked the user first.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from yunfn.isolation.outcome import NOT_EXECUTED, Outcome, Output

_LOOK_SECONDS = 0.1
# Programs on Windows do not start without these.
_WINDOWS = ("SYSTEMROOT", "COMSPEC", "PATHEXT", "WINDIR")


def run_child(
    command: Sequence[str],
    folder: Path,
    home: Path,
    environment: Mapping[str, str],
    output: Output,
    deadline: float,
    cancelled: threading.Event | None,
) -> Outcome:
    """Run ``command`` in ``folder`` until its end, ``deadline`` (time.monotonic) or ``cancelled``; kill its group then.

    ``home`` is its home and its folder for temporary files; PATH is the caller's.
    """
    path = os.environ.get("PATH", os.defpath)
    own = {name: os.environ[name] for name in _WINDOWS if name in os.environ}
    variables = {**own, "HOME": str(home), "TMPDIR": str(home), "PATH": path, "LANG": "C.UTF-8", **environment}
    try:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return Outcome(NOT_EXECUTED, f"{command[0]}: {error.strerror}\n")
    # A thread, as select reads no pipes on Windows.
    reading = threading.Thread(target=_read, args=(process, output), daemon=True)
    reading.start()
    timed_out = stopped = False
    try:
        while process.poll() is None and not timed_out and not stopped:
            reading.join(_LOOK_SECONDS)
            timed_out = time.monotonic() > deadline
            stopped = cancelled is not None and cancelled.is_set()
    finally:
        _kill(process)
        reading.join()
        output.close()
    killed = timed_out or stopped
    code = 128 + 9 if killed else process.returncode if process.returncode >= 0 else 128 - process.returncode
    return Outcome(code, output.text(), timed_out=timed_out, cancelled=stopped)


def _read(process: subprocess.Popen[bytes], output: Output) -> None:
    assert process.stdout is not None
    with process.stdout as pipe:
        while data := os.read(pipe.fileno(), 1 << 16):
            output.add(data)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it left in its group, so that nobody holds its output open."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):  # all of it is gone
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
