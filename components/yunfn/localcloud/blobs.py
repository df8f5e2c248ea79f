"""Bytes too large for documents: files in a folder, each under a name of its own."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Blob:
    """A finished blob: its name in the store, size in bytes, MD5 (hex) and SHA-256 (hex)."""

    name: str
    size: int
    md5: str
    sha256: str


class BlobStore:
    """A folder of blobs; a half-written one is never seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where the blob ``name`` lies; read it, never write it."""
        return self._folder / name[:2] / name

    def put(self, data: bytes) -> Blob:
        """Store ``data``."""
        name = secrets.token_hex(16)
        path = self.path(name)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(data)
        return Blob(
            name,
            len(data),
            hashlib.md5(data, usedforsecurity=False).hexdigest(),
            hashlib.sha256(data).hexdigest(),
        )

    async def put_stream(self, chunks: AsyncIterator[bytes]) -> Blob:
        """Store what ``chunks`` yields; nothing is left behind if it raises."""
        name = secrets.token_hex(16)
        path = self.path(name)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
        try:
            with path.open("wb") as file:
                async for chunk in chunks:
                    file.write(chunk)
                    md5.update(chunk)
                    sha256.update(chunk)
                    size += len(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Blob(name, size, md5.hexdigest(), sha256.hexdigest())

    def delete(self, name: str) -> None:
        """Remove the blob; one that is gone already is no error."""
        self.path(name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove every blob."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
