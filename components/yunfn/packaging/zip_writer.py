"""Writes packages as zips that are the same for the same manifest: sorted, fixed times, no extra fields.

Contents are compressed on all cores, and each only once for all zips that are written together.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from yunfn.exceptions import PackagingError
from yunfn.packaging import compression
from yunfn.packaging.compression import DEFLATED, STORED, Compressed
from yunfn.packaging.manifest import Entry, Manifest
from yunfn.packaging.source import Source
from yunfn.packaging.zip_format import Member, end_records

#: Which source holds a path of the package, and under which path there.
Origin = Mapping[str, tuple[Source, str]]
# Small files are compressed so many bytes at a time, so that handing them to a thread costs little.
_BATCH = 1 << 20
# Bytes of content that are read ahead at most; with their compressed form this is what memory is needed for.
_AHEAD = 96 * 2**20
_CHUNK = 1 << 20


@dataclass(slots=True)
class _Step:
    """The next entries of a zip: contents to compress together, one to stream, or one that is written already."""

    entries: list[Entry]
    size: int = 0
    compressed: Future[list[Compressed]] | None = None

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.size += entry.size


@dataclass(slots=True)
class _Zip:
    """A zip being written to ``part``, which becomes ``target`` when it is whole."""

    manifest: Manifest
    origin: Origin
    target: Path
    part: Path
    file: BinaryIO
    at: int = 0
    members: list[Member] = field(default_factory=list)

    def write(self, data: bytes | bytearray) -> None:
        self.file.write(data)
        self.at += len(data)

    def seek(self, offset: int) -> None:
        self.file.seek(offset)
        self.at = offset

    def finish(self) -> None:
        offset = self.at
        for member in self.members:
            self.write(member.central_header())
        self.write(end_records(len(self.members), self.at - offset, offset))
        self.file.close()


def write_zip(manifest: Manifest, origin: Origin, target: Path) -> None:
    """Write the entries of ``manifest`` to ``target``, whole or not at all.

    ``origin`` says for each path which source holds it, and under which path there.

    Raises:
        PackagingError: a file changed since it was listed, or cannot be read.
        OSError: ``target`` cannot be written.
    """
    write_zips([(manifest, origin, target)])


def write_zips(packages: Sequence[tuple[Manifest, Origin, Path]]) -> None:
    """Write several packages, each content compressed once for all of them; all are written or none.

    Memory needed is bound, whatever the packages weigh: 96 MB of content at a time beside their compressed form.

    Raises:
        PackagingError: a file changed since it was listed, or cannot be read.
        OSError: a target cannot be written.
    """
    written: dict[str, tuple[_Zip, Member]] = {}
    with ExitStack() as stack:
        zips = [_opened(stack, *package) for package in packages]
        pool = ThreadPoolExecutor(compression.threads(), thread_name_prefix="yunfn-zip")
        stack.callback(pool.shutdown, cancel_futures=True)
        for each in zips:
            _fill(each, written, pool)
        for each in zips:
            each.finish()
        for each in zips:
            each.part.replace(each.target)


def _opened(stack: ExitStack, manifest: Manifest, origin: Origin, target: Path) -> _Zip:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    part = Path(name)
    stack.callback(part.unlink, missing_ok=True)
    return _Zip(manifest, origin, target, part, stack.enter_context(os.fdopen(handle, "w+b")))


def _fill(archive: _Zip, written: dict[str, tuple[_Zip, Member]], pool: ThreadPoolExecutor) -> None:
    for step in _compressed_ahead(archive, _steps(archive.manifest.entries, written.keys()), pool):
        if step.compressed is not None:
            for entry, content in zip(step.entries, step.compressed.result(), strict=True):
                _put(archive, entry, content)
                written[entry.sha256] = (archive, archive.members[-1])
            continue
        entry = step.entries[0]
        if entry.sha256 in written:
            _copy(archive, entry, *written[entry.sha256])
        else:
            _stream(archive, entry, pool)
            written[entry.sha256] = (archive, archive.members[-1])


def _steps(entries: Iterable[Entry], written: Iterable[str]) -> Iterator[tuple[_Step, bool]]:
    """Yield the steps in the order of the zip, and whether each is contents to compress."""
    seen, batch = set(written), _Step([])
    for entry in entries:
        alone = entry.sha256 in seen or entry.size > compression.STREAM_OVER
        if batch.entries and (alone or batch.size + entry.size > _BATCH):
            yield batch, True
            batch = _Step([])
        seen.add(entry.sha256)
        if alone:
            yield _Step([entry]), False
        else:
            batch.add(entry)
    if batch.entries:
        yield batch, True


def _compressed_ahead(archive: _Zip, steps: Iterable[tuple[_Step, bool]], pool: ThreadPoolExecutor) -> Iterator[_Step]:
    """Pass the steps on in order, while the threads compress those that follow, as far as memory allows."""
    waiting: deque[_Step] = deque()
    held = 0
    for step, compresses in steps:
        while waiting and compresses and held + step.size > _AHEAD:
            first = waiting.popleft()
            yield first
            held -= first.size if first.compressed else 0
        if compresses:
            step.compressed = pool.submit(_compress_batch, archive.origin, step.entries)
            held += step.size
        waiting.append(step)
    yield from waiting


def _compress_batch(origin: Origin, entries: Sequence[Entry]) -> list[Compressed]:
    return [_compress_entry(entry, *origin[entry.path]) for entry in entries]


def _compress_entry(entry: Entry, source: Source, path: str) -> Compressed:
    try:
        with source.open(path) as content:
            # One byte more than is expected is enough to see that the file has grown.
            data = content.read(entry.size + 1)
    except OSError as error:
        raise _unreadable(source, path, error) from error
    if len(data) != entry.size or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise _changed(source, path)
    return compression.compress(data)


def _put(archive: _Zip, entry: Entry, content: Compressed) -> None:
    sizes = (content.crc, content.size, len(content.data))
    member = Member(entry.path, entry.mode.value, content.method, *sizes, archive.at)
    archive.write(member.local_header())
    archive.write(content.data)
    archive.members.append(member)


def _copy(archive: _Zip, entry: Entry, other: _Zip, twin: Member) -> None:
    """Write a content that stands compressed in ``other`` (or in ``archive`` itself) as ``twin``."""
    member = replace(twin, path=entry.path, mode=entry.mode.value, offset=archive.at)
    archive.write(member.local_header())
    start = twin.offset + len(twin.local_header())
    for position in range(start, start + twin.compressed_size, _CHUNK):
        other.file.seek(position)
        data = other.file.read(min(_CHUNK, start + twin.compressed_size - position))
        archive.file.seek(archive.at)
        archive.write(data)
    other.file.seek(other.at)
    archive.members.append(member)


def _stream(archive: _Zip, entry: Entry, pool: ThreadPoolExecutor) -> None:
    source, path = archive.origin[entry.path]
    member = Member(entry.path, entry.mode.value, DEFLATED, 0, entry.size, 0, archive.at)
    header = len(member.local_header())
    archive.write(bytes(header))
    try:
        with source.open(path) as content:
            found = compression.stream(content, archive.write, pool)
    except OSError as error:
        raise _unreadable(source, path, error) from error
    if (found.sha256, found.size) != (entry.sha256, entry.size):
        raise _changed(source, path)
    member = replace(member, crc=found.crc, compressed_size=found.compressed_size)
    if found.compressed_size >= entry.size:
        archive.seek(member.offset + header)
        member = replace(member, method=STORED, compressed_size=entry.size)
        _store(archive, entry, source, path)
    end = archive.at
    archive.seek(member.offset)
    archive.write(member.local_header())
    archive.seek(end)
    archive.members.append(member)


def _store(archive: _Zip, entry: Entry, source: Source, path: str) -> None:
    state = hashlib.sha256()
    try:
        with source.open(path) as content:
            while data := content.read(_CHUNK):
                state.update(data)
                archive.write(data)
    except OSError as error:
        raise _unreadable(source, path, error) from error
    archive.file.truncate()
    if state.hexdigest() != entry.sha256:
        raise _changed(source, path)


def _changed(source: Source, path: str) -> PackagingError:
    return PackagingError(f"{source.label}: {path!r}: changed while it was packed; run again")


def _unreadable(source: Source, path: str, error: OSError) -> PackagingError:
    return PackagingError(f"{source.label}: {path!r}: cannot be packed: {error}")
