"""OSS signature V4: HMAC-SHA256 over a canonical request, with a key derived for day, region and product.

Recipe: OSS documentation "Include a V4 signature in the Authorization header" / "in a URL"; oss2 2.19.1
``auth.ProviderAuthV4``; alibabacloud-oss-go-sdk-v2 1.5.0 ``signer/v4.go``; the alicloud provider's requests.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from yunfn.localcloud.alibaba.signatures import oss_refusals, oss_times
from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import Principal

ALGORITHM = "OSS4-HMAC-SHA256"
_LONGEST_URL = 7 * 24 * 3600
_FIELD = re.compile(r"(Credential|AdditionalHeaders|Signature)=([^,\s]*)")
_ALWAYS_SIGNED = frozenset(("content-type", "content-md5"))


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a request says of its own signature."""

    access_key_id: str
    day: str
    region: str
    additional: tuple[str, ...]
    date: str
    signature: str
    token: str


def verify_header(call: Call, authorization: str, resource: str) -> Principal:
    """Check an Authorization header; raises AuthenticationError in OSS's words."""
    fields, headers = dict(_FIELD.findall(authorization)), dict(call.headers.items())
    # aliyun-oss-go-sdk 2.2.9 sends no x-oss-date and signs the Date header's own text in its place.
    date = headers.get("x-oss-date") or headers.get("date", "")
    claim = _claim(
        fields.get("Credential", ""),
        fields.get("AdditionalHeaders", ""),
        date,
        fields.get("Signature", ""),
        headers.get("x-oss-security-token", ""),
        "Authorization header",
    )
    oss_times.check_skew(date)
    return _verify(call, claim, resource, call.params)


def verify_query(call: Call, resource: str) -> Principal:
    """Check a presigned URL's x-oss-* parameters; raises AuthenticationError in OSS's words."""
    parameters = dict(call.params)
    date, lasts = parameters.get("x-oss-date", ""), parameters.get("x-oss-expires", "")
    claim = _claim(
        parameters.get("x-oss-credential", ""),
        parameters.get("x-oss-additional-headers", ""),
        date,
        parameters.get("x-oss-signature", ""),
        parameters.get("x-oss-security-token") or call.headers.get("x-oss-security-token", ""),
        "query string",
    )
    if not lasts.isdecimal() or not 0 < int(lasts) <= _LONGEST_URL:
        raise oss_refusals.invalid("x-oss-expires must be between 1 and 604800 seconds.", ArgumentName="x-oss-expires")
    now, signed = time.time(), oss_times.parse(date)
    if not signed - oss_times.MAX_SKEW <= now <= signed + int(lasts):
        raise oss_refusals.expired(oss_times.iso(signed + int(lasts)), oss_times.iso(now))
    return _verify(call, claim, resource, ((k, v) for k, v in call.params if k != "x-oss-signature"))


def canonical_request(
    call: Call, resource: str, parameters: Iterable[tuple[str, str]], additional: tuple[str, ...]
) -> bytes:
    """The canonical request; ``resource`` is ``/``, ``/bucket/`` or ``/bucket/key``, decoded."""
    sent = dict(call.headers.items())
    query = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parameters)
    headers = sorted(
        (name, value)
        for name, value in sent.items()
        if name.startswith("x-oss-") or name in _ALWAYS_SIGNED or name in additional
    )
    lines = (
        call.method,
        quote(resource, safe="/-_.~"),
        "&".join(f"{name}={value}" if value else name for name, value in query),
        "".join(f"{name}:{value}\n" for name, value in headers),
        ";".join(additional),
        sent.get("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
    )
    # Header values reach us as Latin-1 text of the very bytes that were sent and signed.
    return "\n".join(lines).encode("latin-1")


@lru_cache(maxsize=256)
def signing_key(secret: str, day: str, region: str) -> bytes:
    """The key of one day, region and product oss."""
    key = ("aliyun_v4" + secret).encode()
    for part in (day, region, "oss", "aliyun_v4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _claim(credential: str, additional: str, date: str, signature: str, token: str, where: str) -> _Claim:
    parts = credential.split("/")
    if len(parts) != 5 or not signature:
        raise oss_refusals.invalid(f"Invalid Credential or Signature in {where}.")
    access_key_id, day, region, product, terminator = parts
    if product != "oss" or terminator != "aliyun_v4_request":
        raise oss_refusals.invalid(f"Invalid signing product or terminator in {where}.", ArgumentValue=credential)
    names = tuple(sorted(name.lower() for name in additional.split(";") if name))
    return _Claim(access_key_id, day, region, names, date, signature, token)


def _verify(call: Call, claim: _Claim, resource: str, parameters: Iterable[tuple[str, str]]) -> Principal:
    key = call.cloud.keys.find(claim.access_key_id, claim.token)
    if call.region and claim.region != call.region:
        raise oss_refusals.invalid(
            "Invalid signing region in Authorization header.", ArgumentValue=claim.region, ExpectedRegion=call.region
        )
    if claim.date[:8] != claim.day and claim.date.endswith("Z"):
        raise oss_refusals.invalid("Invalid signing date in Authorization header.", ArgumentValue=claim.day)
    if (payload := call.headers.get("x-oss-content-sha256", "UNSIGNED-PAYLOAD")) != "UNSIGNED-PAYLOAD":
        raise oss_refusals.invalid("Invalid x-oss-content-sha256.", ArgumentValue=payload)
    canonical = canonical_request(call, resource, parameters, claim.additional)
    scope = f"{claim.day}/{claim.region}/oss/aliyun_v4_request"
    to_sign = f"{ALGORITHM}\n{claim.date}\n{scope}\n{sha256(canonical).hexdigest()}"
    computed = hmac.digest(signing_key(key.secret, claim.day, claim.region), to_sign.encode(), "sha256").hex()
    if not hmac.compare_digest(computed.encode(), claim.signature.encode()):
        raise oss_refusals.mismatch(claim.access_key_id, claim.signature, to_sign, canonical.decode("utf-8", "replace"))
    return key.principal
