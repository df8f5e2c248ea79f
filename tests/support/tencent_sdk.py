"""Tencent's official SDK, by product, through a local cloud's proxy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from yunfn.localcloud.home import Home
from yunfn.localcloud.keys import AccessKey

C = TypeVar("C")


def sdk_client(kind: Callable[..., C], home: Home, port: int, region: str, key: AccessKey | None = None) -> C:
    """A product's client (``cls_client.ClsClient``), as the account's owner unless another key is given."""
    key = key or home.tencent.owner_key
    bundle: Path = home.certificates / "ca.pem"
    http = HttpProfile(proxy=f"http://127.0.0.1:{port}", certification=str(bundle), reqTimeout=30, keepAlive=True)
    profile = ClientProfile(httpProfile=http)
    return kind(Credential(key.id, key.secret, key.token or None), region, profile)


def asked(client: Any, models: Any, action: str, **parameters: Any) -> Any:
    """What an operation answers: ``asked(client, models, "CreateTopic", LogsetId=…)``, parameters as in the API."""
    request = getattr(models, f"{action}Request")()
    request._deserialize(parameters)
    return getattr(client, action)(request)


def refused(code: str, call: Callable[..., object], *arguments: object, **parameters: object) -> str:
    """The message of a call that must be refused with this code."""
    with pytest.raises(TencentCloudSDKException) as caught:
        call(*arguments, **parameters)
    assert caught.value.get_code() == code, caught.value
    assert caught.value.get_request_id()
    return str(caught.value.get_message())
