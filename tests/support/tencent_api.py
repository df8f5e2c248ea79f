"""Tencent Cloud's API in a local cloud, as the account's owner asks it through the proxy."""

from __future__ import annotations

from typing import Any

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import DEFAULT_TENCENT_REGION
from yunfn.storage.tencent_client import VERSIONS


def ask(
    cloud: Connection, product: str, action: str, *, region: str = DEFAULT_TENCENT_REGION, **parameters: Any
) -> dict[str, Any]:
    """What the product answers, without the envelope; raises the SDK's exception on a refusal."""
    key = cloud.home.tencent.owner_key
    http = HttpProfile(
        proxy=f"http://127.0.0.1:{cloud.proxy_port}",
        certification=str(cloud.home.certificates / "ca.pem"),
    )
    client = CommonClient(
        product,
        VERSIONS[product],
        Credential(key.id, key.secret),
        region,
        ClientProfile(httpProfile=http, language="en-US"),
    )
    found: dict[str, Any] = client.call_json(action, parameters)["Response"]
    return found
