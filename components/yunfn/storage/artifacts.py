"""Artifacts into a store and out of it: stored once under their digest, trusted only for their bytes.

A key that holds a digest says nothing of the object: anybody who may write to the bucket could have put it there.
What is found is used only if it is the very zip (SHA-256), or another zip of the same files (its manifest, recomputed,
has the digest): equal input does not give equal zip bytes across builds of zlib and libdeflate.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from yunfn.exceptions import ArtifactError, ObjectExistsError, PackagingError
from yunfn.packaging.archive import MAX_UNZIPPED, Archive
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import BUILDER_VERSION, Manifest
from yunfn.storage.crc64 import crc64
from yunfn.storage.object_store import Checksums, ObjectHead, ObjectStore, Transfer
from yunfn.storage.zip_layout import refuse_ambiguous

_CHUNK = 1 << 20


class StorablePackage(Protocol):
    """What of a ``packaging.Package`` is needed to store it; sizes in bytes, hashes in hexadecimal."""

    @property
    def file(self) -> Path:
        """The zip on this machine."""

    @property
    def digest(self) -> str:
        """The digest of the manifest."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the zip."""

    @property
    def md5(self) -> str:
        """MD5 of the zip."""

    @property
    def zip_size(self) -> int:
        """Size of the zip."""


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """An artifact that lies in the store.

    ``found`` says that it was there before and was checked, and not uploaded. ``sha256`` is that of the bytes in the
    store: another than the local zip's where the zip there holds the same files, compressed otherwise.
    """

    head: ObjectHead
    found: bool
    sha256: str


def store_artifact(
    store: ObjectStore,
    key: str,
    package: StorablePackage,
    transfer: Transfer | None = None,
    *,
    target: str | None = None,
    builder: int = BUILDER_VERSION,
) -> StoredArtifact:
    """See that ``package`` lies under ``key``: check what is there, or upload it; never overwrites.

    ``target`` and ``builder`` are the manifest's own (layers have them, code packages do not): they are needed to
    recompute the digest of an object that is there already.

    Raises:
        ArtifactError: what lies there is not this package (nothing is changed), or the upload failed or was cancelled.
        PackagingError: the local zip is gone, or is not the one that was packed.
        CloudAnswerError: the cloud refused a request.
    """
    wanted = _Wanted(package.digest, package.sha256, target, builder)
    running = transfer or Transfer()
    head = store.head(key)
    if head is None:
        checksums = Checksums(_verified(package), package.sha256)
        try:
            return StoredArtifact(store.put(key, package.file, checksums, running), False, package.sha256)
        except ObjectExistsError:
            # Somebody else was quicker; most often with the very same package.
            head = store.head(key)
            if head is None:
                raise
    with tempfile.TemporaryDirectory(prefix="yunfn-artifact-") as folder:
        return StoredArtifact(head, True, _trusted(store, key, head, wanted, Path(folder) / "found.zip", running))


def fetch_artifact(
    store: ObjectStore,
    key: str,
    digest: str,
    sha256: str,
    into: Path,
    *,
    target: str | None = None,
    builder: int = BUILDER_VERSION,
    transfer: Transfer | None = None,
) -> str | None:
    """Copy the artifact under ``key`` to the file ``into``, whole and trusted or not at all.

    ``sha256`` is that of the zip as state or ``layer.lock`` have it, "" where it is not known: then only the manifest
    decides. Returns the SHA-256 of the file, or None if nothing lies under the key.

    Raises:
        ArtifactError: what lies there is not this artifact, or the transfer was cancelled.
        CloudAnswerError: the cloud refused a request.
    """
    head = store.head(key)
    if head is None:
        return None
    into.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=into.parent, prefix=".", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        wanted = _Wanted(digest, sha256, target, builder)
        found = _trusted(store, key, head, wanted, part, transfer or Transfer())
        part.replace(into)
    finally:
        part.unlink(missing_ok=True)
    return found


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What an object has to be: the zip of this SHA-256, or a zip whose manifest has this digest."""

    digest: str
    sha256: str
    target: str | None
    builder: int


def _verified(package: StorablePackage) -> int:
    """Check the local zip against its record as ``Package.verify`` does; returns its CRC-64, from the same reading."""
    sha256, crc, size = hashlib.sha256(), 0, 0
    try:
        with package.file.open("rb") as content, ThreadPoolExecutor(1) as beside:
            # On another core: MD5 costs as much as the other two, and unlike crcmod lets go of the interpreter's lock.
            md5 = beside.submit(_md5, package.file)
            while chunk := content.read(_CHUNK):
                sha256.update(chunk)
                crc = crc64(chunk, crc)
                size += len(chunk)
            found = md5.result(), sha256.hexdigest(), size
    except FileNotFoundError:
        raise PackagingError(f"{package.file}: is gone since it was packed; run again") from None
    except OSError as error:
        raise PackagingError(f"{package.file}: cannot be read: {error.strerror}") from error
    if found != (package.md5, package.sha256, package.zip_size):
        raise PackagingError(
            f"{package.file}: SHA-256 {sha256.hexdigest()} ({size} bytes) is not {package.sha256} "
            f"({package.zip_size} bytes) as recorded when it was packed; it is not deployed. "
            "Delete the file and run again"
        )
    return crc


def _md5(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _trusted(store: ObjectStore, key: str, head: ObjectHead, wanted: _Wanted, file: Path, transfer: Transfer) -> str:
    """Copy the object to ``file``; returns its SHA-256, or raises ArtifactError if it is not what is wanted."""
    place = f"{store.bucket}/{key}"
    sha256 = _copied(store, key, head, file, transfer)
    if sha256 == wanted.sha256:
        return sha256
    found = f"an object of {head.size} bytes with SHA-256 {sha256}"
    asked = f"the artifact {wanted.digest}" + (f" (SHA-256 {wanted.sha256})" if wanted.sha256 else "")
    try:
        with closing(Archive(file, Selection(defaults=False))) as archive:
            manifest = replace(Manifest.of(archive.entries(), place, wanted.target), builder=wanted.builder)
        refuse_ambiguous(file, place)
    except PackagingError as error:
        said = str(error).replace(str(file), place)
        raise ArtifactError(f"{place}: holds {found}, which is not {asked}: {said}; {_LEFT}") from error
    if manifest.digest != wanted.digest:
        raise ArtifactError(
            f"{place}: holds {found}, which is not {asked}: the digest of its {len(manifest.entries)} files is "
            f"{manifest.digest}; {_LEFT}"
        )
    return sha256


_LEFT = "it is not used, and was left as it is: find out who put it there, remove it, and run again"


def _copied(store: ObjectStore, key: str, head: ObjectHead, file: Path, transfer: Transfer) -> str:
    """Write the object's bytes to ``file``; returns their SHA-256."""
    place = f"{store.bucket}/{key}"
    if head.size > MAX_UNZIPPED:
        raise ArtifactError(f"{place}: holds an object of {head.size} bytes: no artifact is that large; {_LEFT}")
    sha256, crc, size = hashlib.sha256(), 0, 0
    with file.open("wb") as copy:
        for chunk in store.read(key):
            if transfer.cancelled.is_set():
                raise ArtifactError(f"{place}: comparing what lies there was cancelled")
            size += len(chunk)
            if size > head.size:
                break
            copy.write(chunk)
            sha256.update(chunk)
            crc = crc64(chunk, crc)
    # A store that does not tell the CRC-64 of an object (an old one of COS) says 0.
    if size != head.size or (head.crc64 and crc != head.crc64):
        raise ArtifactError(f"{place}: changed while it was read; run again")
    return sha256.hexdigest()
