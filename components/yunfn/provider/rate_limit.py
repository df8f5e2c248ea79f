"""How often one API is asked: never more than it takes, in the order of asking, whoever asks.

Tencent Cloud counts per account and API, 20 requests a second unless its page says otherwise (API 3.0 documentation,
"frequency limit"). One plugin process holds one set of limits for all of its resources and providers.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yunfn.provider.operations import Operation

#: Requests a second to one API of one account.
DEFAULT_RATE: Final = 20
# Seconds that the cloud's second may be longer by than ours: requests arrive closer together than they left.
_SLACK: Final = 0.1


class RateLimit:
    """At most ``rate`` turns in any second, first come, first served. Belongs to one event loop."""

    def __init__(self, rate: int = DEFAULT_RATE) -> None:
        self._given: deque[float] = deque(maxlen=rate)

    async def turn(self, operation: Operation) -> None:
        """Wait for a turn, without spinning; raises OperationStoppedError once the operation is stopped.

        Its place is given at once, so that nobody overtakes; that of a stopped operation stays empty.
        """
        operation.proceed()
        now = time.monotonic()
        full = len(self._given) == self._given.maxlen
        at = max(now, self._given[0] + 1 + _SLACK) if full else now
        self._given.append(at)
        if at > now:
            await operation.sleep(at - now)


class RateLimits:
    """A limit for each account, product and API."""

    def __init__(self, rate: int = DEFAULT_RATE) -> None:
        self._rate = rate
        self._limits: dict[tuple[str, str, str], RateLimit] = {}

    def of(self, account: str, product: str, action: str) -> RateLimit:
        """The limit of one API in one account."""
        return self._limits.setdefault((account, product, action), RateLimit(self._rate))
