"""Tablestore's official clients at a local cloud: control by the API's generic client, data by ``tablestore``."""

from __future__ import annotations

from typing import Any

import tablestore
from alibabacloud_tea_openapi import models
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_util.models import RuntimeOptions
from tablestore.auth import RequestContext

from support.clients import REGION
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2
from yunfn.localcloud.keys import AccessKey


class TablestoreControl:
    """The control plane: ``ask("GetInstance", InstanceName="rows")``. Raises Tea's exception on a refusal."""

    def __init__(self, port: int, bundle: str, key: AccessKey, region: str = REGION) -> None:
        proxy = f"http://127.0.0.1:{port}"
        self._client = Client(
            models.Config(
                access_key_id=key.id,
                access_key_secret=key.secret,
                security_token=key.token or None,
                region_id=region,
                endpoint=f"tablestore.{region}.aliyuncs.com",
                protocol="https",
            )
        )
        self._options = RuntimeOptions(ca=bundle, https_proxy=proxy)

    def ask(self, operation: str, **fields: Any) -> dict[str, Any]:
        """The body that an operation answers; what begins with Get or List is asked by GET."""
        reads = operation.startswith(("Get", "List"))
        params = models.Params(
            action=operation,
            version="2020-12-09",
            protocol="HTTPS",
            pathname=f"/v2/openapi/{operation.lower()}",
            method="GET" if reads else "POST",
            auth_type="AK",
            style="ROA",
            req_body_type="json",
            body_type="json",
        )
        query = {name: str(value) for name, value in fields.items()}
        request = models.OpenApiRequest(query=query) if reads else models.OpenApiRequest(body=fields)
        found: dict[str, Any] = self._client.call_api(params, request, self._options)["body"]
        return found

    def names(self, **fields: Any) -> list[str]:
        """The names that ListInstances tells."""
        return [instance["InstanceName"] for instance in self.ask("ListInstances", **fields)["Instances"]]


def table_client(endpoint: str, key: AccessKey, instance: str, **settings: Any) -> tablestore.OTSClient:
    """The data plane's client, which tries nothing twice unless ``settings`` say so."""
    return tablestore.OTSClient(
        endpoint,
        key.id,
        key.secret,
        instance,
        **{"sts_token": key.token or None, "retry_policy": tablestore.NoRetryPolicy(), **settings},
    )


def asked(client: tablestore.OTSClient, operation: str, **fields: Any) -> Any:
    """The answer of an operation that the client has not, by its own signature, connection and checks of answers.

    ``fields`` are those of the operation's request.
    """
    body = getattr(table_store_pb2, f"{operation}Request")(**fields).SerializeToString()
    return getattr(table_store_pb2, f"{operation}Response").FromString(sent(client, operation, body))


def sent(client: tablestore.OTSClient, operation: str, body: bytes) -> bytes:
    """The body of the answer to this one, whatever is in it, asked as ``asked`` does."""
    protocol, signer, query = client.protocol, client._signer, f"/{operation}"
    protocol.api_list = sorted({*protocol.api_list, operation})
    context = RequestContext(client.credentials_provider.get_credentials())
    headers = protocol._make_request_headers(body, query, signer, context)
    status, reason, answered, content = client.connection.send_receive(query, headers, body)
    protocol.handle_error(operation, query, status, reason, answered, content, signer, context)
    return bytes(content)


def told(error: tablestore.OTSServiceError, status: int, code: str) -> str:
    """The error's message, if it has this status and code and a request id."""
    assert (error.get_http_status(), error.get_error_code()) == (status, code), error
    assert error.get_request_id()
    return str(error.get_error_message())
