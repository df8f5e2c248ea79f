"""The body of a write: taken in as a blob, checked against what the sender says of it."""

from __future__ import annotations

from starlette.requests import ClientDisconnect

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.objectstore.receiving import LARGEST, BodyTooLarge, Received, measured, take_in_checked
from yunfn.localcloud.tencent.cos.exceptions import (
    BadDigest,
    ContentHashMismatch,
    EntityTooLarge,
    IncompleteBody,
    InvalidDigest,
    MissingContentLength,
)
from yunfn.localcloud.tencent.cos.request import CosRequest

# 16 bytes in base64.
_MD5_LENGTH = 24


async def receive(request: CosRequest) -> Received:
    """Take in the body; raises (and keeps nothing) for a body that COS refuses or that fails its checksums."""
    payload = request.header("x-amz-content-sha256")
    if payload.startswith("STREAMING-") or "aws-chunked" in request.header("content-encoding"):
        raise UnknownOperationError("cos", f"{request.call.operation} with a body in AWS's chunks")
    if not request.header("content-length") and "transfer-encoding" not in request.headers:
        raise MissingContentLength()
    try:
        state = request.state
        return await take_in_checked(request.call, state.blobs, state.leases, lambda body: check(request, body))
    except BodyTooLarge:
        raise EntityTooLarge(MaxSizeAllowed=str(LARGEST)) from None
    except ClientDisconnect:
        raise IncompleteBody() from None


def check(request: CosRequest, received: Received) -> None:
    """Raise InvalidDigest, BadDigest or ContentHashMismatch unless the body is the one its digests tell of."""
    expected = request.header("content-md5")
    if expected and len(expected) != _MD5_LENGTH:
        raise InvalidDigest()
    if expected and not received.fits_md5(expected):
        raise BadDigest()
    if not received.fits_sha256(request.header("x-amz-content-sha256")):
        raise ContentHashMismatch()


async def checked_body(request: CosRequest) -> bytes:
    """The whole body of a small request; BadDigest or ContentHashMismatch as for :func:`check`."""
    body = await request.call.body()
    check(request, measured(body))
    return body
