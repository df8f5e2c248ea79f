"""Asking again where a refusal passes by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_random_exponential

T = TypeVar("T")
# A person waits for the answer: four tries, within half a minute.
_TRIES, _SECONDS, _LONGEST_WAIT = 4, 30, 5.0


def repeated(call: Callable[[], T], passes: Callable[[BaseException], bool]) -> T:
    """What ``call`` answers, asked again with growing random waits (seconds) while its refusal ``passes``."""
    tries = Retrying(
        retry=retry_if_exception(passes),
        stop=stop_after_attempt(_TRIES) | stop_after_delay(_SECONDS),
        wait=wait_random_exponential(multiplier=0.3, max=_LONGEST_WAIT),
        sleep=lambda seconds: time.sleep(seconds),
        reraise=True,
    )
    return tries(call)
