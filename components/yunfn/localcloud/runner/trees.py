"""The unpacked zips, each once: a folder per SHA-256 of the zip, shared read-only by every instance."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.runner.unpack import unpack

_KEPT = 64
_FILLING = "filling-"


class TreeStore:
    """Folders under ``root``, named by digest; blocking, safe to call from several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._digests: dict[tuple[str, int, int, int], str] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for cut_off in root.glob(f"{_FILLING}*"):
            shutil.rmtree(cut_off, ignore_errors=True)

    def _digest(self, archive: Path) -> str:
        """The zip's SHA-256, remembered by the file's identity so that a cold start need not read it again."""
        seen = archive.stat()
        identity = (str(archive), seen.st_ino, seen.st_size, seen.st_mtime_ns)
        if identity not in self._digests:
            with archive.open("rb") as file:
                self._digests[identity] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._digests[identity]

    def tree(self, archive: Path) -> Path:
        """The folder with the zip's contents. Raises FunctionRunnerError for a zip that is refused or not there."""
        try:
            name = self._digest(archive)
        except OSError as error:
            raise FunctionRunnerError(f"The zip {archive} cannot be read: {error.strerror}") from error
        return self._made(name, lambda folder: unpack(archive, folder))

    def merged(self, trees: tuple[Path, ...]) -> Path:
        """One folder with all of ``trees``, the first winning, made of hard links (copies across file systems)."""
        name = hashlib.sha256("\n".join(tree.name for tree in trees).encode()).hexdigest()
        return self._made(f"merged-{name}", lambda folder: _merge(trees, folder))

    def prune(self) -> None:
        """Remove all but the trees used last; nothing may be running that uses one."""
        trees = sorted(self.root.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for unused in trees[_KEPT:]:
            shutil.rmtree(unused, ignore_errors=True)

    def _made(self, name: str, fill: Callable[[Path], None]) -> Path:
        place = self.root / name
        with self._locks[name]:
            if not place.is_dir():
                self._publish(place, fill)
        os.utime(place)
        return place

    def _publish(self, place: Path, fill: Callable[[Path], None]) -> None:
        """Fill a folder under another name and rename it, so that a half-filled one is never mistaken for good."""
        folder = Path(tempfile.mkdtemp(prefix=_FILLING, dir=self.root))
        try:
            fill(folder)
            folder.chmod(0o755)
            try:
                folder.rename(place)
            except OSError:
                # Another process of this user was quicker; what it published is the same.
                if not place.is_dir():
                    raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _merge(trees: tuple[Path, ...], target: Path) -> None:
    """Lay the trees over each other as an overlay file system does: folders join, else the first listed stands."""
    for tree in trees:
        _lay_under(tree, target)


def _lay_under(source: Path, target: Path) -> None:
    for entry in os.scandir(source):
        place = target / entry.name
        if entry.is_dir(follow_symlinks=False):
            if not os.path.lexists(place):
                place.mkdir()
                place.chmod(0o755)
            elif place.is_symlink() or not place.is_dir():
                continue
            _lay_under(Path(entry.path), place)
        elif not os.path.lexists(place):
            try:
                os.link(entry.path, place, follow_symlinks=False)
            except OSError:
                shutil.copy2(entry.path, place, follow_symlinks=False)
