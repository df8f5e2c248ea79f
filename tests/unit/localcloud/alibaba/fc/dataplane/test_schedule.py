"""Cron expressions and intervals."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from yunfn.localcloud.alibaba.fc.dataplane.schedule import parse_schedule


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("expression", "moment", "due"),
    [
        ("0 0 4 * * *", "2026-03-01 04:00:00", "2026-03-02 04:00:00"),
        ("*/15 * * * * *", "2026-03-01 00:00:14", "2026-03-01 00:00:15"),
        ("0 0 12 ? * MON", "2026-03-01 00:00:00", "2026-03-02 12:00:00"),
        ("0 0 0 1 * *", "2026-03-01 00:00:00", "2026-04-01 00:00:00"),
        ("CRON_TZ=Asia/Shanghai 0 0 4 * * *", "2026-03-01 00:00:00", "2026-03-01 20:00:00"),
        ("TZ=America/New_York 0 30 9 * * *", "2026-03-07 20:00:00", "2026-03-08 13:30:00"),
        ("@every 90s", "2026-03-01 00:00:00", "2026-03-01 00:01:30"),
        ("@every 1h30m", "2026-03-01 01:30:00", "2026-03-01 03:00:00"),
    ],
)
def test_the_next_moment(expression: str, moment: str, due: str) -> None:
    assert parse_schedule(expression, at("2026-03-01 00:00:00")).after(at(moment)) == at(due)


def test_moments_between_hold_their_bounds_and_the_newest() -> None:
    anchor = at("2026-03-01 00:00:00")
    for expression in ("0 * * * * *", "@every 1m"):
        schedule = parse_schedule(expression, anchor)
        assert schedule.latest(anchor, anchor + 120, 10) == [anchor + 60, anchor + 120]
        assert schedule.latest(anchor + 60, anchor + 179.5, 10) == [anchor + 120]
        assert schedule.latest(anchor, anchor, 10) == []
        last = anchor + 10**7 // 60 * 60
        assert schedule.latest(anchor, anchor + 10**7, 2) == [last - 60, last]


@pytest.mark.parametrize(
    "text", ["", "* * * * *", "0 99 * * * *", "@every", "@every 5 minutes", "CRON_TZ=Nowhere/X 0 0 4 * * *"]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cronExpression|interval"):
        parse_schedule(text, 0.0)
