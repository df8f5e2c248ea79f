"""The user's cache folder for yunfn: what lies there can all be made again."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from yunfn.exceptions import PackagingError


def user_cache() -> Path:
    """The folder: ``~/.cache/yunfn`` on Linux, and what ``XDG_CACHE_HOME`` or the system says elsewhere.

    Raises:
        PackagingError: the process has no home folder, as under a container's made-up user.
    """
    try:
        return platformdirs.user_cache_path("yunfn")
    except RuntimeError as error:
        raise PackagingError(f"there is no place for a cache: set HOME or XDG_CACHE_HOME ({error})") from error
