"""The backend that answers for a function."""

from __future__ import annotations

import os

from yunfn.deployment.backend import Backend
from yunfn.deployment.functions import DeployedFunction
from yunfn.exceptions import AccountMismatchError


def backend_for(function: DeployedFunction) -> Backend:
    """The backend of the function's cloud and region, by the environment's keys.

    Raises:
        AccountMismatchError: the keys belong to another account than the function, as the cloud itself says.
        CloudAnswerError: the environment has no keys for that cloud, or they are not accepted.
    """
    # The clouds' SDKs take long to import; a command needs those of the clouds it asks.
    if function.cloud == "alibaba":
        from yunfn.deployment.alibaba import AlibabaBackend
        from yunfn.storage import alibaba_session

        alibaba = alibaba_session.from_environment(function.region)
        _refuse_other(function, alibaba.account)
        return AlibabaBackend(alibaba)
    from yunfn.deployment.tencent import TencentBackend
    from yunfn.storage import tencent_session
    from yunfn.storage.tencent_client import TencentClient

    # The environment's APPID says nothing of its keys; the state knows the function's.
    environment = {**os.environ, "TENCENTCLOUD_APPID": function.account}
    tencent = tencent_session.from_environment(function.region, environment)
    _refuse_other(function, str(TencentClient(tencent, "cam").ask("GetUserAppId")["AppId"]))
    return TencentBackend(tencent)


def _refuse_other(function: DeployedFunction, found: str) -> None:
    if function.account != found:
        raise AccountMismatchError(
            f"{function.name} belongs to account {function.account}, the keys in the environment to account {found}"
        )
