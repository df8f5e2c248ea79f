"""The folders lent to an isolated process: made its own before, made the caller's again after.

What an isolated process leaves behind is hostile: links to elsewhere, pipes that block whoever opens them, folders
that nobody may enter, set-id programs. Nothing here follows a link, and no process of its is alive any more.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path


def lend(folder: Path, owner: tuple[int, int] | None) -> None:
    """Prepare a folder for writes by an isolated process.

    A file with several names is replaced by a copy: the other names may lie in a cache, which a write would change.
    ``owner`` (user and group) owns all of it then; None leaves it the caller's.
    """
    for path, seen in _everything(folder):
        if stat.S_ISREG(seen.st_mode) and seen.st_nlink > 1:
            copy = path.with_name(f".{path.name[:200]}.yunfn-copy")
            shutil.copy2(path, copy)
            copy.replace(path)
        if owner is not None:
            os.chown(path, *owner, follow_symlinks=False)


def take_back(folder: Path) -> None:
    """Make all of it the caller's: folders can be entered, nothing is set-id; pipes, sockets and devices are gone."""
    caller = (os.geteuid(), os.getegid())
    for path, seen in _everything(folder):
        if (seen.st_uid, seen.st_gid) != caller:
            os.chown(path, *caller, follow_symlinks=False)
        mode = stat.S_IMODE(seen.st_mode)
        if stat.S_ISDIR(seen.st_mode):
            wanted = (mode | stat.S_IRWXU) & 0o777
        elif stat.S_ISREG(seen.st_mode):
            wanted = (mode | stat.S_IRUSR | stat.S_IWUSR) & 0o777
        elif stat.S_ISLNK(seen.st_mode):
            continue
        else:
            path.unlink()
            continue
        if wanted != mode:
            path.chmod(wanted)


def _everything(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The folder and all that is below it, each folder before its content; links are not followed."""
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        seen = path.lstat()
        yield path, seen
        if stat.S_ISDIR(seen.st_mode):
            waiting += [Path(entry.path) for entry in os.scandir(path)]
