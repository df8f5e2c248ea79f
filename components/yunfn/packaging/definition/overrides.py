"""Replaces one package by another, such as ``sklearn`` by ``scikit-learn``, wherever it is required."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.requirements import Requirement as Parsed
from packaging.utils import InvalidName, canonicalize_name

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition.model import Requirement
from yunfn.packaging.definition.requirement_line import parse


def check_overrides(overrides: Mapping[str, str], file: Path, line: int | None) -> dict[str, str]:
    """Overrides with names normalized and requirements checked; ``file`` and ``line`` are where they stand.

    Raises:
        DefinitionError: a name or requirement is none.
    """
    checked: dict[str, str] = {}
    for name, text in overrides.items():
        try:
            key = canonicalize_name(name, validate=True)
        except InvalidName:
            raise DefinitionError(file, line, f"overrides: {name!r} is no package name") from None
        checked[key] = str(parse(text, file, line or 0))
    return checked


def check_chains(overrides: Mapping[str, str], file: Path) -> None:
    """See that no replacement is itself replaced by another package: of such a chain nothing would be left.

    Raises:
        DefinitionError: one is.
    """
    for name, text in overrides.items():
        other = canonicalize_name(Parsed(text).name)
        beyond = overrides.get(other)
        if other != name and beyond is not None and canonicalize_name(Parsed(beyond).name) != other:
            rule = f"{name} is replaced by {other}, and {other} by {Parsed(beyond).name}: name the last one for both"
            raise DefinitionError(file, None, f"overrides: {rule}")


def apply_overrides(requirements: Sequence[Requirement], overrides: Mapping[str, str]) -> tuple[Requirement, ...]:
    """Requirements with those of overridden packages replaced; a marker stays unless the replacement has its own."""
    replaced: list[Requirement] = []
    for requirement in requirements:
        parsed = Parsed(requirement.text)
        override = overrides.get(canonicalize_name(parsed.name))
        if override is None:
            replaced.append(requirement)
            continue
        other = Parsed(override)
        other.marker = other.marker or parsed.marker
        # The hashes were those of the other package's files.
        hashes = requirement.hashes if canonicalize_name(other.name) == canonicalize_name(parsed.name) else ()
        replaced.append(Requirement(str(other), requirement.file, requirement.line, hashes))
    return tuple(replaced)
