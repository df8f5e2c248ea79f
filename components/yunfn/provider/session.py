"""Who the plugin speaks for: the provider's settings, else the environment, as all official clients read it.

The settings of the provider ``yunfn`` are ``accessKey``, ``secretKey``, ``securityToken`` and ``region`` for Alibaba
Cloud, ``secretId``, ``secretKey``, ``securityToken``, ``appId`` and ``region`` for Tencent Cloud: one provider has the
key of one cloud. For a cloud that it has no key of, the environment's is taken, read by
``yunfn.storage.alibaba_session`` and ``yunfn.storage.tencent_session``.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from yunfn.exceptions import AccountMismatchError, CloudAnswerError
from yunfn.provider import credentials_end
from yunfn.provider.late_imports import ONE_AT_A_TIME
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.tencent_api import TencentApi

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
_TENCENT_SETTINGS = {
    "secretId": "TENCENTCLOUD_SECRET_ID",
    "secretKey": "TENCENTCLOUD_SECRET_KEY",
    "securityToken": "TENCENTCLOUD_SECURITY_TOKEN",
    "appId": "TENCENTCLOUD_APPID",
}
_REGION = "ALIBABA_CLOUD_REGION"
_TENCENT_REGION = "TENCENTCLOUD_REGION"


class Sessions:
    """The sessions of one provider, one per cloud and region, each opened once."""

    def __init__(self, settings: Properties) -> None:
        self._settings = settings
        self._open: dict[tuple[str, str], AlibabaSession | TencentSession] = {}
        self._apis: dict[tuple[str, str], TencentApi] = {}
        self._uins: dict[str, str] = {}
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

    async def tencent_api(
        self, operation: Operation, product: str, region: str, account: str | None
    ) -> TencentApi:  # fmt: skip
        """API 3.0 of ``product`` ("scf", "cam", …) in ``region``; raises as ``tencent`` does."""
        session = await self.tencent(operation, region, account)
        key = (product, region)
        if key not in self._apis:
            made = await operation.run(_connect, session, product)
            self._apis.setdefault(key, made)
        return self._apis[key]

    async def tencent_uin(self, operation: Operation, region: str, account: str) -> str:
        """The number that names the account in QCS names, asked once; raises as ``tencent`` does."""
        sts = await self.tencent_api(operation, "sts", region, account)
        async with self._locks.setdefault(("uin", account), asyncio.Lock()):
            if account not in self._uins:
                caller = await sts.call(operation, "GetCallerIdentity", {})
                self._uins[account] = str(caller["AccountId"])
        return self._uins[account]

    def default_region(self) -> str:
        """The region in the settings, else the environment's, else empty."""
        return str(self._settings.known("region") or os.environ.get(_REGION) or os.environ.get("ALICLOUD_REGION") or "")

    def tencent_region(self) -> str:
        """The region in the settings, else the environment's, else empty; Tencent Cloud's."""
        return str(self._settings.known("region") or os.environ.get(_TENCENT_REGION) or "")

    def expiration(self, cloud: str) -> datetime | None:
        """When the key for ``cloud`` ends, if anybody said so; raises ValidationError for what is no time.

        What the environment says is of the environment's key, the setting of the settings' key.
        """
        own = "secretId" if cloud == "tencent" else "accessKey"
        if self._settings.known(own):
            return credentials_end.end_of(str(self._settings.known("expiration") or ""), "expiration")
        return credentials_end.end_of(os.environ.get(credentials_end.VARIABLE, ""), credentials_end.VARIABLE)

    async def _session(self, operation: Operation, key: tuple[str, str], opening: Callable[[str], Any]) -> Any:
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._open:
                self._open[key] = await operation.run(opening, key[1])
        return self._open[key]

    def _open_alibaba(self, region: str) -> AlibabaSession:
        with ONE_AT_A_TIME:
            from yunfn.storage import alibaba_session

        # Keys of two origins never mix: a token of the environment does not belong to keys of the settings.
        return alibaba_session.from_environment(region, self._given(_SETTINGS, "secretId") or os.environ)

    def _open_tencent(self, region: str) -> TencentSession:
        with ONE_AT_A_TIME:
            from yunfn.storage import tencent_session

        given = self._given(_TENCENT_SETTINGS, "accessKey") if self._settings.known("secretId") else {}
        if given and _TENCENT_SETTINGS["appId"] not in given:
            raise CloudAnswerError(
                "the provider yunfn has a secretId but no appId: give it that account's APPID, the number that the "
                "console shows under Account Info"
            )
        return tencent_session.from_environment(region, given or os.environ)

    def _given(self, names: Mapping[str, str], other: str) -> dict[str, str]:
        """The settings under the environment's names; none if the key is ``other``, which is the other cloud's."""
        own = next(iter(names))
        if self._settings.known(other):
            if self._settings.known(own):
                raise CloudAnswerError(
                    f"the provider yunfn has {own} and {other}, but one secretKey: make one provider for each cloud"
                )
            return {}
        return {name: str(value) for key, name in names.items() if (value := self._settings.known(key))}


def _connect(session: TencentSession, product: str) -> TencentApi:
    with ONE_AT_A_TIME:
        from yunfn.storage.tencent_client import TencentClient

    return TencentApi(TencentClient(session, product), product, session.appid, session.region)


def _refuse_other(operation: Operation, wanted: str | None, found: str) -> None:
    if wanted is not None and wanted != found:
        raise AccountMismatchError(
            f"{operation.name}: belongs to account {wanted}, but the credentials of the provider yunfn belong to "
            f"account {found}. Nothing was changed. The provider takes them from the environment; give it those of the "
            "other account by an explicit provider: yunfn.resources.Provider(..., access_key=…, secret_key=…), or "
            "secret_id=…, secret_key=…, app_id=… on Tencent Cloud, passed in the option providers"
        )
