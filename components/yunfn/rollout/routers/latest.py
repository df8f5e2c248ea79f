"""Calls of which the latest counts: one that puts stable back is not undone by an earlier one that is still tried."""

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
# Seconds that a call is tried again for, at most: one that shifts, and one that only looks.
_SENDING: Final = 45.0
_LOOKING: Final = 20.0
_LONGEST_WAIT: Final = 2.0


def looking(passing: Callable[[BaseException], bool], call: Callable[[], T]) -> T:
    """What a call that changes nothing answers; errors that are ``passing`` are tried again for 20 s."""
    return _retrying(passing, _LOOKING, threading.Event())(call)


class LatestCall:
    """Sends the calls that move one alias; from any thread, because a stop does not wait for the call under way.

    Errors that are ``passing`` are tried again for 45 s, and not at all once a later call has begun. A call that began
    while another was under way is sent at once, and once more when that one has ended: in what order both arrived
    nobody knows.
    """

    def __init__(self, passing: Callable[[BaseException], bool]) -> None:
        self._passing = passing
        self._lock = threading.Lock()
        self._under_way: dict[threading.Event, threading.Event] = {}

    def send(self, call: Callable[[], T]) -> T:
        """What ``call``, which may be made more than once, answers; raises its errors."""
        superseded, ended = threading.Event(), threading.Event()
        with self._lock:
            earlier = list(self._under_way.items())
            for other, _ in earlier:
                other.set()
            self._under_way[superseded] = ended
        try:
            answer = _retrying(self._passing, _SENDING, superseded)(call)
            for _, end in earlier:
                # Ends by itself: no call waits longer for the cloud than its timeouts, and none is tried again now.
                end.wait(_SENDING)
            if earlier and not superseded.is_set():
                answer = _retrying(self._passing, _SENDING, superseded)(call)
            return answer
        finally:
            with self._lock:
                del self._under_way[superseded]
            ended.set()


def _retrying(passing: Callable[[BaseException], bool], seconds: float, end: threading.Event) -> Retrying:
    return Retrying(
        retry=retry_if_exception(passing),
        wait=wait_random_exponential(multiplier=0.1, max=_LONGEST_WAIT),
        stop=stop_any(stop_after_delay(seconds), stop_when_event_set(end)),
        sleep=sleep_using_event(end),
        reraise=True,
    )
