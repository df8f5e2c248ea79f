"""Who reads what the plugin says: a person at a terminal, or the log of a CI, where every line stays."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

# The names of terminals among files (Linux: pts(4), console(4)).
_TERMINALS = ("/dev/pts/", "/dev/tty", "/dev/console")


@cache
def at_terminal() -> bool:
    """Whether the engine that started this process shows a display that it draws anew.

    The engine tells its plugins nothing of it: on Linux its own output is looked at, elsewhere whether a CI says so by
    the variable that all of them set.
    """
    parent = Path(f"/proc/{os.getppid()}")
    try:
        shown = str((parent / "fd" / "1").readlink())
        arguments = (parent / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return not os.environ.get("CI")
    return shown.startswith(_TERMINALS) and b"--non-interactive" not in arguments
