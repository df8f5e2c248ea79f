"""AWS signature V4 as OSS's S3-compatible interface takes it.

That OSS takes it, with any region in the scope: OSS documentation, "Use Amazon S3 SDKs to access OSS" and EC page
0002-00000427.
"""

from __future__ import annotations

import time

from yunfn.localcloud import aws4
from yunfn.localcloud.alibaba.signatures import oss_refusals, oss_times
from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import Principal

ALGORITHM = aws4.ALGORITHM


def verify_header(call: Call, authorization: str) -> Principal:
    """Check an Authorization header; raises AuthenticationError in OSS's words."""
    oss_times.check_skew(call.headers.get("x-amz-date") or call.headers.get("date", ""))
    try:
        claim = aws4.header_claim(call, authorization)
    except aws4.MalformedClaim as error:
        raise oss_refusals.invalid(str(error)) from None
    return _verify(call, claim)


def verify_query(call: Call) -> Principal:
    """Check a presigned URL's X-Amz-* parameters; raises AuthenticationError in OSS's words."""
    try:
        claim, lasts = aws4.query_claim(call)
    except aws4.MalformedClaim as error:
        raise oss_refusals.invalid(str(error)) from None
    now, signed = time.time(), oss_times.parse(claim.date)
    if not signed - oss_times.MAX_SKEW <= now <= signed + lasts:
        raise oss_refusals.expired(oss_times.iso(signed + lasts), oss_times.iso(now))
    return _verify(call, claim)


def _verify(call: Call, claim: aws4.Claim) -> Principal:
    key = call.cloud.keys.find(claim.access_key_id, claim.token)
    canonical = aws4.canonical_request(call, claim)
    to_sign = claim.string_to_sign(canonical)
    if not claim.fits(key.secret, to_sign):
        raise oss_refusals.mismatch(claim.access_key_id, claim.signature, to_sign, canonical.decode("utf-8", "replace"))
    return key.principal
