"""When a timer trigger is due: six-field cron expressions and intervals.

FCD "timer trigger": ``0 0 4 * * *`` (seconds first, UTC), ``CRON_TZ=Asia/Shanghai 0 0 4 * * *``, ``@every 5m``.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yunfn.localcloud.invocation.schedule import Cron, Every, Schedule, check_cron

_EVERY = re.compile(r"@every\s+((?:\d+(?:\.\d+)?(?:h|m|s))+)")
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def parse_schedule(expression: str, anchor: float) -> Schedule:
    """The schedule of a cronExpression; ``anchor`` is when the trigger was taken up, in epoch seconds.

    Raises ValueError, in words, for an expression that is none.
    """
    text = expression.strip()
    if text.startswith("@every"):
        return Every(_interval(text), anchor)
    zone: ZoneInfo = ZoneInfo("UTC")
    if text.startswith(("CRON_TZ=", "TZ=")):
        name, _, text = text.partition("=")[2].partition(" ")
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"cronExpression '{expression}': there is no time zone '{name}'") from error
    if len(text.split()) != 6:
        raise ValueError(f"cronExpression '{expression}' must have six fields, seconds first")
    try:
        check_cron(text)
    except ValueError as error:
        raise ValueError(f"cronExpression {error}") from error
    return Cron(text.strip(), zone)


def _interval(text: str) -> float:
    found = _EVERY.fullmatch(text)
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(found[1])) if found else 0.0
    if seconds <= 0:
        raise ValueError(f"'{text}' is no interval such as '@every 5m'")
    return seconds
