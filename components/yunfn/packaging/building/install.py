"""Installs locked packages for a target into a folder: one call of uv, nothing of theirs is run."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from yunfn.exceptions import BuildError, ResolutionError
from yunfn.packaging.definition.credentials import without_credentials
from yunfn.packaging.definition.model import LockedPackage
from yunfn.packaging.resolution.index import IndexSettings
from yunfn.packaging.resolution.uv import find_uv
from yunfn.packaging.target import Target

_TIMEOUT_S = 1800


def install(
    packages: Sequence[LockedPackage],
    built: Mapping[str, Path],
    target: Target,
    into: Path,
    *,
    offline: bool = False,
    settings: IndexSettings | None = None,
) -> None:
    """Install ``packages`` into ``into`` as they are for ``target``, each file checked against its hash.

    The tree may hold hard links into uv's cache: what wants to change a file must replace it. Bytecode is not
    compiled.

    Args:
        packages: What the lock holds for the target, all of it: nothing else is resolved or installed.
        built: For packages without a wheel (``LockedPackage.sdist``): normalized name to the wheel built from it.
        target: Whose Python, platform and C library the wheels are for.
        into: Folder that becomes the installed tree; made where missing.
        offline: Whether only uv's cache may be asked, and no package index.
        settings: The indexes to ask, by default those of the environment.

    Raises:
        BuildError: a package without a wheel is not among ``built``.
        ResolutionError: uv could not install; the text holds uv's own words.
        MissingToolError: there is no uv.
    """
    into.mkdir(parents=True, exist_ok=True)
    if not packages:
        return
    lines = [_line(package, built) for package in packages]
    with tempfile.TemporaryDirectory(prefix="yunfn-install-") as name:
        # Its own folder: uv reads settings of the folder it stands in and of those above.
        requirements = Path(name) / "requirements.txt"
        requirements.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        arguments = [
            "--no-deps", "--require-hashes", "--python", sys.executable, "--python-version", target.python,
            "--python-platform", target.platform, "--target", str(into.absolute()), "-r", str(requirements),
        ]  # fmt: skip
        what = f"packages for {target.name}"
        if not offline and _installed_from_cache(arguments, Path(name), what, settings):
            return
        uv_install(arguments, Path(name), offline=offline, what=what, settings=settings)


def _installed_from_cache(arguments: Sequence[str], folder: Path, what: str, settings: IndexSettings | None) -> bool:
    """Install from uv's cache alone if all of it is there: the hashes decide, so an index could only say the same.

    Asking costs a request for each package, as most indexes let nobody keep their pages.
    """
    try:
        uv_install(arguments, folder, offline=True, what=what, settings=settings)
    except ResolutionError:
        return False
    return True


def uv_install(
    arguments: Sequence[str], folder: Path, *, offline: bool, what: str, settings: IndexSettings | None = None
) -> None:
    """``uv pip install`` by wheels alone, run in ``folder``; ``what`` names in errors what is installed.

    ``settings`` are the indexes to ask, by default those of the environment.

    Raises:
        ResolutionError: uv could not; the text holds uv's own words.
        MissingToolError: there is no uv.
    """
    command = [
        find_uv(), "pip", "install", "--quiet", "--no-progress", "--color", "never", "--no-python-downloads",
        "--only-binary", ":all:", *(["--offline"] if offline else []), *arguments,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=folder, env=uv_environment(settings), capture_output=True, encoding="utf-8", errors="replace",
            stdin=subprocess.DEVNULL, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ResolutionError(f"{what} could not be installed within {_TIMEOUT_S} s") from None
    if done.returncode:
        words = (done.stderr or done.stdout).replace(f"{folder}{os.sep}", "").strip()
        raise ResolutionError(f"{what} could not be installed: {without_credentials(words)}")


def uv_environment(settings: IndexSettings | None = None) -> dict[str, str]:
    """The caller's environment, but for settings of uv's that would install something else than is asked for here.

    The indexes are those of ``settings``, where given.
    """
    changing = ("UV_NO_BINARY", "UV_ONLY_BINARY", "UV_NO_BUILD", "UV_TARGET", "UV_PREFIX", "UV_SYSTEM_PYTHON",
                "UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE", "UV_EXCLUDE_NEWER", "UV_COMPILE_BYTECODE",
                "UV_PYTHON", "UV_PYTHON_PLATFORM", "UV_REQUIRE_HASHES", "VIRTUAL_ENV")  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith(changing)}
    return kept | (settings.environment() if settings is not None else {})


def _line(package: LockedPackage, built: Mapping[str, Path]) -> str:
    """The package as a line of a requirements file, with the hashes it must have."""
    if not package.sdist:
        return f"{package.name}=={package.version} {_hashes(package.hashes)}"
    wheel = built.get(package.name)
    if wheel is None:
        raise BuildError(f"{package.name} {package.version} has no wheel for the target and was not built")
    with wheel.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{package.name} @ {wheel.absolute().as_uri()} {_hashes([f'sha256:{digest}'])}"


def _hashes(hashes: Sequence[str]) -> str:
    return " ".join(f"--hash={value}" for value in hashes)
