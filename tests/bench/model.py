"""What a bench is and what it answers: rows of ours beside theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from tests.bench.progress import Progress


@dataclass(frozen=True, slots=True)
class Goal:
    """What a ratio should be: at most, or at least, ``limit``."""

    limit: float
    at_most: bool = True

    def met(self, ratio: float) -> bool:
        """Whether a ratio is within the goal."""
        return ratio <= self.limit if self.at_most else ratio >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured thing: ours beside theirs, in ``unit``; None where a side was not measured.

    ``samples`` holds the single measurements behind ours and theirs (which are medians where there are several).
    """

    what: str
    unit: str
    ours: float | None
    theirs: float | None
    goal: Goal | None = None
    note: str = ""
    samples: dict[str, list[float]] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Ours by theirs."""
        return self.ours / self.theirs if self.ours is not None and self.theirs else None

    @property
    def verdict(self) -> str:
        """``met``, ``MISSED``, ``not measured``, or "" where there is no goal."""
        if self.goal is None:
            return ""
        if self.ratio is None:
            return "not measured"
        return "met" if self.goal.met(self.ratio) else "MISSED"


class BenchError(Exception):
    """A bench could not run; the text says what was missing or failed. A missed goal is no error."""


class Bench(Protocol):
    """One bench. ``ours`` and ``theirs`` say in a few words what stands beside what."""

    name: str
    summary: str
    ours: str
    theirs: str

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """Measure. ``quick`` leaves out what takes minutes. Raises BenchError if it cannot."""
        ...
