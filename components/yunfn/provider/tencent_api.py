"""Tencent Cloud's API 3.0 as the plugin's resources ask it: limited in rate, repeated where that helps, stoppable.

What passes by itself is tried again, with growing random waits, for as long as the operation may take: no answer, HTTP
5xx, ``InternalError*`` and ``RequestLimitExceeded*``. Everything else is told at once. (The tencentcloud provider also
repeats ResourceInUse and ResourceUnavailable for minutes, which never helps: its source, 1.81.90.)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.operations import Operation
from yunfn.provider.repeating import repeated
from yunfn.storage.tencent_refusals import THROTTLED, passes

if TYPE_CHECKING:
    from yunfn.storage.tencent_client import TencentClient

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

        async def known(refused: CloudAnswerError) -> dict[str, Any] | None:
            # What was throttled surely did not arrive.
            return await landed() if landed is not None and not refused.code.startswith(THROTTLED) else None

        limit = operation.limits.of(self.account, self._product, action)
        return await repeated(
            operation, limit, lambda: operation.run(self._client.ask, action, parameters), passes, known
        )

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
