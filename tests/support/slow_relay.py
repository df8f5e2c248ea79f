"""A relay that holds each connection to a rate, as a line to a cloud does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from support.relay import Relay


class SlowRelay(Relay):
    """Passes on ``rate`` bytes a second up each connection.

    ``before_answer`` is called before anything of the cloud's is passed back.
    """

    block = 16384
    # Else the kernel takes megabytes off a client before the relay has seen one.
    buffer = 128 * 1024

    def __init__(self, target: int, rate: float) -> None:
        self.rate = rate
        self.before_answer: Callable[[], None] = lambda: None
        super().__init__(target)

    def before(self, size: int, up: bool) -> None:
        if up:
            time.sleep(size / self.rate)
        else:
            self.before_answer()


def slow_relay(target: int, rate: float) -> contextlib.closing[SlowRelay]:
    """A relay for the duration of a block."""
    return contextlib.closing(SlowRelay(target, rate))
