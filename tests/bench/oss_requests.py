"""Requests of Alibaba's OSS as its Python client signs them (V4), as bytes for the wire."""

from __future__ import annotations

from collections.abc import Iterable

import oss2
from oss2.http import Request

from yunfn.localcloud.keys import AccessKey

TLS_PORT = 443


def host(bucket: str, region: str) -> str:
    """The bucket's host name in its region."""
    return f"{bucket}.oss-{region}.aliyuncs.com"


def signed(
    key: AccessKey, region: str, method: str, bucket: str, keys: Iterable[str], body: bytes = b""
) -> list[bytes]:
    """One request for each object key ("" is the bucket itself), signed now: good for fifteen minutes."""
    auth = oss2.AuthV4(key.id, key.secret)
    name = host(bucket, region)
    wire = []
    for each in keys:
        request = Request(method, f"https://{name}/{each}", data=body, headers={}, region=region, product="oss")
        if body:
            request.headers["Content-Type"] = "application/octet-stream"
        request.headers["Content-Length"] = str(len(body))
        auth._sign_request(request, bucket, each)
        fields = {"Host": name, **request.headers}
        head = f"{method} /{each} HTTP/1.1\r\n" + "".join(f"{field}: {value}\r\n" for field, value in fields.items())
        wire.append(head.encode("latin-1") + b"\r\n" + body)
    return wire
