"""Aggregates of the log services that SQLite does not have."""

from __future__ import annotations

from yunfn.localcloud.nearest_rank import nearest_rank


class CountIf:
    """``count_if(x)``: how many rows there are for which x holds; NULL does not."""

    def __init__(self) -> None:
        self._count = 0

    def step(self, value: int | None) -> None:
        """One more row."""
        self._count += bool(value)

    def finalize(self) -> int:
        """The count."""
        return self._count


class ApproxDistinct:
    """``approx_distinct(x)``: how many values of x there are; the true services approximate."""

    def __init__(self) -> None:
        self._values: set[str | int | float] = set()

    def step(self, value: str | int | float | None) -> None:
        """One more row."""
        if value is not None:
            self._values.add(value)

    def finalize(self) -> int:
        """The count."""
        return len(self._values)


class ApproxPercentile:
    """``approx_percentile(x, percentage)``: of x in ascending order the one at that percentage (0–1); NULL of none.

    The true services approximate; here it is the nearest rank, exactly.
    """

    def __init__(self) -> None:
        self._values: list[float] = []
        self._percentage = 0.0

    def step(self, value: float | None, percentage: float) -> None:
        """One more row."""
        self._percentage = percentage
        if value is not None:
            self._values.append(value)

    def finalize(self) -> float | None:
        """The percentile."""
        return nearest_rank(self._values, self._percentage) if self._values else None
