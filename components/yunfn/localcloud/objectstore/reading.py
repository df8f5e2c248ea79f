"""The bytes of a stored object, or a span of them, out of the blobs that hold it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from yunfn.localcloud.blobs import BlobStore
from yunfn.localcloud.objectstore.blob_leases import BlobLeases
from yunfn.localcloud.objectstore.stored_object import StoredObject

_READ_AT_ONCE = 1024 * 1024
_CHUNK = 256 * 1024


class ObjectReader:
    """Reads objects of one store; what is deleted meanwhile stays readable to the end."""

    def __init__(self, blobs: BlobStore, leases: BlobLeases) -> None:
        self._blobs = blobs
        self._leases = leases

    def respond(self, stored: StoredObject, wanted: tuple[int, int] | None, headers: dict[str, str]) -> Response:
        """The answer with ``headers`` and the bytes: all, or from first to last of ``wanted`` with status 206."""
        status, first, length = 200, 0, stored.size
        if wanted is not None:
            status, first, length = 206, wanted[0], wanted[1] - wanted[0] + 1
            headers["content-range"] = f"bytes {wanted[0]}-{wanted[1]}/{stored.size}"
        headers["content-length"] = str(length)
        if length <= _READ_AT_ONCE:
            return Response(self.read(stored, first, length), status, headers)
        return StreamingResponse(self.stream(stored, first, length), status, headers)

    def read(self, stored: StoredObject, first: int, length: int) -> bytes:
        """``length`` bytes from ``first`` on, at once."""
        parts = []
        for blob, start, count in _spans(stored, first, length):
            with self._blobs.path(blob).open("rb") as file:
                file.seek(start)
                parts.append(file.read(count))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def stream(self, stored: StoredObject, first: int, length: int) -> AsyncIterator[bytes]:
        """``length`` bytes from ``first`` on, in chunks."""
        spans = _spans(stored, first, length)
        with self._leases.hold(blob for blob, _, _ in spans):
            for blob, start, count in spans:
                with self._blobs.path(blob).open("rb") as file:
                    file.seek(start)
                    left = count
                    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                        left -= len(chunk)
                        yield chunk


def _spans(stored: StoredObject, first: int, length: int) -> list[tuple[str, int, int]]:
    """Which bytes of which blobs hold the bytes asked for: blob, start and count."""
    spans, position, end = [], 0, first + length
    for blob, size in stored.pieces:
        start, stop = max(first, position), min(end, position + size)
        if start < stop:
            spans.append((blob, start - position, stop - start))
        position += size
    return spans
