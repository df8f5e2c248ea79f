"""How a file is cut into parts, and which parts of a killed upload are worth keeping: pure, for every backend."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

# A tenth of a second at the 10 MB/s that a connection gets: small enough that packages of a few MB use several
# connections too, and that a kill loses at most THREADS of them, 8 % of 200 MB. COS takes no smaller ones.
_PART = 1024**2
# What one page of ListParts holds (OSS and COS API references); both clouds take ten times as many.
_MOST_PARTS = 1000
# Up to here one request is as fast as the three more that an upload in parts needs.
_SINGLE = 2 * _PART


@dataclass(frozen=True, slots=True)
class Part:
    """One part to send: ``number`` counts from 1; ``offset`` and ``size`` are bytes in the file."""

    number: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class SentPart:
    """A part that the cloud says it has: its number, size in bytes, and ETag as answered (quotes or none, any case)."""

    number: int
    size: int
    etag: str

    @property
    def md5(self) -> str:
        """The ETag as lower-case hexadecimal: the MD5 of a part's bytes on both clouds."""
        return self.etag.strip('"').lower()


@dataclass(frozen=True, slots=True)
class UnfinishedUpload:
    """A multipart upload of the same key that was begun earlier, with the parts it has."""

    id: str
    parts: tuple[SentPart, ...]


@dataclass(frozen=True, slots=True)
class Resumption:
    """What to go on with: the upload (None: begin one), the ETags of parts kept by number, the parts to send."""

    upload_id: str | None
    kept: Mapping[int, str]
    missing: tuple[Part, ...]

    def kept_bytes(self, parts: Iterable[Part]) -> int:
        """Bytes of ``parts`` that need not be sent again."""
        return sum(part.size for part in parts if part.number in self.kept)


def in_one_request(size: int) -> bool:
    """Whether a file of so many bytes goes in a single PutObject."""
    return size <= _SINGLE


def part_size(size: int) -> int:
    """Bytes of each part but the last: a function of the file's size alone, so that a later run cuts alike."""
    least = -(-size // _MOST_PARTS)
    return max(_PART, -(-least // 1024**2) * 1024**2)


def plan(size: int) -> tuple[Part, ...]:
    """Cut a file of so many bytes into parts; an empty file is one empty part."""
    step = part_size(size)
    offsets = range(0, max(size, 1), step)
    return tuple(Part(number, at, min(step, size - at)) for number, at in enumerate(offsets, 1))


def resume(parts: tuple[Part, ...], uploads: Iterable[UnfinishedUpload], md5_of: Callable[[Part], str]) -> Resumption:
    """Choose the upload that has most of ``parts``, and say which are missing there.

    A part counts if number, size and MD5 are those of the file's own; ``md5_of`` answers lower-case hexadecimal and
    is asked only for parts whose number and size fit, once each. Everything else is sent again, over what is there.
    """
    known: dict[int, str] = {}
    by_number = {part.number: part for part in parts}
    best = Resumption(None, {}, parts)
    most = -1
    for upload in uploads:
        kept: dict[int, str] = {}
        for sent in upload.parts:
            part = by_number.get(sent.number)
            if part is None or part.size != sent.size:
                continue
            if part.number not in known:
                known[part.number] = md5_of(part)
            if known[part.number] == sent.md5:
                kept[part.number] = sent.etag
        weight = sum(by_number[number].size for number in kept)
        if weight > most:
            most = weight
            best = Resumption(upload.id, kept, tuple(part for part in parts if part.number not in kept))
    return best


def md5_of_part(file: Path) -> Callable[[Part], str]:
    """The ``md5_of`` of a file on disk."""

    def digest(part: Part) -> str:
        with file.open("rb") as content:
            content.seek(part.offset)
            return hashlib.md5(content.read(part.size), usedforsecurity=False).hexdigest()

    return digest
