"""AWS signature V4 as S3 clients send it to the S3-compatible side of OSS and COS: in a header or a presigned URL.

Recipe: Amazon S3 API reference, "Authenticating requests (AWS Signature Version 4)". Reading and computing only: when a
request may come and how it is refused is each cloud's own.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from yunfn.localcloud.call import Call

ALGORITHM = "AWS4-HMAC-SHA256"
LONGEST_URL = 7 * 24 * 3600
"""How long a presigned URL may last, in seconds."""

_FIELD = re.compile(r"(Credential|SignedHeaders|Signature)=([^,\s]*)")
_SPACES = re.compile(r" +")


class MalformedClaim(ValueError):
    """The signature's own parameters are incomplete or no such values; the text says which."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says of its own signature; ``parameters`` are those of the query that are signed."""

    access_key_id: str
    day: str
    region: str
    signed_headers: str
    signature: str
    date: str
    token: str
    payload: str
    parameters: tuple[tuple[str, str], ...]

    def string_to_sign(self, canonical: bytes) -> str:
        """What is signed of a canonical request."""
        scope = f"{self.day}/{self.region}/s3/aws4_request"
        return f"{ALGORITHM}\n{self.date}\n{scope}\n{sha256(canonical).hexdigest()}"

    def fits(self, secret: str, string_to_sign: str) -> bool:
        """Whether the signature is the one that ``secret`` makes."""
        computed = hmac.digest(_signing_key(secret, self.day, self.region), string_to_sign.encode(), "sha256").hex()
        return hmac.compare_digest(computed.encode(), self.signature.encode())


def is_signed(call: Call) -> bool:
    """Whether the request claims a sender by this signature."""
    authorization = call.headers.get("authorization", "")
    return authorization.startswith(ALGORITHM) or call.param("X-Amz-Algorithm") is not None


def header_claim(call: Call, authorization: str) -> Claim:
    """What an Authorization header says; raises MalformedClaim."""
    fields, headers = dict(_FIELD.findall(authorization)), call.headers
    payload = headers.get("x-amz-content-sha256", "")
    if not payload:
        raise MalformedClaim("Missing required header for this request: x-amz-content-sha256")
    return _claim(
        fields.get("Credential", ""),
        fields.get("SignedHeaders", ""),
        fields.get("Signature", ""),
        headers.get("x-amz-date") or headers.get("date", ""),
        headers.get("x-amz-security-token", ""),
        payload,
        call.params,
    )


def query_claim(call: Call) -> tuple[Claim, int]:
    """What a presigned URL's X-Amz-* parameters say, and how many seconds it lasts; raises MalformedClaim."""
    parameters = dict(call.params)
    lasts = parameters.get("X-Amz-Expires", "")
    if not lasts.isdecimal() or not 0 < int(lasts) <= LONGEST_URL:
        raise MalformedClaim(f"X-Amz-Expires must be between 1 and {LONGEST_URL} seconds.")
    claim = _claim(
        parameters.get("X-Amz-Credential", ""),
        parameters.get("X-Amz-SignedHeaders", ""),
        parameters.get("X-Amz-Signature", ""),
        parameters.get("X-Amz-Date", ""),
        parameters.get("X-Amz-Security-Token", ""),
        call.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        [(name, value) for name, value in call.params if name != "X-Amz-Signature"],
    )
    return claim, int(lasts)


def canonical_request(call: Call, claim: Claim) -> bytes:
    """The canonical request of S3: the path encoded once, all parameters, the headers named."""
    query = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in claim.parameters)
    headers = call.headers
    lines = (
        call.method,
        quote(call.path, safe="/-_.~"),
        "&".join(f"{name}={value}" for name, value in query),
        "".join(
            f"{name}:{_SPACES.sub(' ', headers.get(name, '').strip())}\n" for name in claim.signed_headers.split(";")
        ),
        claim.signed_headers,
        claim.payload,
    )
    return "\n".join(lines).encode("latin-1")


@lru_cache(maxsize=64)
def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = ("AWS4" + secret).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _claim(
    credential: str,
    signed_headers: str,
    signature: str,
    date: str,
    token: str,
    payload: str,
    parameters: Iterable[tuple[str, str]],
) -> Claim:
    parts = credential.split("/")
    if len(parts) != 5 or parts[3:] != ["s3", "aws4_request"] or not signature or not signed_headers:
        raise MalformedClaim(f"Invalid Credential, SignedHeaders or Signature of {ALGORITHM}.")
    access_key_id, day, region = parts[:3]
    return Claim(access_key_id, day, region, signed_headers, signature, date, token, payload, tuple(parameters))
