"""A relay that drops connections, or falls silent, as networks do."""

from __future__ import annotations

import contextlib
import threading

from support.relay import Relay


class FaultyRelay(Relay):
    """``budgets`` holds, for each connection to come, the bytes that it passes on to the cloud before it is reset, and
    ``down_budgets`` those that come back; once a list is empty, connections live. While ``silent`` is set nothing is
    passed on in either direction.
    """

    def __init__(self, target: int) -> None:
        self.budgets: list[int] = []
        self.down_budgets: list[int] = []
        self.dropped = 0
        self.silent = threading.Event()
        self._over = threading.Event()
        super().__init__(target)

    def close(self) -> None:
        self._over.set()
        super().close()

    def budgets_of_next(self) -> tuple[int | None, int | None]:
        with self._lock:
            up = self.budgets.pop(0) if self.budgets else None
            return up, self.down_budgets.pop(0) if self.down_budgets else None

    def before(self, size: int, up: bool) -> None:
        while self.silent.is_set() and not self._over.wait(0.01):
            pass

    def resets(self) -> None:
        with self._lock:
            self.dropped += 1


def faulty_relay(target: int) -> contextlib.closing[FaultyRelay]:
    """A relay for the duration of a block."""
    return contextlib.closing(FaultyRelay(target))
