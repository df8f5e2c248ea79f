"""Finds the true Python of a runtime: on PATH, in pyenv, in uv's store, at last fetched by uv.

"True" means the same minor version (3.6, 3.10), of CPython; a candidate counts only after it has run and said so
(a pyenv shim stands on PATH for versions it then refuses to run). Standard library only, so that what is missing can
be named before anything is installed (``python3 -m yunfn.localcloud.runner``).
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from yunfn.exceptions import PythonNotFoundError
from yunfn.runtimes import RUNTIMES, Runtime

_FETCH_SECONDS = 300
_ASK_SECONDS = 20
_OLDEST_CUSTOM = (3, 9)
_QUESTION = """
import json, os, platform, site, sys, sysconfig
print(json.dumps({
    "implementation": platform.python_implementation(),
    "version": list(sys.version_info[:3]),
    "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "prefixes": sorted({os.path.realpath(p) for p in (sys.base_prefix, sys.base_exec_prefix)}),
    "packages": sorted({os.path.realpath(p) for p in (*site.getsitepackages([sys.base_prefix]),
                        *site.getsitepackages(["/usr", "/usr/local"]), "/usr/lib/python3/dist-packages")}),
}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that ran: ``version`` "3.10", ``full`` "3.10.13", its real executable and prefixes.

    ``packages`` are the folders of packages installed beside it on this machine, which the cloud does not have.
    """

    version: str
    full: str
    executable: Path
    prefixes: tuple[Path, ...]
    packages: tuple[Path, ...]


def _ask(candidate: Path) -> Interpreter | None:
    """What the program at ``candidate`` says it is, or None if it is no working CPython 3."""
    try:
        done = subprocess.run(
            [str(candidate), "-I", "-S", "-c", _QUESTION],
            capture_output=True,
            timeout=_ASK_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        told = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    if told["implementation"] != "CPython":
        return None
    major, minor, _ = told["version"]
    return Interpreter(
        version=f"{major}.{minor}",
        full=".".join(map(str, told["version"])),
        executable=Path(told["executable"]),
        prefixes=tuple(map(Path, told["prefixes"])),
        packages=tuple(map(Path, told["packages"])),
    )


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else -1 for part in name.split("."))


def _pyenv_versions() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"


def _uv_store() -> Path:
    """Where uv keeps the Pythons it fetched (uv documentation, "storage")."""
    if told := os.environ.get("UV_PYTHON_INSTALL_DIR"):
        return Path(told)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "uv" / "python"


def _path_folders() -> list[Path]:
    """The folders of PATH, pyenv's shims left out: what stands behind them is looked for by itself."""
    shims = _pyenv_versions().parent / "shims"
    return [Path(part) for part in os.get_exec_path() if part and Path(part) != shims]


def _candidates(version: str) -> Iterator[Path]:
    """Programs that may be Python ``version``, in the order they are tried: those that are named so come first."""
    yield from (folder / f"python{version}" for folder in _path_folders())
    for found in sorted(_pyenv_versions().glob(f"{version}.*"), key=lambda p: _numbers(p.name), reverse=True):
        yield found / "bin" / f"python{version}"
    yield from sorted(_uv_store().glob(f"cpython-{version}.*/bin/python{version}"), reverse=True)
    yield from (folder / "python3" for folder in _path_folders())


def _uv() -> str | None:
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("uv")


def _fetch(version: str) -> str:
    """Let uv install ``version``; why it could not, or an empty text."""
    uv = _uv()
    if uv is None:
        return "uv, which could fetch it, is not here"
    try:
        done = subprocess.run(
            [uv, "python", "install", version],
            capture_output=True,
            text=True,
            timeout=_FETCH_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"uv could not fetch it within {_FETCH_SECONDS} s"
    except OSError as error:
        return f"uv could not be run: {error}"
    said = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else f"uv could not fetch it: {said[-1].strip() if said else 'no reason'}"


def _search(version: str, tried: set[Path]) -> Interpreter | None:
    for candidate in _candidates(version):
        if candidate in tried or not os.access(candidate, os.X_OK):
            continue
        tried.add(candidate)
        found = _ask(candidate)
        if found is not None and found.version == version:
            return found
    return None


@functools.cache
def running_python() -> Interpreter:
    """The Python that runs this process, as it says of itself.

    Raises PythonNotFoundError where it is no CPython.
    """
    found = _ask(Path(sys.executable))
    if found is None:
        raise PythonNotFoundError(f"{sys.executable} is no CPython that could be asked for its version")
    return found


@functools.cache
def installed_python(version: str) -> Interpreter | None:
    """The Python of minor version ``version`` ("3.10") if it is on this machine; nothing is fetched."""
    return _search(version, set())


@functools.cache
def find_python(version: str) -> Interpreter:
    """The Python of minor version ``version`` ("3.10"); the answer is kept for the life of this process.

    Raises PythonNotFoundError naming the version, where it was looked for and how to get it.
    """
    tried: set[Path] = set()
    found = _search(version, tried)
    if found is not None:
        return found
    why = _fetch(version)
    found = None if why else _search(version, tried)
    if found is not None:
        return found
    raise PythonNotFoundError(
        f"Python {version} is not on this machine. Looked for python{version} on PATH, in {_pyenv_versions()}"
        f" (pyenv) and in {_uv_store()} (uv); {why or 'what uv fetched does not run'}."
        f" Get it by `pyenv install {version}`, by `uv python install {version}` (3.8 and newer) or from the"
        f" system's packages, so that `python{version}` runs."
    )


@functools.cache
def find_custom_python() -> Interpreter | None:
    """The newest Python ≥ 3.9 on PATH, for programs of custom runtimes that call ``python3``; None without one."""
    tried: dict[Path, Interpreter | None] = {}
    for folder in _path_folders():
        for candidate in [folder / "python3", *folder.glob("python3.[0-9]*")]:
            if candidate.name.removeprefix("python3.").isdigit() or candidate.name == "python3":
                real = candidate.resolve()
                if os.access(candidate, os.X_OK) and real not in tried:
                    tried[real] = _ask(candidate)
    usable = [p for p in tried.values() if p is not None and _numbers(p.version) >= _OLDEST_CUSTOM]
    return max(usable, key=lambda p: _numbers(p.full), default=None)


def missing_pythons(runtimes: Iterable[str]) -> list[str]:
    """For each of the ``runtimes`` whose Python cannot be had here, one sentence that says so and what to do.

    Runtimes are named as their cloud names them (``python3``, ``Python3.6``), with the cloud before a colon where that
    is to be said (``tencent:Python3.6``). Custom runtimes bring their own program and are never missing, unless the
    Python that the program needs is said, as a layer's target says it (``alibaba:custom+python3.7``). Raises KeyError
    for an unknown runtime.
    """
    known: dict[str, Runtime] = {}
    for cloud, table in RUNTIMES.items():
        known |= {name: runtime for bare, runtime in table.items() for name in (bare, f"{cloud}:{bare}")}
    versions = dict.fromkeys(_python_of(name, known) for name in runtimes)
    missing = []
    for version in versions:
        if version is None:
            continue
        try:
            find_python(version)
        except PythonNotFoundError as error:
            missing.append(str(error))
    return missing


def _python_of(name: str, known: dict[str, Runtime]) -> str | None:
    bare, _, python = name.partition("+python")
    runtime = known[bare] if python == "" or known[bare].custom else known[name]
    return python or runtime.python


def main() -> None:
    """Name the missing Pythons of the runtimes given as arguments on stderr and exit with 1, or with 0."""
    sys.exit("\n".join(missing_pythons(sys.argv[1:])) or 0)
