"""AWS signature V4 as COS takes it from S3 clients, the tencentcloud provider's among them.

COS documentation, "Accessing COS with AWS S3 SDK"; requests of terraform-provider-tencentcloud 1.81.90.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from yunfn.localcloud import aws4
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import Disbelief
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.tencent.signatures import cos_refusals

_MAX_SKEW = 900


def verify(call: Call, authorization: str) -> Principal:
    """Check an Authorization header, or a presigned URL where there is none; raises AuthenticationError."""
    try:
        if authorization:
            claim, lasts = aws4.header_claim(call, authorization), None
        else:
            claim, lasts = aws4.query_claim(call)
    except aws4.MalformedClaim as error:
        raise cos_refusals.malformed(str(error)) from None
    _check_time(claim.date, lasts)
    key = call.cloud.tencent_keys.find(claim.access_key_id, claim.token)
    canonical = aws4.canonical_request(call, claim)
    to_sign = claim.string_to_sign(canonical)
    if not claim.fits(key.secret, to_sign):
        raise cos_refusals.mismatch(
            claim.access_key_id, claim.signature, to_sign, format_string=canonical.decode("utf-8", "replace")
        )
    return key.principal


def _check_time(date: str, lasts: int | None) -> None:
    """Raise unless signed within 15 minutes of real time, or ``lasts`` seconds ago at most."""
    try:
        signed = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise cos_refusals.malformed(f"x-amz-date {date!r} is no time") from None
    now = time.time()
    if signed > now + _MAX_SKEW or (lasts is None and signed < now - _MAX_SKEW):
        raise cos_refusals.refuse(Disbelief.SKEWED, "RequestTimeTooSkewed")
    if lasts is not None and now > signed + lasts:
        raise cos_refusals.refuse(Disbelief.SKEWED, "AccessDenied", "Request has expired")
