"""What a resolution found for one environment, package by package."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.requirements import Requirement as Parsed
from packaging.utils import canonicalize_name

from yunfn.packaging.definition.model import LockedPackage, Requirement
from yunfn.packaging.target import Target


@dataclass(frozen=True, slots=True)
class PackageFailure:
    """A package that cannot be had: normalized name, and why in the index's, uv's or the build's own words."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class EnvironmentReport:
    """What fits one environment; ``target`` is one of those that share it.

    ``packages`` are those that can be had (with what they need), whatever else fails.
    """

    target: Target
    packages: tuple[LockedPackage, ...]
    failures: tuple[PackageFailure, ...]

    def of(self, requirement: Requirement) -> LockedPackage | PackageFailure | None:
        """What became of a requirement; None where its marker leaves it out of this environment."""
        name = canonicalize_name(Parsed(requirement.text).name)
        for failure in self.failures:
            if failure.name == name:
                return failure
        return next((package for package in self.packages if package.name == name), None)
