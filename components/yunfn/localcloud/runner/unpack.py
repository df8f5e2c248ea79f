"""Unpacks a code or layer zip, which is hostile until shown otherwise, into a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO

from yunfn.exceptions import FunctionRunnerError

MAX_BYTES = 4 << 30
MAX_ENTRIES = 400_000
_CHUNK = 1 << 20
_UNIX = 3


class _Refused(Exception):
    """Why an entry of the zip is not unpacked."""


def _relative(name: str) -> PurePosixPath:
    """The entry's path inside the tree; refuses names that are absolute, climb, or mean something elsewhere."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise _Refused("its name leaves the folder")
    return path


def _ensure_folder(root: Path, relative: PurePosixPath) -> None:
    place = root
    for part in relative.parts:
        place /= part
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise _Refused("it lies below something that is no folder")
        with contextlib.suppress(FileExistsError):
            place.mkdir()
            # Whatever the umask: functions read the tree as another user than the one who unpacks it.
            place.chmod(0o755)


def _copy(source: IO[bytes], target: Path, left: int) -> int:
    """Copy to ``target`` and say how many bytes it was; refuses to write more than ``left``."""
    written = 0
    with target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > left:
                raise _Refused(f"the zip holds more than {MAX_BYTES} bytes")
            file.write(chunk)
    return written


def _check_links(root: Path, links: list[Path]) -> None:
    real = os.path.realpath(root)
    for link in links:
        if os.path.commonpath([real, os.path.realpath(link)]) != real:
            raise _Refused(f"the symbolic link {link.relative_to(root)} leaves the folder")


def _unpack_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, root: Path, left: int) -> int:
    relative = _relative(info.filename)
    mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
    kind = stat.S_IFMT(mode)
    if info.is_dir():
        _ensure_folder(root, relative)
        return 0
    if kind not in (0, stat.S_IFREG, stat.S_IFLNK):
        raise _Refused("it is neither file, folder nor symbolic link")
    _ensure_folder(root, relative.parent)
    target = root / relative
    if target.is_dir() and not target.is_symlink():
        raise _Refused("a folder of that name stands there")
    target.unlink(missing_ok=True)
    with archive.open(info) as source:
        if kind == stat.S_IFLNK:
            goal = source.read(4097)
            if not goal or len(goal) > 4096 or b"\0" in goal or goal.startswith(b"/"):
                raise _Refused("the symbolic link leaves the folder")
            target.symlink_to(os.fsdecode(goal))
            return len(goal)
        written = _copy(source, target, left)
    # Readable to the function whoever it runs as; executable where the zip says so.
    target.chmod(0o644 | (mode & 0o111 and 0o111))
    return written


def unpack(archive_path: Path, root: Path) -> None:
    """Unpack the zip into ``root``, a folder that exists and is empty.

    Executable bits and symbolic links are kept, owners and set-id bits are not; a name given twice means its last.
    Raises FunctionRunnerError, naming zip and entry, for what is no zip, is too large (MAX_BYTES unpacked,
    MAX_ENTRIES entries) or would reach outside ``root``; ``root`` is emptied then.
    """
    entry = ""
    left = MAX_BYTES
    try:
        with zipfile.ZipFile(archive_path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _Refused(f"it holds more than {MAX_ENTRIES} entries")
            links = []
            # Links come last, so that no file is ever written through one.
            for info in sorted(entries, key=lambda i: stat.S_ISLNK(i.external_attr >> 16)):
                entry = info.filename
                left -= _unpack_entry(archive, info, root, left)
                if stat.S_ISLNK(info.external_attr >> 16) and (root / entry).is_symlink():
                    links.append(root / entry)
            entry = ""
            _check_links(root, links)
    except (_Refused, zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        for child in root.iterdir():
            shutil.rmtree(child) if child.is_dir() and not child.is_symlink() else child.unlink()
        where = f" (entry {entry!r})" if entry else ""
        raise FunctionRunnerError(f"The zip {archive_path} cannot be unpacked{where}: {error}") from error
