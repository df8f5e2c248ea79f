"""Who holds a lease, and whether that process lives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import msgspec
import pytest

from support.rollout_runs import PLACE
from yunfn.rollout import holder
from yunfn.rollout.holder import Holder, holder_here, is_dead, person
from yunfn.rollout.lease import LENGTH, held_by_another, lease, refusal

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a process is, Linux tells in /proc")


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until it is killed."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def _of(process: int) -> Holder:
    here = holder_here()
    return Holder("other", here.host, process, holder._started(process) or "")


def test_two_controllers_in_one_process_are_two() -> None:
    one, two = holder_here(), holder_here()
    assert one.name != two.name and one.name.startswith(person())
    assert (one.host, one.process, one.started) == (two.host, os.getpid(), two.started)


@linux
def test_a_killed_process_is_dead_at_once_also_while_its_parent_has_not_asked(other: subprocess.Popen[bytes]) -> None:
    held = lease(_of(other.pid), 0)
    assert not is_dead(held)
    other.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    assert is_dead(held), "a zombie"
    other.wait()
    assert is_dead(held), "gone"


@linux
def test_a_number_that_came_again_is_another_process(other: subprocess.Popen[bytes]) -> None:
    held = lease(_of(other.pid), 0)
    assert is_dead(msgspec.structs.replace(held, started="1"))
    assert not is_dead(msgspec.structs.replace(held, started=""))


def test_of_another_host_nobody_knows() -> None:
    held = lease(Holder("other", "elsewhere", 2**22 - 1, "1"), 0)
    assert not is_dead(held)


def test_a_lease_keeps_others_out_until_its_end_or_its_holders() -> None:
    mine, other = Holder("me", "h", 1, ""), Holder("you", "h/boot/space", 2, "")
    held = lease(other, 100)
    assert held.until == 100 + LENGTH
    assert held_by_another(held, mine, 159, lambda held: False) is held
    assert held_by_another(held, mine, 160, lambda held: False) is None
    assert held_by_another(held, mine, 101, lambda held: True) is None
    assert held_by_another(held, other, 101, lambda held: False) is None
    assert held_by_another(None, mine, 101, lambda held: False) is None
    assert "hello:live: its rollout is driven by you on h, whose lease lasts until 00:02:40 UTC" in str(
        refusal(PLACE, held)
    )
