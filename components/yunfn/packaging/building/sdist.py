"""Unpacks a source distribution, which is hostile until shown otherwise, and reads how it wants to be built."""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from packaging.requirements import InvalidRequirement, Requirement

from yunfn.exceptions import BuildError

_MAX_BYTES = 2 << 30
_MAX_ENTRIES = 200_000
_MAX_PYPROJECT_BYTES = 1 << 20
_CHUNK = 1 << 20
# PEP 517: what stands in for a pyproject.toml that says nothing. The bound is ours: setup.py files of that age use
# pkg_resources, which setuptools 82 no longer has.
_LEGACY_REQUIRES = ("setuptools>=40.8.0,<81", "wheel")
_LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
_COMPILED = frozenset((".c", ".cc", ".cpp", ".cxx", ".c++", ".m", ".pyx", ".s", ".asm", ".f", ".f90"))
_CPLUSPLUS = frozenset((".cc", ".cpp", ".cxx", ".c++"))


@dataclass(frozen=True, slots=True)
class BuildSystem:
    """What pyproject.toml says in ``[build-system]`` (PEP 518, PEP 517), or the default where it says nothing.

    ``requires`` are PEP 508 lines, ``backend`` is "module:object", ``backend_path`` folders inside the sources.
    """

    requires: tuple[str, ...] = _LEGACY_REQUIRES
    backend: str = _LEGACY_BACKEND
    backend_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """An unpacked source distribution: its ``folder``, whether it has code to compile, and any of it in C++."""

    folder: Path
    compiled: bool
    cplusplus: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of an archive: a folder (no ``content``, no ``link``), a file, or a link."""

    name: str
    folder: bool = False
    link: str = ""
    executable: bool = False
    content: IO[bytes] | None = None
    same_as: str = ""


def unpack_sdist(file: Path, into: Path) -> Sources:
    """Unpack ``file`` (.tar.gz, .tar.bz2, .tar.xz, .zip) into ``into``, a folder that exists and is empty.

    Owners, set-id bits and write rights of others are not kept. Links are made last, so that nothing is written
    through one, and only where they stay inside.

    Raises:
        BuildError: no such archive, too large, or an entry that would reach outside; the text names it.
    """
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                _write(_of_zip(archive), into)
        else:
            with tarfile.open(file) as tar:
                _write(_of_tar(tar), into)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise BuildError(f"{file.name} cannot be unpacked: {error}") from error
    except _Refused as refused:
        raise BuildError(f"{file.name} is refused: {refused}") from refused
    folders = [path for path in into.iterdir() if path.is_dir() and not path.is_symlink()]
    if len(folders) != 1:
        raise BuildError(f"{file.name} is no source distribution: it must hold one folder, not {len(folders)}")
    endings = {Path(name).suffix.lower() for _, _, names in os.walk(folders[0]) for name in names}
    return Sources(folders[0], compiled=bool(endings & _COMPILED), cplusplus=bool(endings & _CPLUSPLUS))


class _Refused(Exception):
    """Why an archive is not unpacked."""


def _of_tar(tar: tarfile.TarFile) -> Iterator[_Entry]:
    for member in tar:
        if member.isdir():
            yield _Entry(member.name, folder=True)
        elif member.issym():
            yield _Entry(member.name, link=member.linkname)
        elif member.islnk():
            yield _Entry(member.name, same_as=member.linkname)
        elif member.isreg():
            yield _Entry(member.name, executable=bool(member.mode & 0o100), content=tar.extractfile(member))
        else:
            raise _Refused(f"{member.name!r} is neither file, folder nor link")


def _of_zip(archive: zipfile.ZipFile) -> Iterator[_Entry]:
    for info in archive.infolist():
        mode = info.external_attr >> 16
        if info.is_dir():
            yield _Entry(info.filename, folder=True)
        elif stat.S_ISLNK(mode):
            yield _Entry(info.filename, link=os.fsdecode(archive.read(info)[:4096]))
        else:
            with archive.open(info) as content:
                yield _Entry(info.filename, executable=bool(mode & 0o100), content=content)


def _write(entries: Iterator[_Entry], into: Path) -> None:
    left = _MAX_BYTES
    links: list[tuple[Path, str]] = []
    for number, entry in enumerate(entries):
        if number >= _MAX_ENTRIES:
            raise _Refused(f"it holds more than {_MAX_ENTRIES} entries")
        place = into / _relative(entry.name)
        if entry.folder:
            place.mkdir(parents=True, exist_ok=True)
        elif entry.link:
            _relative(os.path.normpath(PurePosixPath(entry.name).parent / entry.link), entry.link)
            links.append((place, entry.link))
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            left -= _write_file(entry, place, into, left)
    for place, goal in links:
        if os.path.lexists(place):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.parent.resolve().is_relative_to(into.resolve()):
            raise _Refused(f"the link {place.name!r} would be made outside the folder")
        place.symlink_to(goal)
    for place, goal in links:
        # By way of another link even a text that stays inside may lead out.
        if place.is_symlink() and not place.resolve().is_relative_to(into.resolve()):
            raise _Refused(f"the link {place.name!r} to {goal!r} leaves the folder")


def _write_file(entry: _Entry, place: Path, into: Path, left: int) -> int:
    """Write one file and say how many bytes it was; refuses to write more than ``left``."""
    place.unlink(missing_ok=True)  # a name given twice means its last
    if entry.same_as:
        shutil.copyfile(into / _relative(entry.same_as), place)
        return place.stat().st_size
    assert entry.content is not None
    written = 0
    with place.open("xb") as file:
        while chunk := entry.content.read(_CHUNK):
            written += len(chunk)
            if written > left:
                raise _Refused(f"it unpacks to more than {_MAX_BYTES} bytes")
            file.write(chunk)
    place.chmod(0o755 if entry.executable else 0o644)
    return written


def _relative(name: str, shown: str = "") -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or shown.startswith("/"):
        raise _Refused(f"{shown or name!r} leaves the folder")
    return path


def read_build_system(sources: Path) -> BuildSystem:
    """What the sources' pyproject.toml says on building them.

    Raises:
        BuildError: neither pyproject.toml nor setup.py, or a pyproject.toml that is wrong.
    """
    file = sources / "pyproject.toml"
    if not os.path.lexists(file):
        if not os.path.lexists(sources / "setup.py"):
            raise BuildError(f"{sources.name} is no source distribution: it has neither pyproject.toml nor setup.py")
        return BuildSystem()
    # A link could name any file of the user's, and its text would be shown in the error.
    if not stat.S_ISREG(file.lstat().st_mode) or file.stat().st_size > _MAX_PYPROJECT_BYTES:
        raise BuildError(f"{sources.name}: its pyproject.toml is no regular file")
    try:
        system = tomllib.loads(file.read_text(encoding="utf-8")).get("build-system")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BuildError(f"{sources.name}: its pyproject.toml is wrong: {error}") from error
    if system is None:
        return BuildSystem()
    requires, path = system.get("requires"), system.get("backend-path", [])
    backend = system.get("build-backend", _LEGACY_BACKEND)
    if not _texts(requires) or not isinstance(backend, str) or not _texts(path):
        raise BuildError(f"{sources.name}: its pyproject.toml is wrong: [build-system] requires is not a list of texts")
    for folder in path:
        if PurePosixPath(folder).is_absolute() or ".." in PurePosixPath(folder).parts:
            raise BuildError(f"{sources.name}: backend-path {folder!r} leaves the sources")
    return BuildSystem(check_requirements(sources.name, requires), backend, tuple(path))


def check_requirements(what: str, lines: list[str]) -> tuple[str, ...]:
    """Build requirements as they may be handed to uv: names and versions, no links and no options.

    Raises:
        BuildError: one is something else; ``what`` names whose it is.
    """
    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement as error:
            raise BuildError(f"{what}: its build requirement {line!r} is wrong: {error}") from error
        if requirement.url:
            raise BuildError(
                f"{what}: its build requirement {line!r} is a link; only packages of an index are built with"
            )
    return tuple(str(Requirement(line)) for line in lines)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
