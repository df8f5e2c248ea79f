"""Zips of code and layers, as Function Compute takes them in: within limits, by their CRC-64."""

from __future__ import annotations

import base64
import binascii
import zipfile
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.state import Package
from yunfn.localcloud.codestore.packages import PackageStore, aside
from yunfn.localcloud.objectstore.crc64 import crc64

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

_CHUNK = 1 << 20
_MB = 1 << 20


class Packages(PackageStore):
    """Takes zips in and lets go of those that nothing refers to any more."""

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud, "fc")

    async def take_inline(self, encoded: str, checksum: str | None, limit_mb: int) -> Package:
        """Store a base64 encoded zip of at most ``limit_mb`` MB; raises InvalidArgument."""
        try:
            data = await aside(len(encoded), lambda: base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            raise InvalidArgument("zipFile is not valid base64") from None
        if len(data) > limit_mb * _MB:
            raise InvalidArgument(f"code size {len(data)} exceeds the limit {limit_mb * _MB}")
        return await self._take(_pieces(data), checksum)

    async def take_file(self, path: Path, checksum: str | None, limit_mb: int) -> Package:
        """Store a copy of the zip at ``path`` (an OSS object's bytes), of at most ``limit_mb`` MB."""
        size = path.stat().st_size  # noqa: ASYNC240 - no slower than a thread would be to start
        if size > limit_mb * _MB:
            raise InvalidArgument(f"code size {size} exceeds the limit {limit_mb * _MB}")
        return await self._take(_read(path, size), checksum)

    async def _take(self, chunks: AsyncIterator[bytes], checksum: str | None) -> Package:
        crc = 0

        async def measured() -> AsyncIterator[bytes]:
            nonlocal crc
            async for chunk in chunks:
                crc = await aside(len(chunk), partial(crc64, chunk, crc))
                yield chunk

        blob = await self._blobs.put_stream(measured())
        package = Package(blob.name, blob.size, str(crc), blob.sha256)
        if checksum and checksum != package.checksum:
            self.discard(package)
            raise InvalidArgument(f"code checksum {package.checksum} does not match the checksum {checksum} given")
        if not await aside(blob.size, lambda: _is_zip(self._blobs.path(blob.name))):
            self.discard(package)
            raise InvalidArgument("the code package is not a valid zip file")
        return package


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


async def _read(path: Path, size: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await aside(size, lambda: file.read(_CHUNK)):
            yield chunk


def _is_zip(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            archive.infolist()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
        return False
    return True
