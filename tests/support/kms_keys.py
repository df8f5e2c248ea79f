"""Alibaba Cloud's KMS in a local cloud, as the account's owner asks it through the proxy."""

from __future__ import annotations

import json
import os
import warnings
from typing import Any

from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest

from support.clients import REGION
from support.cloud_calls import inside
from support.local_account import LocalAccount


def alibaba_kms(account: LocalAccount, action: str, **parameters: str) -> dict[str, Any]:
    """What KMS answers; raises the SDK's exception on a refusal."""
    key = account.cloud.home.owner_key
    request = RpcRequest("Kms", "2016-01-20", action)
    request.set_protocol_type("https")
    request.set_endpoint(f"kms.{REGION}.aliyuncs.com")
    for name, value in parameters.items():
        request.add_query_param(name, value)
    with inside(account), warnings.catch_warnings():
        # The urllib3 that this SDK carries asks for ssl.PROTOCOL_TLS.
        warnings.simplefilter("ignore", DeprecationWarning)
        client = AcsClient(key.id, key.secret, REGION, verify=os.environ["SSL_CERT_FILE"])
        answer: dict[str, Any] = json.loads(client.do_action_with_exception(request))
    return answer
