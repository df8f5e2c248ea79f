"""TC3-HMAC-SHA256, the signature of API 3.0 (Tencent Cloud documentation, "Signature v3"; SDKs for Python and Go).

Only content-type, host and the body are signed: action, region and token are not.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time

from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.keys import Principal

ALGORITHM = "TC3-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM}\s+Credential=(?P<id>[^/,\s]+)/(?P<date>\d{{4}}-\d\d-\d\d)/(?P<service>[a-z0-9_-]+)/tc3_request,"
    r"\s*SignedHeaders=(?P<headers>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
# Seconds that a timestamp may be off ("Signature v3").
_SKEW = 300


async def verify(call: Call, service: str) -> Principal:
    """Whom the request speaks for; raises AuthenticationError. Times are real ones, not the movable clock's."""
    found = _AUTHORIZATION.fullmatch(call.headers.get("authorization", "").strip())
    if found is None:
        raise AuthenticationError(Disbelief.MISSING)
    key = call.cloud.tencent_keys.find(found["id"], call.headers.get("x-tc-token", ""))
    timestamp = call.headers.get("x-tc-timestamp", "")
    if not timestamp.isascii() or not timestamp.isdecimal() or abs(int(timestamp) - time.time()) > _SKEW:
        raise AuthenticationError(Disbelief.SKEWED, key.id)
    if found["date"] != time.strftime("%Y-%m-%d", time.gmtime(int(timestamp))) or found["service"] != service:
        raise AuthenticationError(Disbelief.MISMATCH, key.id)
    names = found["headers"].split(";")
    if not {"content-type", "host"} <= set(names):
        raise AuthenticationError(Disbelief.MISMATCH, key.id)
    body = await call.body()
    if call.headers.get("x-tc-content-sha256") == "UNSIGNED-PAYLOAD":
        body = b"UNSIGNED-PAYLOAD"
    # The documentation signs values in lower case, the SDKs as they are sent; theirs are in lower case.
    headers = "".join(f"{name}:{call.headers.get(name, '').strip().lower()}\n" for name in names)
    canonical = "\n".join(
        (call.method, call.raw_path, call.raw_query, headers, found["headers"], hashlib.sha256(body).hexdigest())
    )
    text = "\n".join(
        (
            ALGORITHM,
            timestamp,
            f"{found['date']}/{service}/tc3_request",
            hashlib.sha256(canonical.encode()).hexdigest(),
        )
    )
    if not hmac.compare_digest(signature(key.secret, found["date"], service, text), found["signature"]):
        raise AuthenticationError(Disbelief.MISMATCH, key.id)
    return key.principal


def signature(secret_key: str, date: str, service: str, text: str) -> str:
    """The signature of a string to sign, in lower-case hex; ``date`` is YYYY-MM-DD in UTC."""
    derived = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        derived = hmac.digest(derived, part.encode(), "sha256")
    return hmac.digest(derived, text.encode(), "sha256").hex()
