"""Stored zips, kept while anything refers to them.

Who refers to a blob is kept beside it as one document a holder, so that giving one up costs the same however many
functions there are. A blob that is being downloaded stays to the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from yunfn.localcloud.objectstore.blob_leases import BlobLeases

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

T = TypeVar("T")
# A thread takes longer to start than this many bytes to work on, most of all on a busy machine.
_SMALL = 1 << 18


class StoredPackage(Protocol):
    """What each cloud remembers of a zip; ``blob`` is the name of its bytes."""

    @property
    def blob(self) -> str:
        """The blob's name."""


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


class PackageStore:
    """The packages of one ``service``: held, let go of, and sent."""

    def __init__(self, cloud: LocalCloud, service: str) -> None:
        self._blobs = cloud.blobs
        self._leases = BlobLeases(cloud.blobs)
        self._holders = cloud.store.collection("", "", f"{service}/package-holders")

    def hold(self, packages: Sequence[StoredPackage], holder: Holder) -> None:
        """Note that ``holder`` refers to the packages."""
        for package in packages:
            self._holders.put(f"{package.blob}/{holder.key}", {})

    def release(self, packages: Sequence[StoredPackage], holder: Holder) -> None:
        """Note that ``holder`` gives the packages up; bytes that nobody holds any more are removed."""
        for package in packages:
            self._holders.delete(f"{package.blob}/{holder.key}")
            self.discard(package)

    def discard(self, package: StoredPackage) -> None:
        """Remove the bytes unless somebody holds them."""
        if next(self._holders.scan(prefix=f"{package.blob}/", limit=1), None) is None:
            self._leases.delete([package.blob])

    def download(self, blob: str) -> Response | None:
        """The bytes of a blob, whole or a range, to the end even if the package goes meanwhile; None if it is gone."""
        path = self._blobs.path(blob)
        return _Download(path, blob, self._leases) if path.is_file() else None


class _Download(FileResponse):
    def __init__(self, path: Path, blob: str, leases: BlobLeases) -> None:
        super().__init__(path, media_type="application/zip")
        self._blob = blob
        self._leases = leases

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._leases.hold([self._blob]):
            await super().__call__(scope, receive, send)


async def aside(size: int, work: Callable[[], T]) -> T:
    """Do ``work`` on ``size`` bytes: small work at once, large in a thread, so that others are answered meanwhile."""
    return work() if size <= _SMALL else await asyncio.to_thread(work)
