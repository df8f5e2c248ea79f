"""When a timer trigger is due: cron expressions of seven fields, or the older five (SCFD "timer trigger").

Seven: second, minute, hour, day, month, weekday (0 is Sunday), year; five: minute, hour, day, month, weekday. The time
zone is China's. Given both, day and weekday each count.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from yunfn.localcloud.invocation.schedule import Cron, Schedule, check_cron

CHINA = ZoneInfo("Asia/Shanghai")


def parse_cron(expression: str) -> Schedule:
    """The schedule of a cron expression; raises ValueError, in words, for one that is none."""
    fields = expression.split()
    if len(fields) == 5:
        fields = ["0", *fields, "*"]
    if len(fields) != 7:
        raise ValueError(f"'{expression}' must have seven fields, seconds first and the year last")
    text = " ".join(fields)
    check_cron(text)
    return Cron(text, CHINA)
