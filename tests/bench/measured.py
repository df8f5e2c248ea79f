"""Runs a command and measures it: wall seconds, CPU seconds and the peak memory of its whole process tree."""

from __future__ import annotations

import contextlib
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from tests.bench.model import BenchError

# Short beside what is measured, and some 2 % of one core.
_INTERVAL_SECONDS = 0.15
_GRACE_SECONDS = 20.0
_SHOWN_CHARACTERS = 3000
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took.

    ``seconds`` is wall time, ``busy`` the CPU seconds (user and system) of the tree. ``peak`` is the largest sum of
    resident memory over the tree at one moment, in MB; it is sampled, and counts pages that two processes share
    twice. ``peaks`` is each program's own peak, ``cpu`` the CPU seconds of each as last seen.
    """

    seconds: float
    busy: float
    peak: float
    output: str
    peaks: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)


def run(command: list[str], folder: Path, environment: Mapping[str, str]) -> Usage:
    """Run ``command`` to its end; raises BenchError, with what it said, on another exit code than 0.

    Whatever interrupts the wait, no process of the tree stays behind.
    """
    with tempfile.TemporaryFile("w+") as output:
        before, began = _busy(), time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        with _ended_with(process), _Sampler(process.pid) as sampler:
            code = process.wait()
            seconds = time.perf_counter() - began
        busy = _busy() - before
        output.seek(0)
        text = output.read()
    if code != 0:
        raise BenchError(f"{' '.join(command)} ended with {code}:\n{text[-_SHOWN_CHARACTERS:]}")
    return Usage(seconds, busy, sampler.peak / _MB, text, {k: v / _MB for k, v in sampler.peaks.items()}, sampler.cpu)


@contextlib.contextmanager
def _ended_with(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Ends the whole tree if the block is left while the process runs: by Ctrl-C first, then by force."""
    try:
        yield
    except BaseException:
        # Plugins are in process groups of their own: the terminal's Ctrl-C does not reach them.
        tree = _tree(process.pid)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(_GRACE_SECONDS)
        for each in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()
        raise


def _busy() -> float:
    """CPU seconds of all children that ended and were waited for, theirs included (getrusage(2))."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


class _Sampler(threading.Thread):
    """Reads the tree's resident memory and CPU time again and again while the block lasts."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self._cpu: dict[tuple[str, int], float] = {}
        self.peak = 0
        self.peaks: dict[str, int] = {}

    @property
    def cpu(self) -> dict[str, float]:
        """CPU seconds by program, as last seen."""
        found: dict[str, float] = {}
        for (name, _), seconds in self._cpu.items():
            found[name] = found.get(name, 0.0) + seconds
        return found

    def __enter__(self) -> _Sampler:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        while not self._done.wait(_INTERVAL_SECONDS):
            resident: dict[str, int] = {}
            for process in _tree(self._pid):
                # Processes come and go between the listing and the look.
                with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied), process.oneshot():
                    name = _program(process)
                    times = process.cpu_times()
                    self._cpu[name, process.pid] = times.user + times.system
                    resident[name] = resident.get(name, 0) + process.memory_info().rss
            self.peak = max(self.peak, sum(resident.values()))
            for name, size in resident.items():
                self.peaks[name] = max(self.peaks.get(name, 0), size)


def _program(process: psutil.Process) -> str:
    """What to call a process: its program, and ``python program`` for the user's."""
    name = process.name()
    return "python program" if name.startswith("python") else name
