"""``yunfn local run``: the command's own exit code, streams, options and signals, in a cloud's environment."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from unit.cli.command import Yunfn

# Says "ready", then how often it was interrupted; a second SIGINT makes pulumi give up its state.
_COUNTS = """\
import signal, sys, time
seen = []
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, lambda number, frame: seen.append(signal.Signals(number).name))
print("ready", flush=True)
end = time.monotonic() + 20
while not seen and time.monotonic() < end:
    time.sleep(0.01)
time.sleep(0.3)
print(",".join(seen), flush=True)
sys.exit(9)
"""


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -9 $$"], 137),
        (["no-such-command"], 127),
        (["/etc/passwd"], 126),
    ],
)
def test_it_ends_as_the_command_does(started: Yunfn, command: list[str], code: int) -> None:
    assert started("local", "run", "--", *command).returncode == code


def test_a_command_that_is_not_there_is_named(started: Yunfn) -> None:
    assert "error: cannot run no-such-command: No such file" in started("local", "run", "no-such-command").stderr


def test_the_commands_options_need_no_dashes_before_them(started: Yunfn) -> None:
    done = started("local", "run", "--region", "cn-beijing", "sh", "-c", 'echo "$ALICLOUD_REGION $1"', "sh", "--help")
    assert done.stdout == "cn-beijing --help\n"


def test_standard_streams_are_the_commands(started: Yunfn) -> None:
    done = started("local", "run", "--", "sh", "-c", "cat; echo said >&2", stdin="x\n")
    assert (done.stdout, done.stderr) == ("x\n", "said\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_yunfn_alone_reaches_the_command_once(started: Yunfn, number: signal.Signals) -> None:
    command = started.command("local", "run", "--", sys.executable, "-c", _COUNTS)
    with subprocess.Popen(command, env=started.variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.read() == f"{number.name}\n"
        assert process.wait(20) == 9


def test_ctrl_c_in_a_terminal_reaches_the_command_once(started: Yunfn) -> None:
    command = started.command("local", "run", "--", sys.executable, "-c", _COUNTS)
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], command, started.variables)
    said = b""
    try:
        while b"ready" not in said:
            said += os.read(terminal, 1024)
        os.write(terminal, b"\x03")
        while b"SIGINT" not in said:
            said += os.read(terminal, 1024)
    finally:
        _, status = os.waitpid(child, 0)
        os.close(terminal)
    assert said.count(b"SIGINT") == 1
    assert os.waitstatus_to_exitcode(status) == 9


def test_without_a_started_cloud_one_lives_as_long_as_the_command(yunfn: Yunfn) -> None:
    done = yunfn("local", "run", "--", "sh", "-c", 'echo "$YUNFN_LOCAL"; test -d "$YUNFN_LOCAL"')
    assert done.returncode == 0
    assert "a new cloud for this command only" in done.stderr
    assert not Path(done.stdout.strip()).exists()
    assert yunfn.leftovers() == []


def test_a_terminated_run_leaves_no_cloud(yunfn: Yunfn) -> None:
    command = yunfn.command("local", "run", "--", "sh", "-c", "echo ready; exec sleep 60")
    with subprocess.Popen(command, env=yunfn.variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(30) == 128 + signal.SIGTERM
    assert yunfn.leftovers() == []


def test_a_killed_run_leaves_no_cloud(yunfn: Yunfn) -> None:
    command = yunfn.command("local", "run", "--", "sh", "-c", "echo $$; exec sleep 60")
    with subprocess.Popen(command, env=yunfn.variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()
        os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while yunfn.leftovers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert yunfn.leftovers() == []


def test_yunfn_inside_speaks_to_the_cloud_it_is_in(started: Yunfn) -> None:
    inside = " ".join(started.command("local", "status", "--json"))
    outer = json.loads(started("local", "status", "--json").stdout)
    same = json.loads(started("local", "run", "--", "sh", "-c", inside).stdout)
    assert same["account"] == outer["account"]
    fresh = started("local", "run", "--fresh", "--", "sh", "-c", inside)
    assert json.loads(fresh.stdout)["account"] != outer["account"]


def test_a_run_inside_a_run_uses_the_same_cloud(started: Yunfn) -> None:
    show = 'echo "$ALIBABA_CLOUD_ACCOUNT_ID $PYTHONPATH"'
    once = started("local", "run", "--", "sh", "-c", show)
    twice = started("local", "run", "--", *started.command("local", "run", "--", "sh", "-c", show))
    assert twice.stdout == once.stdout
    assert twice.stderr == ""


def test_a_cloud_that_is_named_must_be_there(started: Yunfn) -> None:
    done = started("local", "run", "--home", started.folder / "other", "--", "true")
    assert done.returncode == 1
    assert f"yunfn local start --home {started.folder / 'other'}" in done.stderr


def test_fresh_and_home_exclude_each_other(started: Yunfn) -> None:
    assert started("local", "run", "--fresh", "--home", started.home.folder, "--", "true").returncode == 2
