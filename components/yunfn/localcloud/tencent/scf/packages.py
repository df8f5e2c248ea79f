"""Zips of code and layers: taken in once, kept as blobs while anything refers to them.

Who refers to a blob is kept beside it as one document a holder, so that giving one up costs the same however
many functions there are. A blob that is being downloaded stays to the end.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yunfn.localcloud.objectstore.blob_leases import BlobLeases
from yunfn.localcloud.tencent.scf.state import Package

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

# A thread takes longer to start than this many bytes to work on, most of all on a busy machine.
_SMALL = 1 << 18
_CHUNK = 256 * 1024


class BadPackageError(Exception):
    """The bytes are no zip archive."""


class NotBase64Error(Exception):
    """Inline code is not base64."""


@dataclass(frozen=True, slots=True)
class Holder:
    """What refers to packages: ``kind`` function, version or layer, and its name within the region."""

    region: str
    kind: str
    name: str

    @property
    def key(self) -> str:
        """The holder in one string."""
        return f"{self.kind}/{self.region}/{self.name}"


class Packages:
    """Takes zips in and lets go of those that nothing refers to any more."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._blobs = cloud.blobs
        self._leases = BlobLeases(cloud.blobs)
        self._holders = cloud.store.collection("", "", "scf/package-holders")

    async def take_inline(self, encoded: str) -> Package:
        """Store a base64 encoded zip; raises NotBase64Error, BadPackageError."""
        try:
            if len(encoded) <= _SMALL:
                data = base64.b64decode(encoded, validate=True)
            else:
                data = await asyncio.to_thread(base64.b64decode, encoded, validate=True)
        except (binascii.Error, ValueError):
            raise NotBase64Error from None

        async def pieces() -> AsyncIterator[bytes]:
            yield data

        return await self.take(pieces())

    async def take(self, chunks: AsyncIterator[bytes]) -> Package:
        """Store a zip; raises BadPackageError."""
        blob = await self._blobs.put_stream(chunks)
        path = self._blobs.path(blob.name)
        try:
            unzipped = _unzipped(path) if blob.size <= _SMALL else await asyncio.to_thread(_unzipped, path)
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
            self._blobs.delete(blob.name)
            raise BadPackageError from None
        return Package(blob.name, blob.size, blob.sha256, unzipped)

    def hold(self, packages: Sequence[Package], holder: Holder) -> None:
        """Note that ``holder`` refers to the packages."""
        for package in packages:
            self._holders.put(f"{package.blob}/{holder.key}", {})

    def release(self, packages: Sequence[Package], holder: Holder) -> None:
        """Note that ``holder`` gives the packages up; bytes that nobody holds any more are removed."""
        for package in packages:
            self._holders.delete(f"{package.blob}/{holder.key}")
            self.discard(package)

    def discard(self, package: Package) -> None:
        """Remove the bytes unless somebody holds them."""
        if next(self._holders.scan(prefix=f"{package.blob}/", limit=1), None) is None:
            self._leases.delete([package.blob])

    def exists(self, blob: str) -> bool:
        """Whether the bytes are there."""
        return self._blobs.path(blob).is_file()

    def size(self, blob: str) -> int:
        """The bytes' number."""
        return self._blobs.path(blob).stat().st_size

    async def read(self, blob: str) -> AsyncIterator[bytes]:
        """The bytes in chunks, to the end even if the package goes meanwhile."""
        with self._leases.hold([blob]), self._blobs.path(blob).open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def _unzipped(path: Path) -> int:
    """The bytes that all files of an archive have unpacked, by its own table."""
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())
