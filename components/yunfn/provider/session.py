"""Who the plugin speaks for: the provider's settings, else the environment, as all official clients read it.

The settings of the provider ``yunfn`` are ``accessKey``, ``secretKey``, ``securityToken`` and ``region``; without
keys there the environment's are taken, read by ``yunfn.storage.alibaba_session``. Tencent Cloud's keys and APPID come
from the environment, read by ``yunfn.storage.tencent_session``.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from yunfn.exceptions import AccountMismatchError
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties

# The SDKs take long to import; a preview needs none of them.
if TYPE_CHECKING:
    from yunfn.storage.alibaba_session import AlibabaSession
    from yunfn.storage.tencent_session import TencentSession

# What the environment calls the provider's settings.
_SETTINGS = {
    "accessKey": "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "secretKey": "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "securityToken": "ALIBABA_CLOUD_SECURITY_TOKEN",
}
_REGION = "ALIBABA_CLOUD_REGION"


class Sessions:
    """The sessions of one provider, one per cloud and region, each opened once."""

    def __init__(self, settings: Properties) -> None:
        self._settings = settings
        self._open: dict[tuple[str, str], AlibabaSession | TencentSession] = {}
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    async def alibaba(self, operation: Operation, region: str, account: str | None) -> AlibabaSession:
        """The session for ``region``, after making sure that its keys belong to ``account``, if that is known.

        Raises:
            AccountMismatchError: they belong to another account.
            CloudAnswerError: there are none, or STS does not accept them.
        """
        session: AlibabaSession = await self._session(operation, ("alibaba", region), self._open_alibaba)
        _refuse_other(operation, account, session.account)
        return session

    async def tencent(self, operation: Operation, region: str, account: str | None) -> TencentSession:
        """The session for ``region``; the account is known by its APPID.

        Raises:
            AccountMismatchError: the environment's APPID is another.
            CloudAnswerError: the environment has no keys, or no APPID.
        """
        session: TencentSession = await self._session(operation, ("tencent", region), self._open_tencent)
        _refuse_other(operation, account, session.appid)
        return session

    def default_region(self) -> str:
        """The region in the settings, else the environment's, else empty."""
        return str(self._settings.known("region") or os.environ.get(_REGION) or os.environ.get("ALICLOUD_REGION") or "")

    async def _session(self, operation: Operation, key: tuple[str, str], opening: Callable[[str], Any]) -> Any:
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._open:
                self._open[key] = await operation.run(opening, key[1])
        return self._open[key]

    def _open_alibaba(self, region: str) -> AlibabaSession:
        from yunfn.storage import alibaba_session

        given = {name: str(value) for key, name in _SETTINGS.items() if (value := self._settings.known(key))}
        # Keys of two origins never mix: a token of the environment does not belong to keys of the settings.
        return alibaba_session.from_environment(region, given or os.environ)

    def _open_tencent(self, region: str) -> TencentSession:
        from yunfn.storage import tencent_session

        return tencent_session.from_environment(region)


def _refuse_other(operation: Operation, wanted: str | None, found: str) -> None:
    if wanted is not None and wanted != found:
        raise AccountMismatchError(
            f"{operation.name}: belongs to account {wanted}, but the credentials of the provider yunfn belong to "
            f"account {found}. Nothing was changed. The provider takes them from the environment; give it those of the "
            "other account by an explicit provider: yunfn.resources.Provider(..., access_key=…, secret_key=…), passed "
            "in the option providers"
        )
