"""What a store of artifacts can do: one backend per file (OSS, COS), four methods each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ObjectHead:
    """An object that is there: ``size`` in bytes, ``crc64`` (ECMA-182, as both clouds report it), ``etag``."""

    size: int
    crc64: int
    etag: str


@dataclass(frozen=True, slots=True)
class Checksums:
    """What a file is to arrive as: CRC-64 (ECMA-182), and SHA-256 in hexadecimal."""

    crc64: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """A running upload: ``sent`` is told the bytes that arrived so far; setting ``cancelled`` stops it soon."""

    sent: Callable[[int], None] = lambda _: None
    cancelled: threading.Event = field(default_factory=threading.Event)


class ObjectStore(Protocol):
    """A bucket as a place for artifacts. Every method blocks and raises CloudAnswerError for what the cloud refuses."""

    bucket: str

    def head(self, key: str) -> ObjectHead | None:
        """Say what lies under ``key``, None if nothing does."""

    def put(self, key: str, file: Path, checksums: Checksums, transfer: Transfer) -> ObjectHead:
        """Upload ``file``, private, encrypted, never over another object; resumed where a killed upload stopped.

        Parts go in parallel and the whole is compared by CRC-64. The SHA-256 is kept beside the object where the cloud
        knows functions by nothing else.

        Raises:
            ArtifactError: what arrived differs, the bucket is or was versioned, or the upload was cancelled.
            ObjectExistsError: somebody else's object has the key meanwhile.
        """

    def read(self, key: str) -> Iterator[bytes]:
        """The object's bytes, in pieces."""

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens if it is gone."""
