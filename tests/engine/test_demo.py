"""``make demo`` and ``make real`` as a user runs them: whole, interrupted, and without keys."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.pulumi_cli import ROOT
from yunfn.localcloud.connection import Connection

pytestmark = pytest.mark.engine
DEMO = [sys.executable, "-m", "tests.demo"]


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """An environment in which whatever the demo leaves behind would lie in a folder of the test's own."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    # Short, because the control socket's name lies below it.
    with contextlib.suppress(OSError):
        short = Path(tempfile.mkdtemp(prefix="y"))
        temporary.rmdir()
        temporary.symlink_to(short)
    return dict(os.environ) | {"TMPDIR": str(temporary.resolve())}


@pytest.fixture(autouse=True)
def nothing_left(place: dict[str, str]) -> Iterator[None]:
    """After each test: no file of the demo's, and no process that came from it."""
    yield
    folder = Path(place["TMPDIR"])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (list(folder.iterdir()) or _processes(folder)):
        time.sleep(0.2)
    assert [path.name for path in folder.iterdir()] == []
    assert _processes(folder) == []
    folder.rmdir()


def _processes(folder: Path) -> list[str]:
    """Command lines of processes that were started with the test's temporary folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            if process.environ().get("TMPDIR") == str(folder):
                found.append(" ".join(process.info["cmdline"] or []))
    return found


def test_the_demo_ends_well_and_says_each_steps_time(place: dict[str, str]) -> None:
    # Keys of real accounts lie in many an environment; the demo looks for them at its end, among others.
    outer = {
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "OuterSecretOfNobody0123456789",
        "VAULT_TOKEN": "s.OuterTokenOfNobody01234",
    }
    done = subprocess.run(DEMO, cwd=ROOT, env=place | outer, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"demo: ok \(\d+\.\d s\)", lines[-1])
    steps = [line for line in lines if line.startswith("✓")]
    assert len(steps) >= 11
    assert all(re.search(r" \d+\.\d s$", line) for line in steps)
    assert any("FC Invoke End" in line for line in lines)
    assert any("layer version: image-dev-packages:1" in line for line in lines)
    # The upload's token, the database's password, the passphrase, an owner's key in each cloud, and the outer two.
    assert any("secrets: in no state, journal, log" in step for step in steps)
    assert any(line.strip().startswith("looked for 7;") for line in lines)


@pytest.mark.parametrize("after", ["local cloud:", "✓ bootstrap", "✓ upload"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill-9"])
def test_the_demo_can_be_stopped_anywhere_and_leaves_nothing(
    place: dict[str, str], after: str, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        DEMO, cwd=ROOT, env=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    )
    assert process.stdout is not None
    for line in process.stdout:
        if after in line:
            break
    time.sleep(0.7)
    if number is signal.SIGINT:
        # A terminal sends Ctrl-C to all processes in its foreground.
        os.killpg(process.pid, number)
    else:
        process.kill()
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(60) == (130 if number is signal.SIGINT else -signal.SIGKILL), rest
    if number is signal.SIGINT:
        assert "demo: interrupted" in rest


def test_a_failing_step_is_named(place: dict[str, str]) -> None:
    # Without the provider plugin the first up fails.
    place |= {"YUNFN_ENGINE_HOME": str(Path(place["TMPDIR"]) / "engine")}
    code = (
        "import sys; sys.argv = ['demo']; sys.path[:0] = ['.', 'tests']\n"
        "from tests.demo import places\n"
        "places.engine_variables = lambda: {'PULUMI_HOME': '/nonexistent/pulumi'}\n"
        "import runpy; runpy.run_module('tests.demo', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=place, capture_output=True, text=True, timeout=200
    )
    assert done.returncode != 0
    assert "demo: failed at: bootstrap: the artifact bucket" in done.stdout, done.stdout + done.stderr


def test_make_real_without_keys_says_so_and_does_nothing(place: dict[str, str]) -> None:
    without = {name: value for name, value in place.items() if not name.startswith(("ALIBABA", "ALICLOUD"))}
    done = subprocess.run(
        [*DEMO, "--real", "alibaba"], cwd=ROOT, env=without, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "make real needs keys of a real account" in done.stderr
    assert "Nothing was done" in done.stderr


def test_make_real_refuses_a_local_clouds_environment(place: dict[str, str], variables: dict[str, str]) -> None:
    done = subprocess.run(
        [*DEMO, "--real", "alibaba", "--yes"], cwd=ROOT, env=variables | {"TMPDIR": place["TMPDIR"]},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "belongs to a local cloud" in done.stderr


@pytest.mark.parametrize("real", ["alibaba", "tencent"])
def test_make_real_creates_and_destroys_in_the_account_of_the_keys(
    place: dict[str, str], variables: dict[str, str], cloud: Connection, real: str
) -> None:
    """The way of ``make real``, with the local cloud standing in for the account: nothing tells it so."""
    child = {name: value for name, value in variables.items() if name != "YUNFN_LOCAL"} | {"TMPDIR": place["TMPDIR"]}
    before = cloud.ask("GET", "/status").json()["documents"]
    done = subprocess.run(
        [*DEMO, "--real", real, "--yes"], cwd=ROOT, env=child, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "creates, and destroys again" in done.stdout
    assert "✓ destroy" in done.stdout
    after = cloud.ask("GET", "/status").json()["documents"]
    left = {kind for kind in after if after[kind] > before.get(kind, 0)}
    gone = ("fc/functions", "ram/", "log/", "scf/functions", "cam/", "cls/")
    assert not {kind for kind in left if kind.startswith(gone)}, left
