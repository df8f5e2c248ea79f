"""Times of timers: seven fields, from seconds to years."""

from __future__ import annotations

import pytest

from yunfn.exceptions import ValidationError
from yunfn.tencent.cron import cron


@pytest.mark.parametrize(
    "value",
    [
        "0 0 3 * * * *",
        "*/5 * * * * * *",
        "0 15 10 1,15 * * *",
        "0 0 12 1 JAN MON-FRI 2030",
        "0 0 3 * * 0-6 2026-2030",
    ],
)
def test_times_that_are_taken(value: str) -> None:
    cron("t", value)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("0 0 3 * * *", "6 fields"),
        ("0 3 * * *", "5 fields"),
        ("@every 5m", "2 fields"),
        ("CRON_TZ=UTC 0 0 3 * * * *", "8 fields"),
        ("0 0 0 ? * * *", "field 4"),
        ("0 0 0 L * * *", "field 4"),
        ("0 0 MON * * * *", "field 3"),
        ("60 0 0 * * * *", "out of range"),
        ("0 0 0 32 * * *", "out of range"),
        ("0 0 0 * * 8 *", "out of range"),
        ("0  0 3 * * * *", "8 fields"),
    ],
)
def test_times_that_are_refused(value: str, rule: str) -> None:
    with pytest.raises(ValidationError) as error:
        cron("t", value)
    assert error.value.property == "cron"
    assert rule in error.value.rule
    assert "seven fields" in error.value.rule
