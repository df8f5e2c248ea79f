"""A client that sends what the alicloud provider sends: ROA 1.0 signatures, bodies as given, answers unread."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

import httpx

from unit.localcloud.alibaba.fc.served_fc import REGION, ServedFc
from yunfn.localcloud.keys import AccessKey


class RoaClient:
    """Signs by version 1.0 and goes through the proxy."""

    def __init__(self, served: ServedFc, key: AccessKey | None = None, host: str = "") -> None:
        self._key = key or served.key()
        self._host = host or f"{served.account}.{REGION}.fc.aliyuncs.com"
        self._http = httpx.Client(proxy=f"http://127.0.0.1:{served.port}", trust_env=False)

    def __call__(
        self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request; ``path`` without the API version."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {
            "accept": "application/json",
            "date": formatdate(usegmt=True),
            "host": self._host,
            "x-acs-signature-method": "HMAC-SHA1",
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-signature-version": "1.0",
            "x-acs-version": "2023-03-30",
        } | headers
        if data:
            sent["content-type"] = "application/json; charset=utf-8"
        if self._key.token:
            sent |= {"x-acs-accesskey-id": self._key.id, "x-acs-security-token": self._key.token}
        full = f"/2023-03-30{path}" if not path.startswith("/20") else path
        query = query or {}
        signed = "&".join(f"{name}={value}" if value else name for name, value in sorted(query.items()))
        acs = "".join(f"{name}:{value}\n" for name, value in sorted(sent.items()) if name.startswith("x-acs-"))
        text = "\n".join([method, sent["accept"], "", sent.get("content-type", ""), sent["date"], acs + full]) + (
            f"?{signed}" if signed else ""
        )
        digest = hmac.new(self._key.secret.encode(), text.encode(), hashlib.sha1).digest()
        sent["authorization"] = f"acs {self._key.id}:{base64.b64encode(digest).decode()}"
        url = f"http://{self._host}{full}" + (f"?{urlencode(query)}" if query else "")
        return self._http.request(method, url, content=data, headers=sent)

    def close(self) -> None:
        self._http.close()
