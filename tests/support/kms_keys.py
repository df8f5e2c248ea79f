"""Alibaba Cloud's KMS in a local cloud, as the account's owner asks it through the proxy."""

from __future__ import annotations

from typing import Any

from aliyunsdkcore.request import RpcRequest

from support.clients import REGION
from support.cloud_calls import asked
from support.local_account import LocalAccount


def alibaba_kms(account: LocalAccount, action: str, **parameters: str) -> dict[str, Any]:
    """What KMS answers; raises the SDK's exception on a refusal."""
    request = RpcRequest("Kms", "2016-01-20", action)
    request.set_endpoint(f"kms.{REGION}.aliyuncs.com")
    return asked(account, request, parameters)
