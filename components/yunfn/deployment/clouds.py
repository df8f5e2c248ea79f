"""Who answers for what a stack has deployed: sessions by the environment's keys, and a function's backend."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yunfn.deployment.backend import Backend
from yunfn.deployment.functions import DeployedFunction
from yunfn.exceptions import AccountMismatchError

if TYPE_CHECKING:
    from yunfn.storage.alibaba_session import AlibabaSession
    from yunfn.storage.tencent_session import TencentSession

# The clouds' SDKs take long to import; a command needs those of the clouds it asks.


def backend_for(function: DeployedFunction) -> Backend:
    """The backend of the function's cloud and region, by the environment's keys.

    Raises:
        AccountMismatchError: the keys belong to another account than the function, as the cloud itself says.
        CloudAnswerError: the environment has no keys for that cloud, or they are not accepted.
    """
    if function.cloud == "alibaba":
        from yunfn.deployment.alibaba import AlibabaBackend

        return AlibabaBackend(alibaba_session_for(function.name, function.account, function.region))
    from yunfn.deployment.tencent import TencentBackend

    return TencentBackend(tencent_session_for(function.name, function.account, function.region))


def alibaba_session_for(name: str, account: str, region: str) -> AlibabaSession:
    """The session that may act on ``name``, which lives in that account and region; raises as ``backend_for`` does."""
    from yunfn.storage import alibaba_session

    session = alibaba_session.from_environment(region)
    _refuse_other(name, account, session.account)
    return session


def tencent_session_for(name: str, account: str, region: str) -> TencentSession:
    """The session that may act on ``name``, which lives in that account (an APPID) and region; raises likewise."""
    from yunfn.storage import tencent_session
    from yunfn.storage.tencent_client import TencentClient

    # The environment's APPID says nothing of its keys; the state knows the function's.
    session = tencent_session.from_environment(region, {**os.environ, "TENCENTCLOUD_APPID": account})
    _refuse_other(name, account, str(TencentClient(session, "cam").ask("GetUserAppId")["AppId"]))
    return session


def _refuse_other(name: str, account: str, found: str) -> None:
    if account != found:
        raise AccountMismatchError(
            f"{name} belongs to account {account}, the keys in the environment to account {found}"
        )
