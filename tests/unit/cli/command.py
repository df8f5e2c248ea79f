"""The ``yunfn`` command as users run it: a process of its own, with clouds in folders of the test's own.

What a command says and leaves can be asked in this process too, where a test runs many of them.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from yunfn.cli.application import run
from yunfn.localcloud.home import Home

_KEPT = ("PATH", "HOME", "LANG", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR")


class Yunfn:
    """Runs ``yunfn`` with a default cloud in ``folder``; ``variables`` is its whole environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "cloud")
        self.variables = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.variables |= {
            "YUNFN_LOCAL_HOME": str(self.home.folder),
            "XDG_STATE_HOME": str(folder / "state"),
            "TMPDIR": str(folder / "tmp"),
            "COLUMNS": "100",
        }
        (folder / "tmp").mkdir()

    def command(self, *arguments: str | Path) -> list[str]:
        """The argument list that runs ``yunfn``."""
        return [sys.executable, "-m", "yunfn.cli", *map(str, arguments)]

    def __call__(
        self, *arguments: str | Path, stdin: str = "", cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end; ``variables`` are set beside the usual ones."""
        return subprocess.run(
            self.command(*arguments),
            env=self.variables | variables,
            input=stdin,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def inside(
        self, *arguments: str | Path, stdin: str = "", cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end in this process, which takes a tenth of the time; else as a call."""
        command = ["yunfn", *map(str, arguments)]
        said, told, code = io.StringIO(), io.StringIO(), 0
        with contextlib.ExitStack() as patched:
            patched.enter_context(mock.patch.dict(os.environ, self.variables | variables, clear=True))
            given = io.TextIOWrapper(io.BytesIO(stdin.encode()))
            patched.enter_context(mock.patch.multiple(sys, argv=command, stdin=given))
            patched.enter_context(contextlib.redirect_stdout(said))
            patched.enter_context(contextlib.redirect_stderr(told))
            patched.enter_context(contextlib.chdir(cwd or Path.cwd()))
            try:
                run()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return subprocess.CompletedProcess(command, code, said.getvalue(), told.getvalue())

    def leftovers(self) -> list[Path]:
        """Folders of clouds that lived for one command only."""
        return list((self.folder / "tmp").glob("yunfn-local-*"))
