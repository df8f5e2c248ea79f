"""Steps with their times, shown as they run; the first that fails ends the demo with its name."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class StepFailedError(Exception):
    """A step did not do what it should; the text says what it did instead."""


class Steps:
    """Runs named steps one after the other and prints each with its time."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()
        self.failed = ""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step: a spinner on a terminal while it runs, a line with its time when it is done."""
        began = time.monotonic()
        try:
            if self._console.is_terminal:
                with self._console.status(title):
                    yield
            else:
                yield
        except BaseException:
            # Cleaning up afterwards has steps too; the first that failed is the one to name.
            self.failed = self.failed or title
            raise
        self._console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - began:.1f} s[/]")

    def say(self, text: str) -> None:
        """A line of detail under the step that runs."""
        self._console.print(f"    {text}", markup=False)
        sys.stdout.flush()

    def end(self, error: BaseException | None) -> int:
        """The last line and the exit code: 0, 1 for a failed step, 130 if interrupted."""
        total = f"{time.monotonic() - self._began:.1f} s"
        if error is None:
            self._console.print(f"demo: ok [dim]({total})[/]")
            return 0
        where = f" at: {self.failed}" if self.failed else ""
        if isinstance(error, KeyboardInterrupt):
            self._console.print(f"demo: interrupted{where} ({total})")
            return 130
        self._console.print(str(error), markup=False)
        self._console.print(f"[red]demo: failed{where}[/] ({total})")
        return 1
