"""The Python that runs a build, in an environment of its own with the build requirements in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yunfn.exceptions import BuildError, ResolutionError
from yunfn.packaging.building.install import uv_environment, uv_install
from yunfn.packaging.resolution.index import IndexSettings
from yunfn.packaging.resolution.uv import find_uv
from yunfn.pythons import Interpreter

_MAKE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class BuildEnvironment:
    """A virtual environment in ``folder``, made of ``interpreter``; nothing of the machine's packages is in it."""

    folder: Path
    interpreter: Interpreter

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def readable(self) -> list[Path]:
        """What an isolated process must be able to read to use it."""
        return [self.folder, *self.interpreter.prefixes]

    def install(
        self, requirements: Sequence[str], *, whose: str, offline: bool, settings: IndexSettings | None = None
    ) -> None:
        """Install build requirements by wheels alone, so that none of their code runs; errors name ``whose`` they are.

        Raises:
            BuildError: they cannot be had; the text holds uv's own words.
            MissingToolError: there is no uv.
        """
        if not requirements:
            return
        lines = self.folder / "requirements.txt"
        lines.write_text("".join(f"{line}\n" for line in requirements), encoding="utf-8")
        arguments = ["--python", str(self.python), "-r", str(lines)]
        # Files of uv's cache are as the umask was; what is opened to all must not be they themselves.
        as_root = hasattr(os, "geteuid") and os.geteuid() == 0
        if as_root:
            arguments += ["--link-mode", "copy"]
        try:
            uv_install(
                arguments, self.folder, offline=offline, what=f"build requirements of {whose}", settings=settings
            )
        except ResolutionError as error:
            raise BuildError(f"{error} (only wheels are used to build with)") from error
        if as_root:
            open_to_all(self.folder)


def make_environment(interpreter: Interpreter, folder: Path) -> BuildEnvironment:
    """Make an empty environment of ``interpreter`` in ``folder``, which must not be there yet.

    Raises:
        BuildError: uv could not make it.
        MissingToolError: there is no uv.
    """
    command = [find_uv(), "venv", "--quiet", "--color", "never", "--no-project", "--no-python-downloads",
               "--python", str(interpreter.executable), str(folder)]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder.parent, env=uv_environment(), capture_output=True, encoding="utf-8",
        errors="replace", stdin=subprocess.DEVNULL, timeout=_MAKE_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BuildError(f"no environment could be made of {interpreter.executable}: {done.stderr.strip()}")
    open_to_all(folder)
    return BuildEnvironment(folder, interpreter)


def open_to_all(folder: Path) -> None:
    """Let everyone read what is in ``folder``: what runs isolated is another user where the caller is root."""
    for place, _, names in os.walk(folder):
        for path in (Path(place), *(Path(place, name) for name in names)):
            if not path.is_symlink():
                mode = path.stat().st_mode & 0o777
                path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
