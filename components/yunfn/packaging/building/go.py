"""Go for hooks: where it is on this machine, and what to say where it is not.

Nothing of Go's is kept between hooks: its cache holds what they compiled, and what one puts there the next would link.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

# Command lines that call it themselves; what a script calls is seen when it fails.
_CALLED = re.compile(r"(?<![\w./-])go\s+(-C\s|(build|generate|get|install|list|mod|run|test|tool|vet|version)\b)")
#: What a shell says that finds no Go.
NOT_FOUND = r"(?m)(?:^|[\s:'‘])go['’]?: (?:command )?(?:not found|No such file)"
#: What to do about it.
ADVICE = "install it (https://go.dev/doc/install, or the system's package golang-go)"


def calls_go(command: str) -> bool:
    """Whether a hook's command line runs Go's program."""
    return bool(_CALLED.search(command))


def go_root(path: str | None = None) -> Path | None:
    """Go's own folder (GOROOT) on this machine, by the ``go`` that is on ``path`` (by default PATH); None without one.

    A program of that name that does not lie in a folder of Go's, such as a script, counts as none: the folder around it
    could be anything, and hooks get to read what is answered here.
    """
    found = shutil.which("go", path=path)
    if found is None:
        return None
    root = Path(found).resolve().parent.parent
    parts = (root / "VERSION", root / "bin" / "go", root / "pkg" / "tool", root / "src" / "runtime")
    return root if all(part.exists() for part in parts) else None
