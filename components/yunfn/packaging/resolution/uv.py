"""Asks uv to resolve requirements for a Python and platform, by wheels alone, so that no package's code runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from yunfn.exceptions import MissingToolError, ResolutionError
from yunfn.packaging.definition.credentials import without_credentials
from yunfn.packaging.resolution.index import IndexSettings
from yunfn.packaging.resolution.python_release import python_release
from yunfn.packaging.target import Target

# What of uv's own settings reaches it: where packages are, how they are reached, and its cache. Anything else
# (UV_OVERRIDE, UV_PRERELEASE, UV_NO_BINARY, …) would make a lock that others cannot make again.
_KEPT = (
    "UV_CACHE_DIR", "UV_NO_CACHE", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "UV_KEYRING_PROVIDER", "UV_HTTP_TIMEOUT",
    "UV_HTTP_RETRIES", "UV_CONCURRENT_DOWNLOADS", "UV_CREDENTIALS_DIR", "UV_CONFIG_FILE", "UV_NO_CONFIG",
)  # fmt: skip
_INDEX_CREDENTIALS = ("_USERNAME", "_PASSWORD")
_TIMEOUT_S = 900
_REFUSED = "No solution found when resolving dependencies"
# What PyPI itself says of its pages; other indexes say nothing, and then every round would ask for every page again.
_MAX_AGE_S = 600


@dataclass(frozen=True, slots=True)
class LockedFile:
    """One file a package may be taken from: its name and SHA-256 (hexadecimal)."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """One package of a resolution: normalized name, version, the wheels that fit and the source distribution."""

    name: str
    version: str
    wheels: tuple[LockedFile, ...]
    sdist: LockedFile | None


class UvRefusal(Exception):
    """uv found no solution; its text is uv's own, without credentials."""


def find_uv() -> str:
    """The uv program: the one installed beside this Python, else the one on PATH.

    Raises:
        MissingToolError: there is none.
    """
    beside = str(Path(sys.executable).parent)
    found = shutil.which("uv", path=os.pathsep.join([beside, os.environ.get("PATH", "")]))
    if found is None:
        raise MissingToolError("uv is not on PATH: install it (pip install uv), it resolves a layer's packages")
    return found


def compile_requirements(
    requirements: Sequence[str],
    target: Target,
    *,
    constraints: Sequence[str] = (),
    overrides: Sequence[str] = (),
    excludes: Sequence[str] = (),
    preferences: Mapping[str, str] | None = None,
    links: Path | None = None,
    settings: IndexSettings,
    offline: bool = False,
    refresh: bool = False,
) -> list[Resolved]:
    """Resolve requirements by wheels alone (``uv pip compile --no-build``).

    Args:
        requirements: PEP 508 lines.
        target: Whose Python and platform the wheels must fit.
        constraints: Lines that narrow versions of what is required anyway.
        overrides: Lines that replace every other requirement on the same package.
        excludes: Packages to leave out, with what they need.
        preferences: Package to version: kept wherever nothing speaks against it.
        links: Folder with wheels that count beside those of the index.
        settings: The indexes to ask.
        offline: Whether only uv's cache may be asked.
        refresh: Whether to ask the index again for what it was asked lately.

    Raises:
        UvRefusal: there is no solution.
        ResolutionError: uv failed otherwise.
        MissingToolError: there is no uv.
    """
    with tempfile.TemporaryDirectory(prefix="yunfn-resolve-") as name:
        # Its own folder: uv reads settings of the folder it stands in and of those above.
        folder = Path(name)
        output = folder / "pylock.toml"
        command = [
            find_uv(), "pip", "compile", "--quiet", "--no-progress", "--color", "never", "--no-build",
            "--no-python-downloads", "--python", sys.executable, "--python-version", python_release(target),
            "--python-platform", target.platform, "--format", "pylock.toml", "--output-file", str(output),
        ]  # fmt: skip
        if not refresh:
            # Which would not refresh what is kept by this. The folder is ours alone (0700), so credentials in the URLs
            # are seen by nobody else.
            (folder / "uv.toml").write_text(settings.configuration(_MAX_AGE_S), encoding="utf-8")
        _write(folder / "requirements.in", requirements)
        command.append(str(folder / "requirements.in"))
        for option, lines in (("--constraints", constraints), ("--overrides", overrides), ("--excludes", excludes)):
            if lines:
                file = folder / f"{option.strip('-')}.txt"
                _write(file, lines)
                command += [option, str(file)]
        if preferences:
            # An output file that is there is what uv keeps to.
            output.write_text(_preferences(preferences), encoding="utf-8")
        for link in (*settings.links, *([str(links)] if links else [])):
            command += ["--find-links", link]
        if offline:
            command.append("--offline")
        elif refresh:
            command.append("--refresh")
        done = _run(command, folder, settings)
        if done.returncode == 0:
            return read_pylock(output)
        words = without_credentials(_own_words(done.stderr or done.stdout, folder))
        if _REFUSED in words:
            raise UvRefusal(words.replace(_REFUSED, "").removeprefix("error:").strip().removeprefix("cause:").strip())
        if "unexpected argument" in words:
            raise MissingToolError(
                f"{command[0]} is too old for what is asked of it: pip install --upgrade uv ({words})"
            )
        raise ResolutionError(f"uv failed for {target.name}: {words}")


def _run(command: Sequence[str], folder: Path, settings: IndexSettings) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if _reaches_uv(name)}
    # An index named in the environment would lose the time it may be kept for.
    named_in_file = (folder / "uv.toml").is_file() and not environment.keys() & {"UV_CONFIG_FILE", "UV_NO_CONFIG"}
    environment |= settings.environment(urls=not named_in_file)
    try:
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", errors="replace",
            stdin=subprocess.DEVNULL, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ResolutionError(f"uv did not answer within {_TIMEOUT_S} s: is the package index reachable?") from None


def _reaches_uv(name: str) -> bool:
    if not name.startswith("UV_") or name in _KEPT:
        return True
    return name.startswith("UV_INDEX_") and name.endswith(_INDEX_CREDENTIALS)


def _write(file: Path, lines: Sequence[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _preferences(versions: Mapping[str, str]) -> str:
    parts = ['lock-version = "1.0"', 'created-by = "yunfn"']
    for name, version in versions.items():
        parts += ["[[packages]]", f'name = "{name}"', f'version = "{version}"']
    return "\n".join(parts) + "\n"


def _own_words(text: str, folder: Path) -> str:
    """uv's text without its warnings, without advice on its own options, and without our temporary folder."""
    paragraphs = []
    for paragraph in text.strip().split("\n\n"):
        lines = [line for line in paragraph.splitlines() if not line.startswith("warning:")]
        if lines and not (lines[0].startswith("hint:") and "--" in paragraph and "--no-build" not in paragraph):
            paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs).replace(f"{folder}{os.sep}", "").strip()


def read_pylock(file: Path) -> list[Resolved]:
    """The packages of a pylock.toml (PEP 751) as uv writes it.

    Raises:
        ResolutionError: a package comes from a link, or the index gave no SHA-256 for it.
    """
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return [_resolved(package) for package in document.get("packages", [])]


def _resolved(package: Mapping[str, Any]) -> Resolved:
    name = canonicalize_name(str(package["name"]))
    if "version" not in package or any(kind in package for kind in ("vcs", "directory", "archive")):
        raise ResolutionError(f"{name} comes from a link or folder and not from an index, so it cannot be locked")
    sdist = package.get("sdist")
    return Resolved(
        name,
        str(package["version"]),
        tuple(_locked_file(name, wheel) for wheel in package.get("wheels", ())),
        _locked_file(name, sdist) if sdist else None,
    )


def _locked_file(name: str, entry: Mapping[str, Any]) -> LockedFile:
    place = str(entry.get("name") or entry.get("path") or unquote(urlsplit(str(entry.get("url", ""))).path))
    file = place.replace("\\", "/").rpartition("/")[2]
    sha256 = entry.get("hashes", {}).get("sha256")
    if not sha256:
        raise ResolutionError(f"{name}: the index gives no SHA-256 of {file}, so it cannot be locked")
    return LockedFile(file, str(sha256))
