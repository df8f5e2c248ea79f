"""Seven-field cron expressions: second, minute, hour, day, month, weekday, year ("Timer trigger", Cron expression)."""

from __future__ import annotations

from yunfn.localcloud.invocation.schedule import check_cron

_FIELDS = 7


def is_cron(expression: str) -> bool:
    """Whether an expression is one that a timer takes."""
    if len(expression.split(" ")) != _FIELDS:
        return False
    try:
        check_cron(expression)
    except ValueError:
        return False
    return True
