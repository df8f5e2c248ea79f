"""Requests signed by hand, so that one thing at a time can be wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from email.utils import formatdate
from urllib.parse import quote

import requests

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.keys import AccessKey


def iso(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def mac(secret: str, text: str, digest: str = "sha1") -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), digest).digest()).decode()


def rpc_parameters(key: AccessKey, method: str = "POST", **changes: str | None) -> dict[str, str]:
    """GetCallerIdentity signed by version 1.0; a change to None leaves the parameter out."""
    values: dict[str, str | None] = {
        "AccessKeyId": key.id,
        "Action": "GetCallerIdentity",
        "Format": "JSON",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": uuid.uuid4().hex,
        "SignatureVersion": "1.0",
        "Timestamp": iso(time.time()),
        "Version": "2015-04-01",
        "SecurityToken": key.token or None,
        **changes,
    }
    sent = {name: value for name, value in values.items() if value is not None}
    pairs = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(sent.items()))
    sent["Signature"] = mac(key.secret + "&", f"{method}&%2F&{quote(pairs, safe='~')}")
    return sent


def ask(cloud: ServedCloud, parameters: dict[str, str]) -> requests.Response:
    """The parameters sent to STS as they are."""
    with cloud.session() as session:
        return session.post("https://sts.cn-shanghai.aliyuncs.com/", params=parameters)


def log_headers(key: AccessKey, method: str, path: str, body: bytes = b"", **changes: str) -> dict[str, str]:
    """Headers of a request to SLS, signed as the alicloud provider's gateway client signs (hmac-sha256)."""
    md5 = hashlib.md5(body).hexdigest().upper() if body else ""
    headers = {
        "content-md5": md5,
        "content-type": "application/json" if body else "",
        "date": formatdate(usegmt=True),
        "x-log-apiversion": "0.6.0",
        "x-log-bodyrawsize": str(len(body)),
        "x-log-signaturemethod": "hmac-sha256",
        **changes,
    }
    if key.token:
        headers["x-acs-security-token"] = key.token
    signed = "".join(f"{k}:{v}\n" for k, v in sorted(headers.items()) if k.startswith(("x-log-", "x-acs-")))
    text = f"{method}\n{headers['content-md5']}\n{headers['content-type']}\n{headers['date']}\n{signed}{path}"
    digest = headers["x-log-signaturemethod"].removeprefix("hmac-")
    headers["authorization"] = f"LOG {key.id}:{mac(key.secret, text, digest)}"
    return headers
