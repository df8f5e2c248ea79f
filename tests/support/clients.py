"""Clients that go through a local cloud's proxy: plain HTTP, and Function Compute's official SDK."""

from __future__ import annotations

import io
import ssl
from typing import Any

import httpx
from alibabacloud_fc20230330 import models
from alibabacloud_fc20230330.client import Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

from yunfn.localcloud.connection import Connection

REGION = "cn-shanghai"


def http_client(cloud: Connection) -> httpx.Client:
    """An HTTP client that trusts the local CA and knows no other way out than the proxy."""
    trust = ssl.create_default_context(cafile=str(cloud.home.certificates / "ca.pem"))
    return httpx.Client(proxy=f"http://127.0.0.1:{cloud.proxy_port}", verify=trust, trust_env=False, timeout=60)


class FunctionComputeClient:
    """The official SDK, as the account's owner; ``call`` runs any operation by its method's name."""

    def __init__(self, cloud: Connection, region: str = REGION) -> None:
        key = cloud.home.owner_key
        self._client = Client(
            Config(
                access_key_id=key.id,
                access_key_secret=key.secret,
                region_id=region,
                endpoint=f"{cloud.home.account}.{region}.fc.aliyuncs.com",
                protocol="https",
                https_proxy=f"http://127.0.0.1:{cloud.proxy_port}",
            )
        )
        self._options = RuntimeOptions(
            ca=str(cloud.home.certificates / "ca.pem"),
            https_proxy=f"http://127.0.0.1:{cloud.proxy_port}",
            # A first call unpacks the function's layers; the SDK would wait 10 s.
            read_timeout=60_000,
        )

    def call(self, operation: str, *arguments: Any) -> Any:
        """The body that the operation answers, for example ``call("get_function", name, GetFunctionRequest())``."""
        method = getattr(self._client, f"{operation}_with_options")
        return getattr(method(*arguments, {}, self._options), "body", None)

    def invoke(self, function: str, payload: bytes, qualifier: str, *, asynchronous: bool = False) -> dict[str, str]:
        """Call a function; the headers of the answer, its body under ``body``. Raises Tea's exception on a refusal."""
        request = models.InvokeFunctionRequest(body=io.BytesIO(payload), qualifier=qualifier)
        headers = models.InvokeFunctionHeaders(x_fc_invocation_type="Async" if asynchronous else "Sync")
        answer = self._client.invoke_function_with_options(function, request, headers, self._options)
        return {**answer.headers, "body": answer.body.read().decode()}
