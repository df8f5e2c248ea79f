"""Times and percentages as people write them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from yunfn.exceptions import ValidationError
from yunfn.program.rollout.quantities import percent, seconds


@pytest.mark.parametrize(
    ("written", "meant"),
    [(90, 90), (0.5, 0.5), ("90s", 90), ("10m", 600), ("1h", 3600), ("1h30m", 5400), ("1.5H", 5400), (" 2m 30s ", 150),
     (timedelta(minutes=3), 180), ("0s", 0)],
)  # fmt: skip
def test_a_time_is_read(written: Any, meant: float) -> None:
    assert seconds("live", "bake", written) == meant


@pytest.mark.parametrize(
    "written", ["", "10", "m", "10 minutes", "-5m", "1m1h", -1, True, None, float("nan"), float("inf"), "٣m", [1]]
)
def test_anything_else_is_no_time(written: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        seconds("live", "bake", written)
    assert raised.value.property == "bake"


def test_a_time_may_be_too_short() -> None:
    with pytest.raises(ValidationError, match="1 seconds at least"):
        seconds("live", "interval", "0.5s", least=1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [(10, "10"), (0.1, "0.1"), ("12.5", "12.5"), ("5 %", "5"), (Decimal("33.3"), "33.3"), (99.9, "99.9")],
)
def test_a_percentage_is_exact(written: Any, meant: str) -> None:
    assert percent("live", "weight", written) == Decimal(meant)


@pytest.mark.parametrize("written", [0, 100, -1, "ten", "", True, None, float("nan"), Decimal("Infinity"), "5 %%"])
def test_anything_else_is_no_percentage(written: Any) -> None:
    with pytest.raises(ValidationError) as raised:
        percent("live", "weight", written)
    assert raised.value.property == "weight"


def test_a_bound_may_be_included() -> None:
    assert percent("live", "gate", 100, including=True) == 100
    with pytest.raises(ValidationError, match="up to 50"):
        percent("live", "increase", 51, below=50, including=True)
