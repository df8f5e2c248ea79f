"""Who the plugin speaks for: the provider's settings, else the environment, as all official clients read it.

The settings of the provider ``yunfn`` are ``accessKey``, ``secretKey``, ``securityToken`` and ``region``; without
keys there the environment's are taken, read by ``yunfn.storage.alibaba_session``.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from yunfn.exceptions import AccountMismatchError
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties

# The SDKs take long to import; a preview needs none of them.
if TYPE_CHECKING:
    from yunfn.storage.alibaba_session import AlibabaSession

# What the environment calls the provider's settings.
_SETTINGS = {
    "accessKey": "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "secretKey": "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "securityToken": "ALIBABA_CLOUD_SECURITY_TOKEN",
}
_REGION = "ALIBABA_CLOUD_REGION"


class Sessions:
    """The sessions of one provider, one per region, each opened once."""

    def __init__(self, settings: Properties) -> None:
        self._settings = settings
        self._open: dict[str, AlibabaSession] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def alibaba(self, operation: Operation, account: str, region: str) -> AlibabaSession:
        """The session for ``region``, after making sure that its keys belong to ``account``.

        Raises:
            AccountMismatchError: they belong to another account.
            CloudAnswerError: there are none, or STS does not accept them.
        """
        session = await self.alibaba_in(operation, region)
        if session.account != account:
            raise AccountMismatchError(
                f"{operation.name}: belongs to account {account}, but the credentials of the provider yunfn belong to "
                f"account {session.account}. Nothing was changed. The provider takes them from the environment; give "
                "it those of the other account by an explicit provider: yunfn.resources.Provider(..., access_key=…, "
                "secret_key=…), passed in the option providers"
            )
        return session

    async def alibaba_in(self, operation: Operation, region: str) -> AlibabaSession:
        """The session for ``region``, whatever account its keys belong to. Raises CloudAnswerError."""
        async with self._locks.setdefault(region, asyncio.Lock()):
            if region not in self._open:
                self._open[region] = await operation.run(self._opened, region)
        return self._open[region]

    def default_region(self) -> str:
        """The region in the settings, else the environment's, else empty."""
        return str(self._settings.known("region") or os.environ.get(_REGION) or os.environ.get("ALICLOUD_REGION") or "")

    def _opened(self, region: str) -> AlibabaSession:
        from yunfn.storage import alibaba_session

        given = {name: str(value) for key, name in _SETTINGS.items() if (value := self._settings.known(key))}
        # Keys of two origins never mix: a token of the environment does not belong to keys of the settings.
        return alibaba_session.from_environment(region, given or os.environ)
