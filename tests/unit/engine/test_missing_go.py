"""No Go, or one too old: one sentence with what is missing and the two ways out, and exit code 2."""

from __future__ import annotations

import pytest

from unit.engine.checkout import Checkout


def test_no_go(checkout: Checkout) -> None:
    checkout.unset("go")
    ran = checkout.build()
    assert ran.returncode == 2
    assert ran.stderr == (
        "engine: there is no Go on this machine, and Pulumi CLI v3.259.0, Python language host v3.79.0, "
        "alicloud plugin 4.0.0 and tencentcloud plugin 0.2.3 must be built: "
        "either install Go >= 1.25.11 (https://go.dev/dl/), "
        "or install pulumi >= 3.237 (`curl -fsSL https://get.pulumi.com | sh`), "
        "the alicloud plugin (`pulumi plugin install resource alicloud 4.0.0`) and "
        "the tencentcloud plugin (`pulumi plugin install resource tencentcloud 0.2.3 "
        "--server github://api.github.com/tencentcloudstack`), and run this again\n"
    )


@pytest.mark.parametrize("version", ["1.20.14", "1.24.1", "1.25.10"])
def test_go_that_is_too_old_and_can_get_no_newer(checkout: Checkout, version: str) -> None:
    checkout.set("version", version)
    ran = checkout.build()
    assert ran.returncode == 2
    assert f"this machine has Go {version}, which is too old" in ran.stderr
    assert "install Go >= 1.25.11" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
    assert checkout.builds() == []


def test_go_that_says_nothing_of_use(checkout: Checkout) -> None:
    checkout.set("version", "nonsense")
    ran = checkout.build()
    assert ran.returncode == 2
    assert "a Go that does not tell its version" in ran.stderr


def test_old_go_that_fetches_a_newer_one(checkout: Checkout) -> None:
    checkout.set("version", "1.24.1")
    checkout.set("version_in_module", "1.25.11")
    assert checkout.build().returncode == 0
    assert len(checkout.builds()) == 4


def test_go_before_1_21_fetches_nothing_whatever_it_says(checkout: Checkout) -> None:
    checkout.set("version", "1.20.14")
    checkout.set("version_in_module", "1.25.11")
    assert checkout.build().returncode == 2


def test_the_oldest_go_that_will_do(checkout: Checkout) -> None:
    checkout.set("version", "1.25.11")
    assert checkout.build().returncode == 0


def test_go_is_not_missed_where_nothing_is_to_be_built(checkout: Checkout) -> None:
    checkout.build()
    checkout.unset("go")
    assert checkout.build().returncode == 0
