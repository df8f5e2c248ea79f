"""Whose keys the plugin speaks with: those of the provider's settings and of the environment never mix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from yunfn.exceptions import AccountMismatchError, CloudAnswerError
from yunfn.provider.operations import Operation, Operations
from yunfn.provider.properties import Properties
from yunfn.provider.session import Sessions
from yunfn.storage.tencent_session import TencentSession

TENCENT = {"secretId": "ID", "secretKey": "KEY", "appId": "1250000000"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SECRET_ID", "i"), ("SECRET_KEY", "k"), ("TOKEN", "t"), ("APPID", "1250000001")):
        monkeypatch.setenv(f"TENCENTCLOUD_{name}", value)


async def asked(settings: dict[str, Any], body: Callable[[Sessions, Operation], Any]) -> Any:
    async def perform(operation: Operation) -> Any:
        return await body(Sessions(Properties(settings)), operation)

    return await Operations().perform("urn:pulumi:s::p::yunfn:scf:Function::f", "read", None, perform)


async def session(settings: dict[str, Any], account: str | None = None) -> TencentSession:
    made: TencentSession = await asked(
        settings, lambda sessions, operation: sessions.tencent(operation, "ap-shanghai", account)
    )
    return made


async def test_the_settings_come_before_the_environment_and_take_nothing_of_it() -> None:
    assert await session({}) == TencentSession("i", "k", "t", "ap-shanghai", "1250000001")
    assert await session(TENCENT) == TencentSession("ID", "KEY", "", "ap-shanghai", "1250000000")
    assert (await session({**TENCENT, "securityToken": "T"})).token == "T"
    # The other cloud's key says nothing of this one.
    assert (await session({"accessKey": "AK", "secretKey": "SK"})).secret_id == "i"
    with pytest.raises(AccountMismatchError, match="app_id="):
        await session(TENCENT, "1250000001")


async def test_a_key_of_both_clouds_and_a_key_without_its_account_are_refused() -> None:
    with pytest.raises(CloudAnswerError, match="make one provider for each cloud"):
        await session({**TENCENT, "accessKey": "AK"})
    with pytest.raises(CloudAnswerError, match="has a secretId but no appId"):
        await session({"secretId": "ID", "secretKey": "KEY"})
    with pytest.raises(CloudAnswerError, match="TENCENTCLOUD_SECRET_KEY"):
        await session({"secretId": "ID", "appId": "1250000000"})


async def test_an_api_is_opened_once_for_each_product_and_region() -> None:
    async def body(sessions: Sessions, operation: Operation) -> list[Any]:
        places = (("scf", "ap-shanghai"), ("scf", "ap-shanghai"), ("scf", "ap-beijing"), ("tag", "ap-shanghai"))
        return [await sessions.tencent_api(operation, *place, None) for place in places]

    one, again, elsewhere, other = await asked(TENCENT, body)
    assert one is again
    assert len({id(one), id(elsewhere), id(other)}) == 3
    assert (one.account, elsewhere.region) == ("1250000000", "ap-beijing")
