"""Writers of a rollout's phases and measurements into log projects: one backend per file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

#: Seconds for all tries of one write: what is driven waits meanwhile.
WRITING: Final = 15.0


def writing(passes: Callable[[BaseException], bool]) -> Retrying:
    """Tries a write again for 15 s where its error ``passes``; raises the last one."""
    return Retrying(
        retry=retry_if_exception(passes),
        wait=wait_random_exponential(multiplier=0.2, max=2),
        stop=stop_after_delay(WRITING),
        reraise=True,
    )


def moment_of(line: Mapping[str, str]) -> float:
    """When a line was (unix seconds): its ``time``, in RFC 3339; now where it has none."""
    try:
        return datetime.strptime(line.get("time", ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return time.time()
