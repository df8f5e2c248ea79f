"""Zips of code and layers, as SCF takes them in: with what their files take unzipped."""

from __future__ import annotations

import base64
import binascii
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from yunfn.localcloud.codestore.packages import PackageStore, aside
from yunfn.localcloud.tencent.scf.state import Package

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class BadPackageError(Exception):
    """The bytes are no zip archive."""


class NotBase64Error(Exception):
    """Inline code is not base64."""


class Packages(PackageStore):
    """Takes zips in and lets go of those that nothing refers to any more."""

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud, "scf")

    async def take_inline(self, encoded: str) -> Package:
        """Store a base64 encoded zip; raises NotBase64Error, BadPackageError."""
        try:
            data = await aside(len(encoded), lambda: base64.b64decode(encoded, validate=True))
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
            unzipped = await aside(blob.size, lambda: _unzipped(path))
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
            self._blobs.delete(blob.name)
            raise BadPackageError from None
        return Package(blob.name, blob.size, blob.sha256, unzipped)


def _unzipped(path: Path) -> int:
    """The bytes that all files of an archive have unpacked, by its own table."""
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())
