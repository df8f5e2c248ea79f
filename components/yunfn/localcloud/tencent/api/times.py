"""How API 3.0 writes moments without a zone: in China's time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
"""China's only time zone; no daylight saving."""


def china_time(moment: datetime) -> str:
    """A moment as ``YYYY-MM-DD HH:MM:SS`` of China's clocks."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
