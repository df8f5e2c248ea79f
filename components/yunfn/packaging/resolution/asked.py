"""What a definition itself asks of each package on a target."""

from __future__ import annotations

from packaging.requirements import Requirement as Parsed
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from yunfn.packaging.definition.model import LayerDefinition
from yunfn.packaging.resolution.marker_environment import applies
from yunfn.packaging.target import Target


class Asked:
    """Versions and files that the definition allows, by package.

    ``roots`` are the packages it requires itself on the target; ``replaced`` those in whose place it takes others,
    whoever requires them.
    """

    def __init__(self, definition: LayerDefinition, target: Target) -> None:
        self._definition = definition
        self.roots: set[str] = set()
        self._limits: dict[str, SpecifierSet] = {}
        self._hashes: dict[str, frozenset[str]] = {}
        for group, root in ((definition.requirements, True), (definition.pinned, False)):
            for requirement in group:
                parsed = Parsed(requirement.text)
                if not applies(parsed, target):
                    continue
                name = canonicalize_name(parsed.name)
                if root:
                    self.roots.add(name)
                self._limits[name] = self._limits.get(name, SpecifierSet()) & parsed.specifier
                self._hashes[name] = self._hashes.get(name, frozenset()) | frozenset(requirement.hashes)
        self.replaced: set[str] = set()
        for overridden, text in definition.overrides.items():
            parsed = Parsed(text)
            if canonicalize_name(parsed.name) != overridden:
                self.replaced.add(overridden)
            else:
                self._limits[overridden] = parsed.specifier

    def lines(self) -> list[str]:
        """What is required, as PEP 508 lines.

        A replacement for a package that the definition does not require itself is required with the rest: some package
        has the other one among its own requirements, else the override would not have been written.
        """
        lines = [requirement.text for requirement in self._definition.requirements]
        named = {canonicalize_name(Parsed(line).name) for line in lines}
        for name in sorted(self.replaced):
            text = self._definition.overrides[name]
            if canonicalize_name(Parsed(text).name) not in named:
                lines.append(text)
        return lines

    def limits(self, name: str) -> SpecifierSet:
        """The versions that are allowed of a package."""
        return self._limits.get(name, SpecifierSet())

    def hashes(self, name: str) -> frozenset[str]:
        """The hashes of files that are allowed of a package; empty: any."""
        return self._hashes.get(name, frozenset())
