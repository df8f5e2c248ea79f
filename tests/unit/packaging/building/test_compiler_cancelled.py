"""Ctrl-C while the compiler's libraries are made: all of zig ends at once, and nothing half made stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.exceptions import BuildError
from yunfn.packaging.building import WheelBuilder, compiler, run_hook
from yunfn.packaging.building.compiler import prepare_compiler
from yunfn.packaging.building.locks import locked
from yunfn.packaging.definition.model import Hook
from yunfn.packaging.target import Target

TRIPLE = "x86_64-linux-gnu.2.17"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def processes(cache: Path) -> list[int]:
    """The running processes that were told to keep zig's libraries below ``cache``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told, state = (folder / "environ").read_bytes(), (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if b"ZIG_GLOBAL_CACHE_DIR=" + os.fsencode(cache) in told and state != "Z":
            found.append(int(folder.name))
    return found


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_zig_and_all_it_started_end_at_once(cache: Path, fc36: Target, tmp_path: Path) -> None:
    cancelled, said, when = threading.Event(), [], 0.0

    def cancel() -> None:
        nonlocal when
        wait_for(lambda: len(processes(cache)) > 1)
        when = time.monotonic()
        cancelled.set()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(BuildError, match=rf"preparing the C\+\+ compiler for {TRIPLE} was cancelled"):
        prepare_compiler(
            cache, fc36, tmp_path / "p", Path("/tmp/zig"), compiled=True, cplusplus=True, progress=said.append,
            cancelled=cancelled,
        )  # fmt: skip
    # Looked for ten times a second; the rest is for a busy machine.
    assert time.monotonic() - when < 15
    thread.join()
    assert said == [f"preparing the C++ compiler for {TRIPLE} (once, up to two minutes)"]
    assert processes(cache) == [] and [path.suffix for path in cache.iterdir()] == [".lock"]


def test_what_outlives_its_parent_ends_too(
    cache: Path, fc36: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """(zig's own processes end with it, of later versions' nobody knows.)"""
    program, cancelled = tmp_path / "zig", threading.Event()
    program.write_text("#!/bin/sh\nsleep 60 &\nwait\n")
    program.chmod(0o755)
    monkeypatch.setattr(compiler, "find_zig", lambda: program)
    threading.Timer(0.5, cancelled.set).start()
    begun = time.monotonic()
    with pytest.raises(BuildError, match="was cancelled"):
        prepare_compiler(
            cache, fc36, tmp_path / "p", Path("/tmp/zig"), compiled=True, cplusplus=False, progress=print,
            cancelled=cancelled,
        )  # fmt: skip
    assert time.monotonic() - begun < 15 and processes(cache) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_behind(number: int, code: int, cache: Path, fc36: Target, tmp_path: Path) -> None:
    program = (
        "import signal, sys, threading\nfrom pathlib import Path\n"
        "from yunfn.packaging.building.compiler import prepare_compiler\n"
        "from yunfn.packaging.layer.interruption import interruptible\n"
        "from yunfn.packaging.target import Target\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell start with it ignored\n"
        "cancelled = threading.Event()\n"
        "with interruptible(cancelled):\n"
        "    prepare_compiler(Path(sys.argv[1]), Target.parse('alibaba:python3'), Path(sys.argv[2]), Path('/tmp/zig'),"
        " compiled=True, cplusplus=True, progress=print, cancelled=cancelled)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4] / "components")}
    command = [sys.executable, "-c", program, str(cache), str(tmp_path / "p")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: len(processes(cache)) > 1)
        process.send_signal(number)
        assert process.wait(30) == code
    assert processes(cache) == [] and [path.suffix for path in cache.iterdir()] == [".lock"]


def test_who_waits_for_another_that_prepares_ends_too(cache: Path, fc36: Target, tmp_path: Path) -> None:
    cancelled, said = threading.Event(), []
    with pytest.raises(BuildError, match="was cancelled"):
        prepare_compiler(
            cache, fc36, tmp_path / "p", Path("/tmp/zig"), compiled=True, cplusplus=False,
            progress=lambda line: cancelled.set(), cancelled=cancelled,
        )  # fmt: skip
    [lock] = cache.glob("*.lock")
    cancelled.clear()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(lock):
            held.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    begun = time.monotonic()
    threading.Timer(0.5, cancelled.set).start()
    with pytest.raises(BuildError, match=rf"preparing the C compiler for {TRIPLE} was cancelled"):
        prepare_compiler(
            cache, fc36, tmp_path / "p", Path("/tmp/zig"), compiled=True, cplusplus=False, progress=said.append,
            cancelled=cancelled,
        )  # fmt: skip
    assert 0.4 < time.monotonic() - begun < 30 and said == []
    done.set()
    holder.join()


def test_a_hook_ends_while_its_compiler_is_prepared(cache: Path, fc36: Target, tmp_path: Path) -> None:
    cancelled = threading.Event()
    with pytest.raises(BuildError, match=r"preparing the C\+\+ compiler .* was cancelled"):
        run_hook(
            Hook("$CXX --version"), tmp_path, fc36, cache=cache, cancelled=cancelled,
            progress=lambda line: cancelled.set() if line.startswith("preparing") else None,
        )  # fmt: skip


def test_a_wheel_ends_while_its_compiler_is_prepared(
    builder: WheelBuilder, make_sdist: Callable[..., Path], fc36: Target
) -> None:
    builder._progress = lambda line: builder._cancelled.set() if line.startswith("preparing") else None
    with pytest.raises(BuildError, match=r"preparing the C\+\+ compiler .* was cancelled"):
        builder.wheel(make_sdist(files={"x.cpp": ""}), "probe", "1.0", fc36)
