"""A zip as the source of a package: hostile until every entry is checked."""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO, cast

from yunfn.exceptions import RefusedEntryError
from yunfn.packaging.compression import threads
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Entry, Manifest, Mode, checked_link, checked_path

# No package a cloud accepts comes near: the largest unzipped total is 2 GB (FCD "layers").
MAX_ENTRIES = 100_000
MAX_UNZIPPED = 2 * 1024**3
# A link's target longer than Linux's PATH_MAX cannot be a link.
_MAX_TARGET = 4096
_CHUNK = 1 << 20
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# What zipfile raises for bytes that are no zip, and for entries whose bytes are not what their headers say.
_DAMAGED = (
    OSError, EOFError, ValueError, IndexError, RuntimeError, NotImplementedError,
    zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip


class Archive:
    """The files in the zip ``file`` that ``selection`` takes.

    Refused: paths that leave the folder, links that do, one path twice, encryption, other compressions than
    stored and deflate, overlapping entries, more than MAX_ENTRIES entries, more than MAX_UNZIPPED bytes.
    """

    def __init__(self, file: Path, selection: Selection) -> None:
        self.label = str(file)
        self._selection = selection
        try:
            # Opened here: zipfile's own count of who reads it is not made for several threads.
            self._file = file.open("rb")
        except OSError as error:
            reason = f"cannot be read as a zip: {error.strerror}"
            raise RefusedEntryError(self.label, "", "archive-damaged", reason) from error
        try:
            # Names without the UTF-8 flag are UTF-8 all the same where Unix tools wrote them; others cannot be known.
            self._zip = zipfile.ZipFile(self._file, metadata_encoding="utf-8")
        except UnicodeDecodeError as error:
            self._file.close()
            name = repr(error.object)
            raise RefusedEntryError(
                self.label, name, "archive-name-encoding", "file names must be UTF-8", name
            ) from error
        except _DAMAGED as error:
            self._file.close()
            reason = f"cannot be read as a zip: {error}"
            raise RefusedEntryError(self.label, "", "archive-damaged", reason) from error
        self._infos: dict[str, zipfile.ZipInfo] = {}

    def close(self) -> None:
        """Close the zip file."""
        self._zip.close()
        self._file.close()

    def entries(self) -> Iterator[Entry]:
        """List and hash the files in the zip; see Source."""
        return self._entries(None)

    def unpack(self, into: Path) -> Manifest:
        """Unpack the files into the empty folder ``into``, readable by all; links last, so nothing goes through them.

        Raises:
            RefusedEntryError: an entry may not be unpacked; those before it may be there already, none outside.
        """
        manifest = Manifest.of(self._entries(into), self.label)
        for entry in manifest.entries:
            path = into / entry.path
            if entry.mode is Mode.SYMLINK:
                path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
                with self.open(entry.path) as content:
                    path.symlink_to(content.read().decode(errors="surrogateescape"))
            else:
                path.chmod(entry.mode.value & 0o777)
        return manifest

    def _entries(self, into: Path | None) -> Iterator[Entry]:
        infos = self._zip.infolist()
        self._refuse_bombs(infos)
        self._infos = {}
        for info in infos:
            if info.is_dir():
                checked_path(info.filename.rstrip("/"), self.label)
                if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFDIR):
                    # Some unzip it as the link it says it is, and what follows through it.
                    raise self._refused(info.filename, "archive-special-file", "a folder by its name only")
                continue
            path = checked_path(info.filename, self.label)
            if not self._selection.takes(path):
                continue
            if path in self._infos:
                raise self._refused(path, "archive-duplicate", "the same path stands in it twice")
            self._infos[path] = info
        with ThreadPoolExecutor(threads(), thread_name_prefix="yunfn-unzip") as pool:
            yield from pool.map(lambda item: self._entry(item[0], item[1], into), self._infos.items())

    def open(self, path: str) -> BinaryIO:
        """Open an entry's content; see Source."""
        return cast(BinaryIO, self._zip.open(self._infos[path]))

    def _entry(self, path: str, info: zipfile.ZipInfo, into: Path | None) -> Entry:
        unix = info.external_attr >> 16
        with nullcontext() if into is None or stat.S_ISLNK(unix) else self._create(into, path) as file:
            digest, size, head = self._read(path, info, file)
        if stat.S_ISLNK(unix):
            if size > _MAX_TARGET:
                raise self._refused(path, "archive-link-escape", f"a symbolic link with a target of {size} bytes")
            checked_link(path, head.decode(errors="replace"), self.label)
            return Entry(path, Mode.SYMLINK, digest, size)
        if stat.S_IFMT(unix) not in (0, stat.S_IFREG):
            raise self._refused(path, "archive-special-file", "is neither file, folder nor symbolic link")
        return Entry(path, Mode.EXECUTABLE if unix & stat.S_IXUSR else Mode.FILE, digest, size)

    def _create(self, into: Path, path: str) -> BinaryIO:
        try:
            (into / path).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            return (into / path).open("xb")
        except (FileExistsError, NotADirectoryError) as error:
            raise self._refused(path, "archive-file-as-folder", "a file, and a folder for others") from error
        except OSError as error:
            raise self._refused(path, "archive-unwritable", f"cannot be unpacked here: {error.strerror}") from error

    def _read(self, path: str, info: zipfile.ZipInfo, file: BinaryIO | None) -> tuple[str, int, bytes]:
        # No more comes out than the headers say, which were added up before: zipfile stops there, and the CRC tells.
        state, size, head = hashlib.sha256(), 0, b""
        try:
            with self._zip.open(info) as content:
                while chunk := content.read(_CHUNK):
                    size += len(chunk)
                    state.update(chunk)
                    if file is not None:
                        file.write(chunk)
                    head = head or chunk[: _MAX_TARGET + 1]
        except _DAMAGED as error:
            raise self._refused(path, "archive-damaged", f"cannot be unzipped: {error}") from error
        return state.hexdigest(), size, head

    def _refuse_bombs(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > MAX_ENTRIES:
            reason = f"{len(infos)} entries, at most {MAX_ENTRIES} are taken"
            raise self._refused("", "archive-entries", reason)
        end, before, left = 0, "", MAX_UNZIPPED
        for info in sorted(infos, key=lambda i: i.header_offset):
            name = info.filename
            if info.flag_bits & 0x1:
                raise self._refused(name, "archive-encrypted", "is encrypted")
            if info.compress_type not in _METHODS:
                reason = f"compressed by method {info.compress_type}; clouds read stored and deflate only"
                raise self._refused(name, "archive-compression", reason)
            if info.header_offset < 0:
                raise self._refused(name, "archive-damaged", "begins before the file does: its beginning is missing")
            # Entries that share bytes unfold to far more than the zip's size (the overlapping zip bomb).
            if info.header_offset < end:
                reason = f"overlaps {before!r}: a zip bomb"
                raise self._refused(name, "archive-bomb", reason)
            left -= info.file_size
            if left < 0:
                reason = f"unzips to more than {MAX_UNZIPPED} bytes in all"
                raise self._refused(name, "archive-bomb", reason)
            end, before = info.header_offset + 30 + info.compress_size, name

    def _refused(self, path: str, rule: str, reason: str) -> RefusedEntryError:
        return RefusedEntryError(self.label, path, rule, reason)
