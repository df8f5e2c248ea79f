"""What a rollout needs of the process that drives it: a clock, threads, an end, and somebody to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Surroundings(Protocol):
    """The plugin's operation, or a command line. Belongs to one event loop."""

    def now(self) -> float:
        """Unix seconds."""

    async def run(self, call: Callable[[], T]) -> T:
        """Run a blocking call in a thread; raises what it raises, and OperationStoppedError once stopped."""

    async def sleep(self, seconds: float) -> None:
        """Wait, but not past a stop; raises OperationStoppedError."""

    async def finish(self, call: Callable[[], T]) -> T:
        """Run a blocking call though it was stopped: what puts stable back."""

    def tell(self, line: str, *, lasting: bool = False) -> None:
        """Show a line; a ``lasting`` one is a line of a CI's log too."""
