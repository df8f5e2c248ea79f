"""Bytes too large for documents: files in a folder, each under a name of its own."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

# Bytes of a body that are hashed and written at once.
_BATCH = 512 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """A finished blob: its name in the store, size in bytes, MD5 (hex) and SHA-256 (hex)."""

    name: str
    size: int
    md5: str
    sha256: str


class _Writing:
    """A blob that grows: its file, and the hashes of what is in it so far."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        self._size = 0

    def add(self, chunks: list[bytes]) -> None:
        data = b"".join(chunks)
        self._file.write(data)
        self._md5.update(data)
        self._sha256.update(data)
        self._size += len(data)

    def close(self) -> None:
        self._file.close()

    def blob(self, name: str) -> Blob:
        return Blob(name, self._size, self._md5.hexdigest(), self._sha256.hexdigest())


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
        writing = _Writing(path)
        loop = asyncio.get_running_loop()
        waiting: list[bytes] = []
        held = 0
        try:
            async for chunk in chunks:
                waiting.append(chunk)
                held += len(chunk)
                if held >= _BATCH:
                    # Off the event loop, in parallel with other bodies: hashing and writing hold no interpreter lock.
                    await loop.run_in_executor(None, writing.add, waiting)
                    waiting, held = [], 0
            await loop.run_in_executor(None, writing.add, waiting)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            writing.close()
        return writing.blob(name)

    def delete(self, name: str) -> None:
        """Remove the blob; one that is gone already is no error."""
        self.path(name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove every blob."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
