"""The body of a write, taken in as a blob with the checksums that answers and checks need."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from yunfn.localcloud.blobs import BlobStore
from yunfn.localcloud.call import Call
from yunfn.localcloud.objectstore.blob_leases import BlobLeases
from yunfn.localcloud.objectstore.crc64 import crc64

LARGEST = 5 * 1024**3
"""The largest body of one request, in bytes: 5 GB on OSS and COS alike (both API references, PutObject)."""

_HELD_IN_MEMORY = 64 * 1024
_SHA256_LENGTH = 64


class BodyTooLarge(Exception):
    """The body is larger than one request may bring; nothing of it was kept."""


@dataclass(frozen=True, slots=True)
class Received:
    """A body that was taken in: its blob ("" for none), size in bytes, MD5 (lower-case hex), CRC-64, SHA-256 (hex)."""

    blob: str
    size: int
    md5: str
    crc: int
    sha256: str

    @property
    def pieces(self) -> list[tuple[str, int]]:
        """The blob as an object's pieces."""
        return [(self.blob, self.size)] if self.blob else []

    def fits_md5(self, content_md5: str) -> bool:
        """Whether the body has the digest of a Content-MD5 header (base64); False for one that is no base64 too."""
        try:
            return base64.b64decode(content_md5, validate=True).hex() == self.md5
        except binascii.Error:
            return False

    def fits_sha256(self, content_sha256: str) -> bool:
        """Whether the body has the digest of an x-amz-content-sha256 header, which may hold none."""
        return len(content_sha256) != _SHA256_LENGTH or content_sha256 == self.sha256


async def take_in_checked(
    call: Call, blobs: BlobStore, leases: BlobLeases, check: Callable[[Received], None]
) -> Received:
    """Store the request's body unless ``check`` raises; raises what that does and what :func:`take_in` does."""
    received = await take_in(call, blobs)
    with leases.removed_on_failure(received.pieces):
        check(received)
    return received


async def take_in(call: Call, blobs: BlobStore) -> Received:
    """Store the request's body; raises BodyTooLarge past 5 GB, and starlette's ClientDisconnect if it is cut short."""
    length = call.headers.get("content-length")
    if length is not None and int(length) > LARGEST:
        raise BodyTooLarge
    if length is not None and int(length) <= _HELD_IN_MEMORY:
        return keep(blobs, await call.body())
    return await keep_stream(blobs, call.stream())


def keep(blobs: BlobStore, body: bytes) -> Received:
    """Store a body that is in memory."""
    if not body:
        return measured(body)
    blob = blobs.put(body)
    return Received(blob.name, blob.size, blob.md5, crc64(body), blob.sha256)


def measured(body: bytes) -> Received:
    """The checksums of a body that is in memory and is not kept."""
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return Received("", len(body), md5, crc64(body), hashlib.sha256(body).hexdigest())


async def keep_stream(blobs: BlobStore, chunks: AsyncIterator[bytes]) -> Received:
    """Store a body as it comes in; BodyTooLarge past 5 GB."""
    crc = size = 0

    async def observed() -> AsyncIterator[bytes]:
        nonlocal crc, size
        async for chunk in chunks:
            crc = crc64(chunk, crc)
            size += len(chunk)
            if size > LARGEST:
                raise BodyTooLarge
            yield chunk

    blob = await blobs.put_stream(observed())
    if not size:
        blobs.delete(blob.name)
        return keep(blobs, b"")
    return Received(blob.name, blob.size, blob.md5, crc, blob.sha256)
