"""layer.lock: the packages of a layer by version and hash for every environment, and the artifacts made of them.

It names no index host, so it serves people behind any mirror, and its order is fixed, so that equal content is equal
bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement as Parsed
from packaging.utils import canonicalize_name, is_normalized_name

from yunfn.exceptions import DefinitionError, StaleLockError
from yunfn.packaging.definition.model import LayerDefinition, LockedPackage, Requirement
from yunfn.packaging.target import Target

# Raised whenever a lock of the older form would be read wrongly.
_VERSION = 1
_HEAD = "# Versions and hashes of this layer's packages, written by `yunfn layer build`; keep it in version control.\n"
_VERSION_TEXT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LockedArtifact:
    """What was built of the lock for a target: the inputs' key, the digest, and the zip's SHA-256 and size in bytes."""

    input_key: str
    digest: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class LayerLock:
    """A layer's lock.

    ``requirements`` are the normalized lines it was made of (`requirement_lines`); ``environments`` the packages by
    `Target.environment`, by name; ``artifacts`` what was built by `Target.name` (of a layer that is split, ``name#2``
    and so on for the others).
    """

    requirements: tuple[str, ...]
    environments: Mapping[str, tuple[LockedPackage, ...]]
    artifacts: Mapping[str, LockedArtifact] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 over the requirements."""
        return "sha256:" + hashlib.sha256("\n".join(self.requirements).encode()).hexdigest()

    def packages(self, target: Target) -> tuple[LockedPackage, ...]:
        """The packages for a target.

        Raises:
            KeyError: the lock has none for its environment.
        """
        return self.environments[target.environment]


def requirement_lines(definition: LayerDefinition) -> tuple[str, ...]:
    """The definition's requirements, constraints and overrides, one line each, in an order of their own.

    Comments, spelling of names, and where a line stands make no difference.
    """
    lines = {_line("", requirement) for requirement in definition.requirements}
    lines |= {_line("constraint ", requirement) for requirement in definition.pinned}
    lines |= {f"override {name}: {text}" for name, text in definition.overrides.items()}
    return tuple(sorted(lines))


def _line(kind: str, requirement: Requirement) -> str:
    parsed = Parsed(requirement.text)
    parsed.name = canonicalize_name(parsed.name)
    hashes = ""
    if requirement.hashes:
        # Their digest alone: a uv.lock has a hundred for one package.
        hashes = " of files " + hashlib.sha256("\n".join(sorted(requirement.hashes)).encode()).hexdigest()[:16]
    return f"{kind}{parsed}{hashes}"


_CURE = "run `yunfn layer lock` to bring it up to date"


def check_requirements(definition: LayerDefinition, lock: LayerLock) -> None:
    """See that the lock was made of the definition's requirements as they are now.

    Raises:
        StaleLockError: it was not; the text names both files and what changed.
    """
    now, then = set(requirement_lines(definition)), set(lock.requirements)
    changes = [f"+ {line}" for line in sorted(now - then)] + [f"- {line}" for line in sorted(then - now)]
    if changes:
        shown = changes[:8] + ([f"and {len(changes) - 8} more"] if len(changes) > 8 else [])
        raise StaleLockError(
            definition.lock, None, f"does not fit {definition.file} any more ({'; '.join(shown)}): {_CURE}"
        )


def check_lock(definition: LayerDefinition, lock: LayerLock, targets: Sequence[Target] = ()) -> None:
    """See that the lock was made of the definition as it is now, and for each target (default: the definition's).

    Raises:
        StaleLockError: it was not; the text names both files and what changed.
    """
    check_requirements(definition, lock)
    missing = [target.name for target in targets or definition.targets if target.environment not in lock.environments]
    if missing:
        raise StaleLockError(
            definition.lock, None, f"has no packages for {', '.join(missing)}, wanted by {definition.file}: {_CURE}"
        )


def write_lock(path: Path, lock: LayerLock) -> None:
    """Write a lock, whole or not at all; nothing is touched where it would say the same.

    Raises:
        DefinitionError: the file cannot be written.
    """
    text = render(lock).encode()
    try:
        if path.is_file() and path.read_bytes() == text:
            return
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
            part.chmod(0o644)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DefinitionError(path, None, f"cannot be written: {error.strerror}") from error


def render(lock: LayerLock) -> str:
    """The lock's text."""
    document = {
        "version": _VERSION,
        "requirements": {"digest": lock.digest, "lines": list(lock.requirements)},
        "environments": {
            environment: {
                package.name: {"version": package.version, "hashes": sorted(package.hashes)}
                | ({"sdist": True} if package.sdist else {})
                for package in sorted(packages, key=lambda package: package.name)
            }
            for environment, packages in sorted(lock.environments.items())
        },
        "artifacts": {
            name: {"input_key": one.input_key, "digest": one.digest, "sha256": one.sha256, "size": one.size}
            for name, one in sorted(lock.artifacts.items())
        },
    }
    return _HEAD + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)


def read_lock(path: Path) -> LayerLock:
    """Read a lock.

    Raises:
        DefinitionError: there is none, or it is damaged (merge marks, edited by hand); file, line and what is wrong.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DefinitionError(path, None, "there is no lock: run `yunfn layer lock`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(path, None, f"cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise DefinitionError(path, line, f"is damaged: {error.problem}: {_REMAKE}") from error
    try:
        return _lock(document)
    except _DamagedError as error:
        raise DefinitionError(path, None, f"is damaged: {error}: {_REMAKE}") from None


_REMAKE = "restore it, or remove it and run `yunfn layer lock`"


class _DamagedError(Exception):
    """A part of a lock is not what is written there."""


def _lock(document: Any) -> LayerLock:
    version = document.get("version") if isinstance(document, dict) else None
    if version != _VERSION:
        raise _DamagedError(f"version {version!r} is not {_VERSION}")
    requirements = _field(document, "requirements", dict)
    lines = _field(requirements, "lines", list)
    if not all(isinstance(line, str) for line in lines):
        raise _DamagedError("requirements.lines is no list of texts")
    lock = LayerLock(
        tuple(lines),
        {
            str(name): _packages(str(name), packages)
            for name, packages in _field(document, "environments", dict).items()
        },
        {str(name): _artifact(one) for name, one in _field(document, "artifacts", dict).items()},
    )
    if requirements.get("digest") != lock.digest:
        raise _DamagedError("requirements.lines does not fit requirements.digest")
    return lock


def _packages(environment: str, packages: Any) -> tuple[LockedPackage, ...]:
    if not isinstance(packages, dict):
        raise _DamagedError(f"environments.{environment} is no mapping")
    found = []
    for name, one in packages.items():
        hashes = _field(one, "hashes", list)
        if not hashes or not all(isinstance(item, str) and _HASH.fullmatch(item) for item in hashes):
            raise _DamagedError(f"{name}: hashes are not sha256:<64 hexadecimal digits>")
        if not isinstance(name, str) or not is_normalized_name(name):
            raise _DamagedError(f"{name!r} is no normalized package name")
        version = _field(one, "version", str)
        if not _VERSION_TEXT.fullmatch(version):
            # It becomes part of a requirements line: a line of its own in it would be an option of uv's.
            raise _DamagedError(f"{name}: {version!r} is no version")
        found.append(LockedPackage(name, version, tuple(hashes), one.get("sdist") is True))
    return tuple(found)


def _artifact(one: Any) -> LockedArtifact:
    return LockedArtifact(
        _digest(one, "input_key"), _digest(one, "digest"), _digest(one, "sha256"), _field(one, "size", int)
    )


def _digest(one: Any, name: str) -> str:
    """A digest; it becomes the name of a file and of an object, so it is nothing else."""
    value: str = _field(one, name, str)
    if not _DIGEST.fullmatch(value):
        raise _DamagedError(f"artifacts: {name} {value!r} is not 64 hexadecimal digits")
    return value


def _field(mapping: Any, name: str, kind: type) -> Any:
    value = mapping.get(name) if isinstance(mapping, dict) else None
    if not isinstance(value, kind):
        raise _DamagedError(f"{name!r} is missing or no {kind.__name__}")
    return value
