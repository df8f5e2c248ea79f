"""The virtual environments of what the bench measures against: made by uv once, never .venv itself."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs
from tests.bench.model import BenchError

_LOCK = Path(__file__).parent.parent / "requirements.lock"
# The newest pip for a Python that pip itself no longer serves, with what it builds source distributions by.
_LAST_PIPS = {"3.6": ("pip==21.3.1", "setuptools==59.6.0", "wheel==0.37.1")}
_PIP = ("pip==26.2.1", "setuptools==80.9.0", "wheel==0.45.1")


def folder() -> Path:
    """Where the bench keeps what others than yunfn download and install."""
    return platformdirs.user_cache_path("yunfn") / "bench"


def uv_program() -> str:
    """The uv beside this Python, or on PATH; raises BenchError."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which("uv", path=beside)
    if found is None:
        raise BenchError("uv is not on PATH: make venv brings it")
    return found


def installed() -> Path:
    """The Python of the environment of requirements.lock; raises BenchError."""
    digest = hashlib.sha256(_LOCK.read_bytes() + sys.version.encode()).hexdigest()[:20]
    return _environment(folder() / digest, Path(sys.executable), ["sync", "--require-hashes", str(_LOCK)])


def with_pip(python: Path, version: str) -> Path:
    """The Python of an environment of ``python``, of minor version ``version``, with the newest pip for it."""
    wanted = _LAST_PIPS.get(version, _PIP)
    digest = hashlib.sha256(" ".join((*wanted, str(python))).encode()).hexdigest()[:20]
    return _environment(folder() / f"pip-{version}-{digest}", python, ["install", *wanted])


def _environment(target: Path, base: Path, install: list[str]) -> Path:
    python = target / "bin" / "python"
    # Written last, so that a half-made environment is never taken for whole.
    mark = target / ".installed"
    if mark.exists():
        return python
    target.parent.mkdir(parents=True, exist_ok=True)
    steps = (
        ["venv", "--quiet", "--clear", "--python", str(base), str(target)],
        ["pip", install[0], "--quiet", "--python", str(python), *install[1:]],
    )
    for step in steps:
        done = subprocess.run([uv_program(), *step], capture_output=True, text=True)
        if done.returncode:
            raise BenchError(f"the bench's packages could not be installed: {done.stderr.strip()}")
    mark.touch()
    return python
