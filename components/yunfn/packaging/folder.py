"""A folder, or a single file, as the source of a package."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from yunfn.exceptions import PackagingError
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Entry, Mode, checked_link, checked_path

# Windows has no right to run a file, and writes links with backslashes.
_WINDOWS = os.name == "nt"
# What Linux can start: programs and libraries (ELF), and scripts that name their interpreter.
_RUNNABLE = (b"\x7fELF", b"#!")
_WHOLE = 1 << 20
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Folder:
    """The files under ``root`` that ``selection`` takes, under ``prefix`` inside the package.

    Symbolic links stay links and must stay inside the folder; an executable file is one its owner may run.
    Folders themselves are not entries, so empty ones vanish. With ``portable``, nothing depends on the host that made
    the folder: what may run is seen from contents (ELF, ``#!``), as on hosts that have no such right (Windows), and
    names are composed (NFC), however the file system writes them (macOS's HFS+ decomposes them).
    """

    def __init__(self, root: Path, selection: Selection, *, portable: bool = False) -> None:
        self.label = str(root)
        self._root = root
        self._selection = selection
        self._portable = portable
        # Path in the package -> on disk, where they differ.
        self._names: dict[str, str] = {}

    def entries(self) -> Iterator[Entry]:
        """List the folder's files; see Source."""
        for item, path in self._items(self._root, ""):
            yield self._entry(item, path)

    def open(self, path: str) -> BinaryIO:
        """Open a file's content, or a link's target; see Source."""
        # (Paths as text: thousands of files are opened, and pathlib would take longer than reading them.)
        file = f"{self._root}/{self._names.get(path, path)}"
        if os.path.islink(file):  # noqa: PTH114
            return io.BytesIO(_target(file).encode())
        return open(file, "rb")  # noqa: PTH123

    def _items(self, folder: str | Path, at: str) -> Iterator[tuple[os.DirEntry[str], str]]:
        """The files to take, each with its path."""
        try:
            with os.scandir(folder) as listing:
                found = list(listing)
        except OSError as error:
            raise PackagingError(f"{folder}: cannot be read: {error.strerror}") from error
        for item in found:
            path = at + item.name
            if item.is_dir(follow_symlinks=False):
                if not self._selection.skips_folder(path):
                    yield from self._items(item.path, path + "/")
            elif self._selection.takes(path):
                yield item, checked_path(path, self.label)

    def _entry(self, item: os.DirEntry[str], path: str) -> Entry:
        # What kind of file it is the listing says; only for the right to run it must be looked at.
        plain = self._portable and item.is_file(follow_symlinks=False)
        mode = stat.S_IFREG if plain else item.stat(follow_symlinks=False).st_mode
        if self._portable and not unicodedata.is_normalized("NFC", path):
            disk, path = path, unicodedata.normalize("NFC", path)
            self._names[path] = disk
        if stat.S_ISLNK(mode):
            target = checked_link(path, _target(item.path), self.label).encode()
            return Entry(path, Mode.SYMLINK, hashlib.sha256(target).hexdigest(), len(target))
        if not stat.S_ISREG(mode):
            raise PackagingError(f"{self.label}: {path!r}: is neither file, folder nor symbolic link")
        try:
            return _file_entry(item.path, path, mode, self._portable)
        except OSError as error:
            raise PackagingError(f"{self.label}: {path!r}: cannot be read: {error.strerror}") from error


class SingleFile:
    """One file as a source: its name is its only path. A link is followed."""

    def __init__(self, file: Path) -> None:
        self.label = str(file)
        self._file = file

    def entries(self) -> Iterator[Entry]:
        """List the file; see Source."""
        path = checked_path(self._file.name, self.label)
        try:
            yield _file_entry(str(self._file), path, self._file.stat().st_mode, False)
        except OSError as error:
            raise PackagingError(f"{self._file}: cannot be read: {error.strerror}") from error

    def open(self, path: str) -> BinaryIO:
        """Open the file; see Source."""
        return self._file.open("rb")


def _file_entry(file: str, path: str, mode: int, portable: bool) -> Entry:
    digest, size, head = _hashed(file)
    runs = head.startswith(_RUNNABLE) if portable or _WINDOWS else bool(mode & stat.S_IXUSR)
    return Entry(path, Mode.EXECUTABLE if runs else Mode.FILE, digest, size)


def _hashed(path: str) -> tuple[str, int, bytes]:
    """SHA-256 (hex), size in bytes and first bytes of a file."""
    # (Without a file object, whose making takes longer than hashing a small file.)
    descriptor = os.open(path, _READ)
    try:
        head = os.read(descriptor, _WHOLE)
        state, size = hashlib.sha256(head), len(head)
        while chunk := os.read(descriptor, _WHOLE):
            state.update(chunk)
            size += len(chunk)
    finally:
        os.close(descriptor)
    return state.hexdigest(), size, head[:4]


def _target(link: str | Path) -> str:
    target = os.readlink(link)  # noqa: PTH115
    return target.replace("\\", "/") if _WINDOWS else target
