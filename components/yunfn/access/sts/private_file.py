"""A file that only its owner can read, from its first moment on."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from yunfn.exceptions import ValidationError


def write_private(path: Path, text: str) -> None:
    """Write ``text`` as the whole file, mode 600, at once or not at all.

    It is written beside and moved into place: nobody sees a part of it or can open it before its mode is set, and a
    file that was there keeps neither its mode nor its content.

    Raises:
        ValidationError: the path is a symbolic link or no file.
        OSError: the folder cannot be written.
    """
    check_place(path)
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            # A umask may have taken more away; nothing was readable to others meanwhile.
            os.fchmod(handle, 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # Moves over a link that appeared meanwhile, never through it.
        os.replace(beside, path)  # noqa: PTH105 - beside the os calls it belongs to
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        raise


def check_place(path: Path) -> None:
    """Refuse what ``write_private`` would refuse; raises ValidationError, and FileNotFoundError without a folder."""
    path.parent.stat()
    with contextlib.suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise ValidationError("credentials", "file", str(path), "is a symbolic link: name the file itself")
        if not stat.S_ISREG(mode):
            raise ValidationError("credentials", "file", str(path), "is there already and is no file")
