"""AWS signature V4 as S3 clients send it to OSS's S3-compatible interface, in a header or in a presigned URL.

Recipe: Amazon S3 API reference, "Authenticating requests (AWS Signature Version 4)"; that OSS takes it, with any region
in the scope: OSS documentation, "Use Amazon S3 SDKs to access OSS" and EC page 0002-00000427.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from yunfn.localcloud.alibaba.signatures import oss_refusals, oss_times
from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import Principal

ALGORITHM = "AWS4-HMAC-SHA256"
_LONGEST_URL = 7 * 24 * 3600
_FIELD = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]*)")
_SPACES = re.compile(r" +")


def verify_header(call: Call, authorization: str) -> Principal:
    """Check an Authorization header; raises AuthenticationError in OSS's words."""
    fields, headers = dict(_FIELD.findall(authorization)), call.headers
    date = headers.get("x-amz-date") or headers.get("date", "")
    oss_times.check_skew(date)
    payload = headers.get("x-amz-content-sha256", "")
    if not payload:
        raise oss_refusals.invalid("Missing required header for this request: x-amz-content-sha256")
    credential, signature = fields.get("Credential", ""), fields.get("Signature", "")
    return _verify(
        call,
        credential,
        fields.get("SignedHeaders", ""),
        signature,
        date,
        headers.get("x-amz-security-token", ""),
        payload,
        call.params,
    )


def verify_query(call: Call) -> Principal:
    """Check a presigned URL's X-Amz-* parameters; raises AuthenticationError in OSS's words."""
    parameters = dict(call.params)
    date, lasts = parameters.get("X-Amz-Date", ""), parameters.get("X-Amz-Expires", "")
    if not lasts.isdecimal() or not 0 < int(lasts) <= _LONGEST_URL:
        raise oss_refusals.invalid("X-Amz-Expires must be between 1 and 604800 seconds.", ArgumentName="X-Amz-Expires")
    now, signed = time.time(), oss_times.parse(date)
    if not signed - oss_times.MAX_SKEW <= now <= signed + int(lasts):
        raise oss_refusals.expired(oss_times.iso(signed + int(lasts)), oss_times.iso(now))
    return _verify(
        call,
        parameters.get("X-Amz-Credential", ""),
        parameters.get("X-Amz-SignedHeaders", ""),
        parameters.get("X-Amz-Signature", ""),
        date,
        parameters.get("X-Amz-Security-Token", ""),
        call.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        [(name, value) for name, value in call.params if name != "X-Amz-Signature"],
    )


def canonical_request(call: Call, parameters: Iterable[tuple[str, str]], signed_headers: str, payload: str) -> bytes:
    """The canonical request of S3: the path encoded once, all parameters, the headers named."""
    query = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parameters)
    headers = call.headers
    lines = (
        call.method,
        quote(call.path, safe="/-_.~"),
        "&".join(f"{name}={value}" for name, value in query),
        "".join(f"{name}:{_SPACES.sub(' ', headers.get(name, '').strip())}\n" for name in signed_headers.split(";")),
        signed_headers,
        payload,
    )
    return "\n".join(lines).encode("latin-1")


@lru_cache(maxsize=64)
def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = ("AWS4" + secret).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _verify(
    call: Call,
    credential: str,
    signed_headers: str,
    signature: str,
    date: str,
    token: str,
    payload: str,
    parameters: Iterable[tuple[str, str]],
) -> Principal:
    parts = credential.split("/")
    if len(parts) != 5 or parts[3:] != ["s3", "aws4_request"] or not signature or not signed_headers:
        raise oss_refusals.invalid("Invalid Credential, SignedHeaders or Signature of AWS4-HMAC-SHA256.")
    access_key_id, day, region = parts[:3]
    key = call.cloud.keys.find(access_key_id, token)
    canonical = canonical_request(call, parameters, signed_headers, payload)
    to_sign = f"{ALGORITHM}\n{date}\n{day}/{region}/s3/aws4_request\n{sha256(canonical).hexdigest()}"
    computed = hmac.digest(_signing_key(key.secret, day, region), to_sign.encode(), "sha256").hex()
    if not hmac.compare_digest(computed.encode(), signature.encode()):
        raise oss_refusals.mismatch(access_key_id, signature, to_sign, canonical.decode("utf-8", "replace"))
    return key.principal
