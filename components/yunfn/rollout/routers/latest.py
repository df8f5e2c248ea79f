"""Calls that move an alias: tried again for a short while, and no more once a later one has begun.

Whoever moves an alias looks again at record and lease between its tries; so those of one call end soon. One that puts
stable back must not be undone by an earlier one, which a stopped operation left behind in its thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_delay,
    stop_any,
    stop_when_event_set,
    wait_random_exponential,
)
from tenacity.nap import sleep_using_event

T = TypeVar("T")

#: Seconds for a connection to stand, and for each wait for bytes: what puts stable back may have to wait for a call.
CONNECT, READ = 5, 10
# Seconds that a call is tried again for, at most: one that shifts, and one that only looks. With its last try a shift
# ends within 20 s, in which its lease must last (``yunfn.rollout.lease.MARGIN``).
_SENDING: Final = 5.0
_LOOKING: Final = 20.0
_LONGEST_WAIT: Final = 2.0


def looking(passing: Callable[[BaseException], bool], call: Callable[[], T]) -> T:
    """What a call that changes nothing answers; errors that are ``passing`` are tried again for 20 s."""
    return _retrying(passing, _LOOKING, threading.Event())(call)


class LatestCall:
    """Sends the calls that move one alias, from any thread.

    Errors that are ``passing`` are tried again for 5 s, and not at all once a later call has begun: a call waits for
    the cloud as long as its timeouts say, and no longer.
    """

    def __init__(self, passing: Callable[[BaseException], bool]) -> None:
        self._passing = passing
        self._lock = threading.Lock()
        self._superseded = threading.Event()

    def send(self, call: Callable[[], T]) -> T:
        """What ``call``, which may be made more than once, answers; raises its errors."""
        with self._lock:
            self._superseded.set()
            self._superseded = mine = threading.Event()
        return _retrying(self._passing, _SENDING, mine)(call)


def _retrying(passing: Callable[[BaseException], bool], seconds: float, end: threading.Event) -> Retrying:
    return Retrying(
        retry=retry_if_exception(passing),
        wait=wait_random_exponential(multiplier=0.1, max=_LONGEST_WAIT),
        stop=stop_any(stop_after_delay(seconds), stop_when_event_set(end)),
        sleep=sleep_using_event(end),
        reraise=True,
    )
