"""The body of a write: taken in as a blob, checked against what the sender says of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect

from yunfn.localcloud.alibaba.oss.exceptions import (
    AwsChunkedForbidden,
    EntityTooLarge,
    InvalidArgument,
    InvalidDigest,
    MissingContentLength,
    OssError,
)
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.objectstore.receiving import LARGEST, BodyTooLarge, Received, take_in_checked
from yunfn.localcloud.objectstore.receiving import keep_stream as keep_chunks

_SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


class IncompleteBody(OssError):
    """The sender closed the connection before the body was whole."""

    code = "IncompleteBody"
    text = "You did not provide the number of bytes specified by the Content-Length HTTP header."


class XAmzContentSHA256Mismatch(OssError):
    """An S3 client's digest of its body does not fit the body."""

    code = "XAmzContentSHA256Mismatch"
    text = "The provided 'x-amz-content-sha256' header does not match what was computed."


async def receive(request: OssRequest) -> Received:
    """Take in the body; raises (and keeps nothing) for a body that OSS refuses or that fails its checksums."""
    refuse_aws_chunks(request)
    headers = request.headers
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        raise MissingContentLength()
    try:
        state = request.state
        return await take_in_checked(request.call, state.blobs, state.leases, lambda body: _check(request, body))
    except BodyTooLarge:
        raise EntityTooLarge(MaxSizeAllowed=str(LARGEST)) from None
    except ClientDisconnect:
        raise IncompleteBody() from None


async def keep_stream(request: OssRequest, chunks: AsyncIterator[bytes]) -> Received:
    """Store bytes as they come in from elsewhere than the body; EntityTooLarge past 5 GB."""
    try:
        return await keep_chunks(request.state.blobs, chunks)
    except BodyTooLarge:
        raise EntityTooLarge(MaxSizeAllowed=str(LARGEST)) from None


def refuse_aws_chunks(request: OssRequest) -> None:
    """Raise AwsChunkedForbidden for the chunked bodies of AWS SDKs (OSS documentation, EC 0017-00000804)."""
    payload = request.header("x-amz-content-sha256")
    if payload == _SIGNED_CHUNKS:
        # The one form of such bodies that the true OSS takes.
        raise UnknownOperationError("oss", f"{request.call.operation} with x-amz-content-sha256: {payload}")
    if "aws-chunked" in request.header("content-encoding").lower():
        raise AwsChunkedForbidden(ArgumentName="Content-Encoding", ArgumentValue="aws-chunked")
    if payload.startswith("STREAMING-"):
        raise AwsChunkedForbidden(ArgumentName="x-amz-content-sha256", ArgumentValue=payload)
    if trailer := request.header("x-amz-trailer"):
        raise AwsChunkedForbidden(ArgumentName="x-amz-trailer", ArgumentValue=trailer)


def _check(request: OssRequest, received: Received) -> None:
    expected = request.header("content-md5")
    if expected and not received.fits_md5(expected):
        raise InvalidDigest(ContentMD5=expected)
    if not received.fits_sha256(request.header("x-amz-content-sha256")):
        raise XAmzContentSHA256Mismatch()
    crc = request.header("x-oss-hash-crc64ecma")
    if crc and crc != str(received.crc):
        raise InvalidArgument(
            "The crc64 you specified does not match the one computed of the body.",
            ArgumentName="x-oss-hash-crc64ecma",
            ArgumentValue=crc,
        )
