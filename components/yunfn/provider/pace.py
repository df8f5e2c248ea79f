"""When to look again at something that is under way: as often as needed, not more.

Each look is a call, and calls are counted. How long things take differs from cloud to cloud and day to day, but hardly
from one function to the next: the first one is looked at often, those after it once, when it is about to be done.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from yunfn.provider.operations import Operation

T = TypeVar("T")

# Seconds before the first look where nothing is known, and the growth from look to look.
_FIRST: Final = 0.1
_GROWTH: Final = 1.8
# Seconds between two looks at most; the first look is never later than a change can take that somebody waits for.
_LONGEST: Final = 5.0
# After the usual time has passed, the parts of it to wait between further looks, and their least.
_STEP: Final = 0.1
_LEAST: Final = 0.02
# How much earlier the next one is looked at, if this one was done at the first look.
_SOONER: Final = 0.9


class Pace:
    """What is known of how long one kind of change takes here."""

    def __init__(self) -> None:
        self._usual: float | None = None

    def looks(self) -> Iterator[float]:
        """Seconds to wait before each look, without end."""
        if self._usual is None:
            pause = _FIRST
        else:
            yield self._usual
            pause = max(_STEP * self._usual, _LEAST)
        while True:
            yield pause
            pause = min(pause * _GROWTH, _LONGEST)

    def done(self, seconds: float, earlier: float) -> None:
        """Take note that a change was found done after ``seconds``, and not done yet after ``earlier`` (0: no look)."""
        self._usual = min((seconds + earlier) / 2 if earlier else seconds * _SOONER, _LONGEST)


class Paces:
    """A pace for each kind of change, such as ``scf create``."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}

    def of(self, kind: str) -> Pace:
        """The pace of one kind of change."""
        return self._paces.setdefault(kind, Pace())


async def watched(
    operation: Operation,
    look: Callable[[], Awaitable[T]],
    under_way: Callable[[T], str | None],
    *,
    begun: str = "",
) -> T:
    """What ``look`` finds once ``under_way`` has nothing to tell of it any more; until then that is shown.

    ``begun`` is the kind of change that was begun just now, whose usual time is waited before the first look; without
    it the first look is at once.
    """
    pace = operation.paces.of(begun) if begun else Pace()
    since, earlier = time.monotonic(), 0.0
    for pause in itertools.chain(() if begun else (0.0,), pace.looks()):
        await operation.sleep(pause)
        found = await look()
        told, passed = under_way(found), time.monotonic() - since
        if told is None:
            pace.done(passed, earlier)
            return found
        earlier = passed
        operation.progress(told)
    raise AssertionError("there is always another look")
