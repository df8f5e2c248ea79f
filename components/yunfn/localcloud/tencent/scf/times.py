"""Times as SCF tells them: China's, to the second, without a zone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def written(moment: datetime) -> str:
    """A time as the API writes it: ``2026-01-31 08:00:00``."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
