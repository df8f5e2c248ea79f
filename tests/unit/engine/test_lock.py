"""Two builds at a time: one builds, the other waits, says so and builds nothing."""

from __future__ import annotations

import time

from unit.engine.checkout import ALL, Checkout


def wait_for_a_build(checkout: Checkout) -> None:
    deadline = time.monotonic() + 60
    while not checkout.builds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_second_waits_says_so_and_builds_nothing(checkout: Checkout) -> None:
    checkout.set("wait", "")
    first = checkout.start()
    wait_for_a_build(checkout)
    second = checkout.start("--json")
    assert second.stderr is not None
    of_second = second.stderr.readline()
    # Only now that it has said so may the first go on.
    checkout.unset("wait")
    _, of_first = first.communicate(timeout=60)
    environment, rest = second.communicate(timeout=60)
    of_second += rest
    assert (first.returncode, second.returncode) == (0, 0), (of_first, of_second)
    assert f"another build of the engine is under way (process {first.pid}); waiting for it" in of_second
    assert "waiting" not in of_first
    assert checkout.builds() == ALL
    assert "PULUMI_HOME" in environment


def test_the_lock_ends_with_its_process(checkout: Checkout) -> None:
    checkout.set("wait", "")
    first = checkout.start()
    wait_for_a_build(checkout)
    first.kill()
    first.communicate(timeout=60)
    checkout.unset("wait")
    ran = checkout.build()
    assert ran.returncode == 0
    assert "waiting" not in ran.stderr
