"""What runs at the moment: a line with a clock on a terminal, a plain line a step elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner


class Progress:
    """Shows steps on standard error, so that standard output holds the tables only."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step: a clock runs beside it while it lasts, then a line says how long it took."""
        began = time.monotonic()
        if not self._console.is_terminal:
            self._console.print(f"… {title}", markup=False)
            yield
        else:
            spinner = _Clock(title, began)
            with Live(spinner, console=self._console, refresh_per_second=8, transient=True):
                yield
        self._console.print(f"  {title}: {time.monotonic() - began:.1f} s", markup=False)

    def say(self, text: str) -> None:
        """A line of its own."""
        self._console.print(text, markup=False)


class _Clock:
    """A spinner whose text tells the seconds so far."""

    def __init__(self, title: str, began: float) -> None:
        self._title = title
        self._began = began
        self._spinner = Spinner("dots")

    def __rich__(self) -> Spinner:
        self._spinner.update(text=f"{self._title} {time.monotonic() - self._began:.0f} s")
        return self._spinner
