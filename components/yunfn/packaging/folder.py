"""A folder as the source of a package."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from yunfn.exceptions import PackagingError
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Entry, Mode, checked_link, checked_path


class Folder:
    """The files under ``root`` that ``selection`` takes, under ``prefix`` inside the package.

    Symbolic links stay links and must stay inside the folder; an executable file is one its owner may run.
    Folders themselves are not entries, so empty ones vanish.
    """

    def __init__(self, root: Path, selection: Selection) -> None:
        self.label = str(root)
        self._root = root
        self._selection = selection

    def entries(self) -> Iterator[Entry]:
        """List the folder's files; see Source."""
        yield from self._walk(self._root, "")

    def open(self, path: str) -> BinaryIO:
        """Open a file's content, or a link's target; see Source."""
        file = self._root / path
        if file.is_symlink():
            return io.BytesIO(os.fsencode(file.readlink()))
        return file.open("rb")

    def _walk(self, folder: Path, at: str) -> Iterator[Entry]:
        try:
            with os.scandir(folder) as listing:
                found = list(listing)
        except OSError as error:
            raise PackagingError(f"{folder}: cannot be read: {error.strerror}") from error
        for item in found:
            path = at + item.name
            if item.is_dir(follow_symlinks=False):
                if not self._selection.skips_folder(path):
                    yield from self._walk(Path(item.path), path + "/")
            elif self._selection.takes(path):
                yield self._entry(item, checked_path(path, self.label))

    def _entry(self, item: os.DirEntry[str], path: str) -> Entry:
        mode = item.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            target = checked_link(path, os.readlink(item.path), self.label).encode()  # noqa: PTH115
            return Entry(path, Mode.SYMLINK, hashlib.sha256(target).hexdigest(), len(target))
        if not stat.S_ISREG(mode):
            raise PackagingError(f"{self.label}: {path!r}: is neither file, folder nor symbolic link")
        try:
            with open(item.path, "rb") as content:  # noqa: PTH123
                digest = hashlib.file_digest(content, "sha256").hexdigest()
                size = content.tell()
        except OSError as error:
            raise PackagingError(f"{self.label}: {path!r}: cannot be read: {error.strerror}") from error
        return Entry(path, Mode.EXECUTABLE if mode & stat.S_IXUSR else Mode.FILE, digest, size)
