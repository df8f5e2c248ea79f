"""AWS signature V4 against Amazon's own published example."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request

from yunfn.localcloud import aws4
from yunfn.localcloud.call import Call

EMPTY = hashlib.sha256(b"").hexdigest()
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
    "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
    "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
)


def example() -> Call:
    """The GET of "Signature calculations for the Authorization header" in the S3 API reference."""
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "range": "bytes=0-9",
        "x-amz-content-sha256": EMPTY,
        "x-amz-date": "20130524T000000Z",
    }
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/test.txt", "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Call(cloud=type("", (), {"account": ""})(), request=Request(scope), host="", match={})


def test_amazons_own_example() -> None:
    call = example()
    claim = aws4.header_claim(call, AUTHORIZATION)
    canonical = aws4.canonical_request(call, claim)
    # Published there: the hash of the canonical request, and the signature.
    assert hashlib.sha256(canonical).hexdigest() == "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972"
    assert claim.fits(SECRET, claim.string_to_sign(canonical))
    assert not claim.fits(SECRET + "x", claim.string_to_sign(canonical))
    assert not replace(claim, day="20130525").fits(SECRET, claim.string_to_sign(canonical))


@pytest.mark.parametrize("part", ["/s3/", "Signature=f0", "SignedHeaders=host"])
def test_what_is_incomplete_is_told(part: str) -> None:
    with pytest.raises(aws4.MalformedClaim):
        aws4.header_claim(example(), AUTHORIZATION.replace(part, part[0] + "x=" + part[1:].replace("=", "")))
