"""When something is due, again and again: cron expressions and intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from croniter import CroniterError, croniter


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
    """A cron expression, seconds first (and a year last, where it has seven fields), in a time zone."""

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


def check_cron(expression: str) -> None:
    """Raise ValueError, in words, for an expression (seconds first) that is none."""
    try:
        croniter(expression, datetime.now(UTC), second_at_beginning=True)
    except (CroniterError, ValueError) as error:
        raise ValueError(f"'{expression}': {error}") from error
