"""A package that was written: where its zip is, and how to tell that it is still the one that was written."""

from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from yunfn.exceptions import PackagingError
from yunfn.packaging.manifest import Manifest

# Below, a second thread costs more than it saves.
_LARGE = 1 << 20


@dataclass(frozen=True, slots=True)
class FileHashes:
    """MD5 and SHA-256 (hex) of a file, and its size in bytes."""

    md5: str
    sha256: str
    size: int

    @classmethod
    def of(cls, file: Path) -> FileHashes | None:
        """Hash ``file``; None if it is not there."""
        try:
            size = file.stat().st_size
            if size < _LARGE:
                content = file.read_bytes()
                md5, sha256 = hashlib.md5(content, usedforsecurity=False), hashlib.sha256(content)
                return cls(md5.hexdigest(), sha256.hexdigest(), len(content))
            with ThreadPoolExecutor(1) as pool:
                other = pool.submit(_digest, file, "md5")
                return cls(sha256=_digest(file, "sha256"), md5=other.result(), size=size)
        except FileNotFoundError:
            return None


@dataclass(frozen=True, slots=True)
class Package:
    """A packed folder or zip: manifest, digest over it, the zip's file, and the zip's MD5 and SHA-256 (hex).

    ``zip_size`` and ``manifest.size`` are bytes, zipped and unzipped.
    """

    manifest: Manifest
    digest: str
    file: Path
    md5: str
    sha256: str
    zip_size: int

    @property
    def content_md5(self) -> str:
        """The MD5 as the header Content-MD5 writes it: base64 of the 16 bytes (RFC 1864)."""
        return base64.b64encode(bytes.fromhex(self.md5)).decode()

    def verify(self) -> None:
        """Check the zip on disk against the recorded hashes, right before it is used.

        Raises:
            PackagingError: the file is gone or its MD5 or SHA-256 is not the recorded one.
        """
        found = FileHashes.of(self.file)
        if found is None:
            raise PackagingError(f"{self.file}: is gone since it was packed; run again")
        if found != FileHashes(self.md5, self.sha256, self.zip_size):
            raise PackagingError(
                f"{self.file}: MD5 {found.md5} is not {self.md5} as recorded when it was packed; "
                "it is not deployed. Delete the file and run again"
            )


def _digest(file: Path, algorithm: str) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
