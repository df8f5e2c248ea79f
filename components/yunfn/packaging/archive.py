"""A zip as the source of a package: hostile until every entry is checked."""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from yunfn.exceptions import PackagingError
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Entry, Mode, checked_link, checked_path

# No package a cloud accepts comes near: the largest unzipped total is 2 GB (FCD "layers").
MAX_ENTRIES = 100_000
MAX_UNZIPPED = 2 * 1024**3
# A link's target longer than Linux's PATH_MAX cannot be a link.
_MAX_TARGET = 4096
_CHUNK = 1 << 20
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Archive:
    """The files in the zip ``file`` that ``selection`` takes.

    Refused: paths that leave the folder, links that do, one path twice, encryption, other compressions than
    stored and deflate, overlapping entries, more than MAX_ENTRIES entries, more than MAX_UNZIPPED bytes.
    """

    def __init__(self, file: Path, selection: Selection) -> None:
        self.label = str(file)
        self._selection = selection
        try:
            self._zip = zipfile.ZipFile(file)
        except (OSError, zipfile.BadZipFile) as error:
            raise PackagingError(f"{file}: cannot be read as a zip: {error}") from error
        self._infos: dict[str, zipfile.ZipInfo] = {}

    def close(self) -> None:
        """Close the zip file."""
        self._zip.close()

    def entries(self) -> Iterator[Entry]:
        """List and hash the files in the zip; see Source."""
        infos = self._zip.infolist()
        self._refuse_bombs(infos)
        left = MAX_UNZIPPED
        for info in infos:
            if info.is_dir():
                checked_path(info.filename.rstrip("/"), self.label)
                continue
            path = checked_path(info.filename, self.label)
            if not self._selection.takes(path):
                continue
            if path in self._infos:
                raise PackagingError(f"{self.label}: {path!r}: the same path stands in it twice")
            self._infos[path] = info
            entry = self._entry(path, info, left)
            left -= entry.size
            yield entry

    def open(self, path: str) -> BinaryIO:
        """Open an entry's content; see Source."""
        return cast(BinaryIO, self._zip.open(self._infos[path]))

    def _entry(self, path: str, info: zipfile.ZipInfo, left: int) -> Entry:
        unix = info.external_attr >> 16
        digest, size, head = self._read(path, info, left)
        if stat.S_ISLNK(unix):
            if size > _MAX_TARGET:
                raise PackagingError(f"{self.label}: {path!r}: a symbolic link with a target of {size} bytes")
            checked_link(path, head.decode(errors="replace"), self.label)
            return Entry(path, Mode.SYMLINK, digest, size)
        if stat.S_IFMT(unix) not in (0, stat.S_IFREG):
            raise PackagingError(f"{self.label}: {path!r}: is neither file, folder nor symbolic link")
        return Entry(path, Mode.EXECUTABLE if unix & stat.S_IXUSR else Mode.FILE, digest, size)

    def _read(self, path: str, info: zipfile.ZipInfo, left: int) -> tuple[str, int, bytes]:
        # The sizes in the headers are the sender's word: only what really comes out is counted.
        state, size, head = hashlib.sha256(), 0, b""
        try:
            with self._zip.open(info) as content:
                while chunk := content.read(_CHUNK):
                    size += len(chunk)
                    if size > left:
                        raise PackagingError(f"{self.label}: {path!r}: unzips to more than {MAX_UNZIPPED} bytes in all")
                    state.update(chunk)
                    head = head or chunk[: _MAX_TARGET + 1]
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise PackagingError(f"{self.label}: {path!r}: cannot be unzipped: {error}") from error
        return state.hexdigest(), size, head

    def _refuse_bombs(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > MAX_ENTRIES:
            raise PackagingError(f"{self.label}: {len(infos)} entries, at most {MAX_ENTRIES} are taken")
        end, before = 0, ""
        for info in sorted(infos, key=lambda i: i.header_offset):
            if info.flag_bits & 0x1:
                raise PackagingError(f"{self.label}: {info.filename!r}: is encrypted")
            if info.compress_type not in _METHODS:
                raise PackagingError(
                    f"{self.label}: {info.filename!r}: compressed by method {info.compress_type}; "
                    "clouds read stored and deflate only"
                )
            # Entries that share bytes unfold to far more than the zip's size (the overlapping zip bomb).
            if info.header_offset < end:
                raise PackagingError(f"{self.label}: {info.filename!r} overlaps {before!r}: a zip bomb")
            end, before = info.header_offset + 30 + info.compress_size, info.filename
