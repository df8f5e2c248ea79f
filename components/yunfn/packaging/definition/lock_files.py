"""Reads uv.lock and poetry.lock: what the project needs at run time, and the versions and files that are fixed for it.

Formats: uv's documentation, "uv.lock"; Poetry's source, ``packages/locker.py`` (lock-version 1.0 to 2.1).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement as Parsed
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.model import Requirement
from yunfn.packaging.definition.requirement_files import RequirementFile, read_text
from yunfn.packaging.definition.requirement_line import read_requirement
from yunfn.packaging.definition.shape import Shape, misfit
from yunfn.packaging.target import Target

_UV_FILE: Shape = {"hash": str}
_UV_DEPENDENCY: Shape = {"name!": str, "extra": [str], "marker": str}
_UV: Shape = {
    "package": [
        {
            "name!": str,
            "version": str,
            "source": {"*": str},
            "dependencies": [_UV_DEPENDENCY],
            "optional-dependencies": {"*": [_UV_DEPENDENCY]},
            "resolution-markers": [str],
            "wheels": [_UV_FILE],
            "sdist": _UV_FILE,
        }
    ]
}
_POETRY_FILE: Shape = {"hash": str}
_POETRY: Shape = {
    "package": [
        {
            "name!": str,
            "version!": str,
            "groups": [str],
            "category": str,
            "markers": (str, {"*": str}),
            "source": {"type": str},
            "files": [_POETRY_FILE],
            "dependencies": {},
        }
    ],
    "metadata": {"files": {"*": [_POETRY_FILE]}},
}
_POETRY_TABLE: Shape = {"extras": [str], "markers": str, "python": str}
_PROJECT: Shape = {
    "project": {"dependencies": [str]},
    "tool": {"poetry": {"dependencies": {"*": (str, _POETRY_TABLE, [(str, _POETRY_TABLE)])}}},
}
_PACKAGE = re.compile(r"^\s*\[\[package\]\]\s*(?:#.*)?$")


class _Lock:
    """A lock's packages with the line each begins at."""

    def __init__(self, file: Path, targets: Sequence[Target], shape: Shape) -> None:
        self.file = file
        self.targets = targets
        text = read_text(file)
        self.document = _toml(file, text, shape)
        self.packages: list[Mapping[str, Any]] = self.document.get("package", [])
        lines = [number for number, line in enumerate(text.splitlines(), 1) if _PACKAGE.match(line)]
        self.line = {id(package): line for package, line in zip(self.packages, lines, strict=False)}

    def check_version(self, version: str, *known: str) -> None:
        """See that the lock's format is one that is read here; ``known`` are its first numbers."""
        if version.partition(".")[0] not in known:
            allowed = " or ".join(f"{one}.x" for one in known)
            raise DefinitionError(self.file, None, f"lock version {version!r} is not known: {allowed} is read")

    def check_python(self, requires: str) -> None:
        """See that the lock was made for the Pythons of the targets."""
        try:
            allowed = SpecifierSet(requires)
        except InvalidSpecifier:
            # Poetry's own words (^3.8) that are no PEP 440; the packages' own limits are asked in resolution.
            return
        for target in self.targets:
            # The highest patch release counts: the clouds name none.
            if not allowed.contains(f"{target.python}.99", prereleases=True):
                raise DefinitionError(
                    self.file,
                    None,
                    f"was locked for Python {requires}, but {target.name} has Python {target.python}: widen the "
                    "project's requires-python and lock again, or name a requirements file instead",
                )

    def requirement(self, package: Mapping[str, Any], text: str, hashes: tuple[str, ...] = ()) -> Requirement:
        """A requirement that stands at a package's line."""
        return read_requirement(text, self.file, self.line.get(id(package), 0), hashes)

    def refuse(self, package: Mapping[str, Any], kind: str) -> DefinitionError:
        """The error that a package is not of an index."""
        line = self.line.get(id(package))
        return DefinitionError(
            self.file,
            line,
            f"{package['name']} comes from {kind} and not from an index: it has no place in a layer that any mirror "
            "can serve; put its code into the function, or its files into the layer with `files:` in layer.yaml",
        )


def _toml(file: Path, text: str, shape: Shape) -> Mapping[str, Any]:
    """The document of a TOML file that has ``shape``; what is wrong raises a DefinitionError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise DefinitionError(file, int(found[1]) if found else None, f"is no TOML: {error}") from None
    if wrong := misfit(document, shape):
        raise DefinitionError(file, None, f"is damaged: {wrong}")
    return document


def read_uv_lock(file: Path, targets: Sequence[Target] = ()) -> RequirementFile:
    """What the project of a uv.lock needs at run time (no groups, no extras), with every version and file fixed.

    Raises:
        DefinitionError: it is damaged, of another version, for other Pythons, or holds packages that are of no index.
    """
    document = _Lock(file, targets, _UV)
    document.check_version(str(document.document.get("version", "?")), "1")
    document.check_python(str(document.document.get("requires-python", "")))
    local = [package for package in document.packages if _local(package)]
    roots = [package for package in local if _local(package) == "."] or local
    if not roots:
        raise DefinitionError(file, None, "holds no project of its own, so it does not say what is wanted")
    into = RequirementFile()
    for root in roots:
        for dependency in root.get("dependencies", ()):
            into.requirements.append(document.requirement(root, _uv_dependency(dependency)))
    for package in _reached(document, roots):
        source = package.get("source", {})
        if "registry" not in source:
            raise document.refuse(package, next(iter(source), "a link"))
        if "version" not in package:
            raise DefinitionError(file, document.line.get(id(package)), f"{package['name']} has no version")
        into.constraints.append(document.requirement(package, _pin(package), _uv_hashes(package)))
    return into


def _local(package: Mapping[str, Any]) -> str:
    """The folder of a package of the project itself, relative to the lock; empty for others."""
    source = package.get("source", {})
    return str(source.get("virtual") or source.get("editable") or "")


def _uv_dependency(dependency: Mapping[str, Any]) -> str:
    extras = ",".join(dependency.get("extra", ()))
    marker = f" ; {dependency['marker']}" if dependency.get("marker") else ""
    return f"{dependency['name']}{f'[{extras}]' if extras else ''}{marker}"


def _pin(package: Mapping[str, Any]) -> str:
    markers = " or ".join(f"({marker})" for marker in package.get("resolution-markers", ()))
    return f"{package['name']}=={package['version']}" + (f" ; {markers}" if markers else "")


def _uv_hashes(package: Mapping[str, Any]) -> tuple[str, ...]:
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
    return tuple(str(one["hash"]) for one in files if str(one.get("hash", "")).startswith("sha256:"))


def _reached(lock: _Lock, roots: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every package that the roots need, by whatever marker."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for package in lock.packages:
        by_name.setdefault(str(package["name"]), []).append(package)
    seen: set[str] = set()
    waiting = [name for root in roots for name in _needs(root, ())]
    while waiting:
        name, extras = waiting.pop()
        # Extras add needs of their own, so a package is looked at once for each set of them.
        key = f"{name}[{','.join(sorted(extras))}]"
        if key in seen:
            continue
        seen.add(key)
        for package in by_name.get(name, ()):
            waiting += _needs(package, extras)
    names = {key.partition("[")[0] for key in seen}
    return (package for package in lock.packages if package["name"] in names)


def _needs(package: Mapping[str, Any], extras: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    optional = package.get("optional-dependencies", {})
    needed = [*package.get("dependencies", ()), *(one for extra in extras for one in optional.get(extra, ()))]
    return [(str(one["name"]), tuple(one.get("extra", ()))) for one in needed]


def read_poetry_lock(file: Path, targets: Sequence[Target] = ()) -> RequirementFile:
    """What the project of a poetry.lock needs at run time, with every version and file fixed.

    Poetry 2 says in the lock which packages are of the main group. Older locks do not say by which marker a package is
    needed, so the pyproject.toml beside them is asked what the project needs.

    Raises:
        DefinitionError: it is damaged, of another version, for other Pythons, holds packages that are of no index, or
            nothing says what is wanted.
    """
    lock = _Lock(file, targets, _POETRY)
    metadata = lock.document.get("metadata", {})
    lock.check_version(str(metadata.get("lock-version", "?")), "1", "2")
    lock.check_python(str(metadata.get("python-versions", "*")).replace("*", ""))
    into = RequirementFile()
    hashes_of = metadata.get("files", {})
    project = file.with_name("pyproject.toml")
    grouped = all("groups" in package for package in lock.packages)
    if not grouped and project.is_file():
        into.requirements += _project_requirements(project)
        _refuse_twins(lock, [Parsed(one.text).name for one in into.requirements])
        into.constraints += [
            _poetry_pin(lock, package, hashes_of) for package in lock.packages if not _sourced(package)
        ]
        return into
    for package in lock.packages:
        if not grouped and "category" not in package:
            raise DefinitionError(
                file, None, "does not say what is wanted at run time: put the project's pyproject.toml beside it"
            )
        main = "main" in package["groups"] if grouped else package["category"] == "main"
        if not main or package.get("optional"):
            continue
        if kind := _sourced(package):
            raise lock.refuse(package, kind)
        into.requirements.append(_poetry_pin(lock, package, hashes_of))
    return into


def _refuse_twins(lock: _Lock, wanted: Sequence[str]) -> None:
    """See that no package the project needs is locked in two versions: the lock does not say which is for which Python.

    Raises:
        DefinitionError: one is.
    """
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for package in lock.packages:
        by_name.setdefault(canonicalize_name(package["name"]), []).append(package)
    seen: set[str] = set()
    waiting = [str(canonicalize_name(name)) for name in wanted]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        packages = by_name.get(name, [])
        if len(packages) > 1:
            versions = " and ".join(package["version"] for package in packages)
            raise DefinitionError(
                lock.file,
                lock.line.get(id(packages[1])),
                f"{name} is locked in {versions}, and a lock of Poetry 1 does not say which is for which Python: lock "
                "again with Poetry 2, or name a requirements file that `poetry export` writes",
            )
        waiting += [str(canonicalize_name(needed)) for one in packages for needed in one.get("dependencies", {})]


def _sourced(package: Mapping[str, Any]) -> str:
    """What a package comes from where it is of no index (``git``, ``directory``, ``file``, ``url``), else empty."""
    kind = str(package.get("source", {}).get("type", "legacy"))
    return "" if kind == "legacy" else kind


def _poetry_pin(lock: _Lock, package: Mapping[str, Any], hashes_of: Mapping[str, Any]) -> Requirement:
    markers = package.get("markers", "")
    if isinstance(markers, Mapping):
        markers = markers.get("main", "")
    files = package.get("files") or hashes_of.get(package["name"], ())
    hashes = tuple(str(one["hash"]) for one in files if str(one.get("hash", "")).startswith("sha256:"))
    text = f"{package['name']}=={package['version']}" + (f" ; {markers}" if markers else "")
    return lock.requirement(package, text, hashes)


def _project_requirements(file: Path) -> list[Requirement]:
    """What a project needs at run time, without versions, which the lock has."""
    document = _toml(file, read_text(file), _PROJECT)
    listed = document.get("project", {}).get("dependencies")
    if listed is not None:
        return [read_requirement(str(one), file, 0) for one in listed]
    poetry = document.get("tool", {}).get("poetry", {}).get("dependencies", {})
    found = []
    for name, value in poetry.items():
        for one in value if isinstance(value, list) else [value]:
            details = one if isinstance(one, dict) else {}
            if canonicalize_name(name) == "python" or details.get("optional"):
                continue
            if kind := next((key for key in ("git", "path", "url") if key in details), ""):
                raise DefinitionError(file, None, f"{name} comes from {kind} and not from an index")
            extras = ",".join(details.get("extras", ()))
            markers = [f"({details['markers']})"] if details.get("markers") else []
            markers += _python_markers(name, details.get("python", "*"), file)
            marker = f" ; {' and '.join(markers)}" if markers else ""
            found.append(read_requirement(f"{name}{f'[{extras}]' if extras else ''}{marker}", file, 0))
    return found


def _python_markers(name: str, python: str, file: Path) -> list[str]:
    """For which Pythons Poetry wants a package (``python = "<3.11"``), as markers."""
    try:
        wanted = SpecifierSet(python.replace("*", "") if python.strip() == "*" else python)
    except InvalidSpecifier:
        rule = "write it as PEP 440 does, such as >=3.8,<3.11, or lock again with Poetry 2"
        raise DefinitionError(file, None, f"{name}: python = {python!r} is not understood: {rule}") from None
    return [f'python_full_version {one.operator} "{one.version}"' for one in sorted(wanted, key=str)]
