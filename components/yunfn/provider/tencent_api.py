"""Tencent Cloud's API 3.0 as the plugin's resources ask it: limited in rate, repeated where that helps, stoppable.

What passes by itself is tried again, with growing random waits, for as long as the operation may take: no answer, HTTP
5xx, ``InternalError*`` and ``RequestLimitExceeded*``. Everything else is told at once. (The tencentcloud provider also
repeats ResourceInUse and ResourceUnavailable for minutes, which never helps: its source, 1.81.90.)
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from yunfn.exceptions import CloudAnswerError, OperationStoppedError
from yunfn.provider.operations import Operation
from yunfn.storage.tencent_refusals import THROTTLED, passes

if TYPE_CHECKING:
    from yunfn.storage.tencent_client import TencentClient

# Seconds: the longest of the first waits, doubled each time, and the longest of all.
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 10.0

Landed = Callable[[], Awaitable[dict[str, Any] | None]]


class TencentApi:
    """One product of Tencent Cloud in one region, for one account (its APPID)."""

    def __init__(self, client: TencentClient, product: str, account: str, region: str) -> None:
        self._client = client
        self._product = product
        self.account = account
        self.region = region

    async def call(
        self, operation: Operation, action: str, parameters: Mapping[str, Any], *, landed: Landed | None = None
    ) -> dict[str, Any]:
        """What the API answers, ``RequestId`` included.

        ``landed`` is for calls that must not be made twice: where one may have arrived although no success was
        answered, it is asked before the next, and if it knows an answer, that is the answer.

        Raises:
            CloudAnswerError: the API refused.
            OperationStoppedError: it was stopped, or its time was up; the text holds what was answered last.
        """
        wait, last = _FIRST_WAIT, None
        limit = operation.limits.of(self.account, self._product, action)
        try:
            while True:
                await limit.turn(operation)
                try:
                    return await operation.run(self._client.ask, action, parameters)
                except CloudAnswerError as error:
                    if not passes(error):
                        raise
                    last = error
                pause = random.uniform(0, wait)  # noqa: S311
                operation.progress(f"again in {pause:.1f} s: {last}")
                await operation.sleep(pause)
                wait = min(2 * wait, _LONGEST_WAIT)
                uncertain = not last.code.startswith(THROTTLED)
                if landed is not None and uncertain and (answer := await landed()) is not None:
                    return answer
        except OperationStoppedError:
            # With what was answered last: it is why there was no end.
            if last is not None:
                operation.proceed(last)
            raise

    async def find(
        self, operation: Operation, action: str, parameters: Mapping[str, Any], missing: Collection[str]
    ) -> dict[str, Any] | None:
        """What the API answers; None exactly where it refuses with one of the codes in ``missing``. Raises as call."""
        try:
            return await self.call(operation, action, parameters)
        except CloudAnswerError as error:
            if error.code in missing:
                return None
            raise
