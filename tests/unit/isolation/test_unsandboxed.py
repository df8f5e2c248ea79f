"""Where a machine cannot isolate and the user allows it: a clean environment, an empty home, an end in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yunfn.isolation import Isolation, Outcome, run_isolated

Run = Callable[..., Outcome]


@pytest.fixture
def run(fallback: Isolation, tmp_path: Path) -> Run:
    folder = tmp_path / "folder"
    folder.mkdir()

    def run(line: str, **options: Any) -> Outcome:
        settings: dict[str, Any] = {"folder": folder, "environment": {}, "timeout": 20, "allow_unsandboxed": True}
        return run_isolated(["/bin/sh", "-c", line], **(settings | options))

    return run


def test_the_environment_is_clean_and_home_is_empty(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "the developer's")
    told = dict(line.split("=", 1) for line in run("env; ls -A $HOME >&2", environment={"A": "b"}).output.splitlines())
    assert set(told) == {"A", "HOME", "TMPDIR", "LANG", "PATH", "PWD"} and told["A"] == "b"
    assert told["HOME"] == told["TMPDIR"] != str(Path.home()) and not Path(told["HOME"]).exists()


def test_its_end_is_told(run: Run, tmp_path: Path) -> None:
    assert run("echo said; exit 3") == Outcome(3, "said\n")
    assert run("kill -TERM $$").code == 128 + 15
    assert (tmp_path / "folder").is_dir() and run("pwd").output == f"{tmp_path}/folder\n"


def test_a_program_that_is_not_there(fallback: Isolation, tmp_path: Path) -> None:
    done = run_isolated(["no-such"], folder=tmp_path, environment={}, timeout=5, allow_unsandboxed=True)
    assert (done.code, done.output) == (127, "no-such: No such file or directory\n")


def test_it_ends_in_time_with_its_children(run: Run, tmp_path: Path) -> None:
    begun = time.monotonic()
    done = run(f"(sleep 3; echo late > {tmp_path}/late) & sleep 60", timeout=0.5)
    assert done.timed_out and done.code == 137 and time.monotonic() - begun < 30
    time.sleep(3)
    assert not (tmp_path / "late").exists()


def test_it_can_be_cancelled_and_its_lines_are_passed_on(run: Run) -> None:
    event, seen = threading.Event(), []

    def heard(line: str) -> None:
        seen.append(line)
        event.set()

    done = run("echo one; sleep 60", cancelled=event, on_output=heard)
    assert done.cancelled and seen == ["one"]
