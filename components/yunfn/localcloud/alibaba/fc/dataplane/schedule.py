"""When a timer trigger is due: six-field cron expressions and intervals.

FCD "timer trigger": ``0 0 4 * * *`` (seconds first, UTC), ``CRON_TZ=Asia/Shanghai 0 0 4 * * *``, ``@every 5m``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

_EVERY = re.compile(r"@every\s+((?:\d+(?:\.\d+)?(?:h|m|s))+)")
_PART = re.compile(r"(\d+(?:\.\d+)?)(h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}


class Schedule(Protocol):
    """A series of moments, in epoch seconds."""

    def after(self, moment: float) -> float:
        """The first moment later than ``moment``."""
        ...

    def latest(self, after: float, until: float, limit: int) -> list[float]:
        """The moments in (``after``, ``until``], oldest first; of more than ``limit`` the newest."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """``@every``: each ``seconds`` from ``anchor``: when the trigger was set or changed, or the cloud started."""

    seconds: float
    anchor: float

    def after(self, moment: float) -> float:
        """The first moment later than ``moment``; never before one whole interval has passed."""
        return self.anchor + max(1, math.floor((moment - self.anchor) / self.seconds) + 1) * self.seconds

    def latest(self, after: float, until: float, limit: int) -> list[float]:
        """The moments in (``after``, ``until``], oldest first; of more than ``limit`` the newest."""
        last = math.floor((until - self.anchor) / self.seconds)
        first = max(1, math.floor((after - self.anchor) / self.seconds) + 1, last - limit + 1)
        return [self.anchor + number * self.seconds for number in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression of six fields, seconds first, in a time zone."""

    expression: str
    zone: ZoneInfo

    def after(self, moment: float) -> float:
        """The first moment later than ``moment``."""
        return float(self._iterator(moment).get_next(float))

    def latest(self, after: float, until: float, limit: int) -> list[float]:
        """The moments in (``after``, ``until``], oldest first; of more than ``limit`` the newest."""
        # croniter goes back to before its start only; a second later makes ``until`` itself one of the moments.
        iterator = self._iterator(math.floor(until) + 1)
        found: list[float] = []
        while len(found) < limit and (moment := iterator.get_prev(float)) > after:
            found.append(moment)
        return found[::-1]

    def _iterator(self, moment: float) -> croniter:
        return croniter(self.expression, datetime.fromtimestamp(moment, self.zone), second_at_beginning=True)


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
        croniter(text, datetime.now(UTC), second_at_beginning=True)
    except (CroniterError, ValueError) as error:
        raise ValueError(f"cronExpression '{expression}': {error}") from error
    return Cron(text.strip(), zone)


def _interval(text: str) -> float:
    found = _EVERY.fullmatch(text)
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(found[1])) if found else 0.0
    if seconds <= 0:
        raise ValueError(f"'{text}' is no interval such as '@every 5m'")
    return seconds
