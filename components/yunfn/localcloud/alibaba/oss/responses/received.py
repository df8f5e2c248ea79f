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

_LARGEST = 5 * 1024**3
_HELD_IN_MEMORY = 64 * 1024


class IncompleteBody(OssError):
    """The sender closed the connection before the body was whole."""

    code = "IncompleteBody"
    text = "You did not provide the number of bytes specified by the Content-Length HTTP header."


@dataclass(frozen=True, slots=True)
class Received:
    """A body that was taken in: its blob ("" for none), size in bytes, MD5 (upper-case hex) and CRC-64."""

    blob: str
    size: int
    md5: str
    crc: int

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
        return Received("", 0, hashlib.md5(b"", usedforsecurity=False).hexdigest().upper(), 0)
    blob = request.state.blobs.put(body)
    return Received(blob.name, blob.size, blob.md5.upper(), crc64(body))


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
    return Received(blob.name, blob.size, blob.md5.upper(), crc)


def refuse_aws_chunks(request: OssRequest) -> None:
    """Raise AwsChunkedForbidden for the chunked bodies of AWS SDKs (OSS documentation, EC 0017-00000804)."""
    if "aws-chunked" in request.header("content-encoding").lower():
        raise AwsChunkedForbidden(ArgumentName="Content-Encoding", ArgumentValue="aws-chunked")
    payload = request.header("x-amz-content-sha256")
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
    crc = request.header("x-oss-hash-crc64ecma")
    if crc and crc != str(received.crc):
        raise InvalidArgument(
            "The crc64 you specified does not match the one computed of the body.",
            ArgumentName="x-oss-hash-crc64ecma",
            ArgumentValue=crc,
        )
