"""Zips of code and layers: taken in once, kept as blobs while anything refers to them.

Who refers to a blob is kept beside it as one document a holder, so that giving one up costs the same however
many functions there are.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.state import Package
from yunfn.localcloud.objectstore.crc64 import crc64

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

T = TypeVar("T")
_CHUNK = 1 << 20
# A thread takes longer to start than this many bytes to work on, most of all on a busy machine.
_SMALL = 1 << 18
_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Holder:
    """What refers to packages: ``kind`` function, version or layer, and its name within account and region."""

    account: str
    region: str
    kind: str
    name: str

    @property
    def key(self) -> str:
        """The holder in one string."""
        return f"{self.kind}/{self.account}/{self.region}/{self.name}"


class Packages:
    """Takes zips in and lets go of those that nothing refers to any more."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._blobs = cloud.blobs
        self._holders = cloud.store.collection("", "", "fc/package-holders")

    async def take_inline(self, encoded: str, checksum: str | None, limit_mb: int) -> Package:
        """Store a base64 encoded zip of at most ``limit_mb`` MB; raises InvalidArgument."""
        try:
            data = await _aside(len(encoded), lambda: base64.b64decode(encoded, validate=True))
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
            self._blobs.delete(package.blob)

    async def _take(self, chunks: AsyncIterator[bytes], checksum: str | None) -> Package:
        crc = 0

        async def measured() -> AsyncIterator[bytes]:
            nonlocal crc
            async for chunk in chunks:
                crc = await _aside(len(chunk), partial(crc64, chunk, crc))
                yield chunk

        blob = await self._blobs.put_stream(measured())
        package = Package(blob.name, blob.size, str(crc), blob.sha256)
        if checksum and checksum != package.checksum:
            self.discard(package)
            raise InvalidArgument(f"code checksum {package.checksum} does not match the checksum {checksum} given")
        if not await _aside(blob.size, lambda: _is_zip(self._blobs.path(blob.name))):
            self.discard(package)
            raise InvalidArgument("the code package is not a valid zip file")
        return package


async def _aside(size: int, work: Callable[[], T]) -> T:
    """Do ``work`` on ``size`` bytes: small work at once, large in a thread, so that others are answered meanwhile."""
    return work() if size <= _SMALL else await asyncio.to_thread(work)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


async def _read(path: Path, size: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await _aside(size, lambda: file.read(_CHUNK)):
            yield chunk


def _is_zip(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            archive.infolist()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
        return False
    return True
