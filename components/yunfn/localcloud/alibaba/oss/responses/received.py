"""The body of a write: taken in as a blob, checked against what the sender says of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.requests import ClientDisconnect

from yunfn.localcloud.alibaba.oss.crc64 import crc64
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

_LARGEST = 5 * 1024**3
_HELD_IN_MEMORY = 64 * 1024
_SHA256_LENGTH = 64
_SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


class IncompleteBody(OssError):
    """The sender closed the connection before the body was whole."""

    code = "IncompleteBody"
    text = "You did not provide the number of bytes specified by the Content-Length HTTP header."


class XAmzContentSHA256Mismatch(OssError):
    """An S3 client's digest of its body does not fit the body."""

    code = "XAmzContentSHA256Mismatch"
    text = "The provided 'x-amz-content-sha256' header does not match what was computed."


@dataclass(frozen=True, slots=True)
class Received:
    """A body that was taken in: its blob ("" for none), size in bytes, MD5 (upper-case hex), CRC-64, SHA-256 (hex)."""

    blob: str
    size: int
    md5: str
    crc: int
    sha256: str

    @property
    def pieces(self) -> list[tuple[str, int]]:
        """The blob as an object's pieces."""
        return [(self.blob, self.size)] if self.blob else []


async def receive(request: OssRequest) -> Received:
    """Take in the body; raises (and keeps nothing) for a body that OSS refuses or that fails its checksums."""
    refuse_aws_chunks(request)
    headers = request.headers
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        raise MissingContentLength()
    if length is not None and int(length) > _LARGEST:
        raise EntityTooLarge(MaxSizeAllowed=str(_LARGEST))
    try:
        if length is not None and int(length) <= _HELD_IN_MEMORY:
            received = keep(request, await request.call.body())
        else:
            received = await keep_stream(request, request.call.stream())
    except ClientDisconnect:
        raise IncompleteBody() from None
    try:
        _check(request, received)
    except OssError:
        request.state.leases.delete(name for name, _ in received.pieces)
        raise
    return received


def keep(request: OssRequest, body: bytes) -> Received:
    """Store a body that is in memory."""
    if not body:
        md5 = hashlib.md5(b"", usedforsecurity=False).hexdigest().upper()
        return Received("", 0, md5, 0, hashlib.sha256(b"").hexdigest())
    blob = request.state.blobs.put(body)
    return Received(blob.name, blob.size, blob.md5.upper(), crc64(body), blob.sha256)


async def keep_stream(request: OssRequest, chunks: AsyncIterator[bytes]) -> Received:
    """Store a body as it comes in; EntityTooLarge past 5 GB."""
    crc = size = 0

    async def observed() -> AsyncIterator[bytes]:
        nonlocal crc, size
        async for chunk in chunks:
            crc = crc64(chunk, crc)
            size += len(chunk)
            if size > _LARGEST:
                raise EntityTooLarge(MaxSizeAllowed=str(_LARGEST))
            yield chunk

    blob = await request.state.blobs.put_stream(observed())
    if not size:
        request.state.blobs.delete(blob.name)
        return keep(request, b"")
    return Received(blob.name, blob.size, blob.md5.upper(), crc, blob.sha256)


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
    if expected:
        try:
            digest = base64.b64decode(expected, validate=True)
        except binascii.Error:
            digest = b""
        if digest.hex().upper() != received.md5:
            raise InvalidDigest(ContentMD5=expected)
    sha256 = request.header("x-amz-content-sha256")
    if len(sha256) == _SHA256_LENGTH and sha256 != received.sha256:
        raise XAmzContentSHA256Mismatch()
    crc = request.header("x-oss-hash-crc64ecma")
    if crc and crc != str(received.crc):
        raise InvalidArgument(
            "The crc64 you specified does not match the one computed of the body.",
            ArgumentName="x-oss-hash-crc64ecma",
            ArgumentValue=crc,
        )
