"""Times of a timer trigger."""

from __future__ import annotations

import pytest

from yunfn.alibaba.cron import cron
from yunfn.exceptions import ValidationError


@pytest.mark.parametrize(
    "value",
    [
        "0 0 4 * * *",
        "CRON_TZ=Asia/Shanghai 0 0 4 * * *",
        "CRON_TZ=UTC 0 0/5 8-20 ? * MON-FRI",
        "*/10 * * * * *",
        "0 0 12 1 JAN,jul ?",
        "59 59 23 31 12 6",
        "@every 5m",
        "@every 1.5h",
        "@every 1h30m",
        "@every 30s",
    ],
)
def test_times_that_are_taken(value: str) -> None:
    cron("t", value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "1 fields"),
        ("0 4 * * *", "5 fields"),
        ("0 0 4 * * * 2026", "7 fields"),
        ("0  0 4 * * *", "7 fields"),
        ("60 0 4 * * *", "60"),
        ("0 0 24 * * *", "24"),
        ("0 0 4 32 * *", "32"),
        ("0 0 4 * 13 *", "13"),
        ("0 0 4 L * *", "field 4"),
        ("0 0 4 * * 5#2", "field 6"),
        ("0 0 4 15W * *", "field 4"),
        ("? 0 4 * * *", "field 1"),
        ("MON 0 4 * * *", "field 1"),
        ("H H 4 * * *", "field 1"),
        ("0 0 4 * * *\n", "field 6"),
        ("CRON_TZ=Mars/Olympus 0 0 4 * * *", "no time zone"),
        ("CRON_TZ=../etc 0 0 4 * * *", "no time zone"),
        ("CRON_TZ=Asia/Shanghai", "0 fields"),
        ("TZ=UTC 0 0 4 * * *", "7 fields"),
        ("@every", "@every 5m"),
        ("@every 5", "@every 5m"),
        ("@every 0m", "@every 5m"),
        ("@every -5m", "@every 5m"),
        ("@every 5d", "@every 5m"),
        ("@daily", "@every 5m"),
    ],
)
def test_times_that_are_refused(value: str, words: str) -> None:
    with pytest.raises(ValidationError) as error:
        cron("t", value)
    assert error.value.property == "cron"
    assert words in error.value.rule
