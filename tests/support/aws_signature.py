"""Requests signed by Amazon's recipe, for the S3-compatible sides of the clouds."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping

from yunfn.localcloud.keys import AccessKey


def signature(key: AccessKey, method: str, host: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """The Authorization header, by Amazon's recipe."""
    signed = {"host": host, **{name.lower(): value for name, value in headers.items()}}
    names = ";".join(sorted(signed))
    lines = [method, path, query, *(f"{name}:{signed[name]}" for name in sorted(signed)), "", names]
    canonical = "\n".join([*lines, signed["x-amz-content-sha256"]])
    date = signed["x-amz-date"]
    scope = f"{date[:8]}/us-east-1/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    secret = ("AWS4" + key.secret).encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    digest = hmac.digest(secret, text.encode(), "sha256").hex()
    return f"AWS4-HMAC-SHA256 Credential={key.id}/{scope}, SignedHeaders={names}, Signature={digest}"


def signed_headers(
    key: AccessKey, method: str, host: str, path: str, query: str, headers: Mapping[str, str], data: bytes
) -> dict[str, str]:
    """``headers`` with date, digest of ``data`` and signature; ``headers`` may override the first two."""
    sent = {
        "x-amz-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        "x-amz-content-sha256": hashlib.sha256(data).hexdigest(),
        **headers,
    }
    return {**sent, "Authorization": signature(key, method, host, path, query, sent)}
