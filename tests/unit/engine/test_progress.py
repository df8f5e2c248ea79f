"""In a terminal a step ticks on one line; the line that stays says how it ended."""

from __future__ import annotations

import io
import time

import pytest

from enginebuild.progress import Progress, duration


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    def wait_for(self, text: str) -> None:
        """Return once ``text`` was written."""
        deadline = time.monotonic() + 60
        while text not in self.getvalue():
            assert time.monotonic() < deadline, self.getvalue()
            time.sleep(0.05)


def test_a_terminal_shows_time_and_detail_while_a_step_runs() -> None:
    terminal = Terminal()
    progress = Progress(terminal)
    with progress.step("building it"):
        # The first tick has no detail yet: the one that ticks may be slower to begin than this.
        terminal.wait_for("building it … ")
        progress.detail("3 modules fetched, 4 packages compiled")
        terminal.wait_for("4 packages compiled")
    lines = terminal.getvalue().split("\r\x1b[K")
    assert len(lines) > 3
    assert all(line.startswith("engine: building it … ") for line in lines[1:])
    assert "packages" not in lines[-1]
    assert lines[-1].endswith(" s\n")


def test_lines_fit_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    progress = Progress(terminal)
    with progress.step("building"):
        progress.detail("x" * 100)
        terminal.wait_for("xxx")
    ticks = terminal.getvalue().split("\r\x1b[K")[1:-1]
    assert max(len(line) for line in ticks) == 39


def test_a_failed_step_says_so() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="no"), Progress(stream).step("building it"):
        raise ValueError("no")
    assert stream.getvalue().startswith("engine: building it … failed after 0.")


@pytest.mark.parametrize(("seconds", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (42.4, "42 s"), (126, "2 min 06 s")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
