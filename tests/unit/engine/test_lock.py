"""Two builds at a time: one builds, the other waits, says so and builds nothing."""

from __future__ import annotations

import time

from unit.engine.checkout import ALL, Checkout


def test_the_second_waits_says_so_and_builds_nothing(checkout: Checkout) -> None:
    checkout.set("slow", "0.5")
    first = checkout.start()
    deadline = time.monotonic() + 30
    while not checkout.builds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    second = checkout.start("--json")
    _, of_first = first.communicate(timeout=30)
    environment, of_second = second.communicate(timeout=30)
    assert (first.returncode, second.returncode) == (0, 0), (of_first, of_second)
    assert f"another build of the engine is under way (process {first.pid}); waiting for it" in of_second
    assert "waiting" not in of_first
    assert checkout.builds() == ALL
    assert "PULUMI_HOME" in environment


def test_the_lock_ends_with_its_process(checkout: Checkout) -> None:
    checkout.set("slow", "30")
    first = checkout.start()
    while not checkout.builds():
        time.sleep(0.02)
    first.kill()
    first.communicate(timeout=20)
    checkout.unset("slow")
    ran = checkout.build()
    assert ran.returncode == 0
    assert "waiting" not in ran.stderr
