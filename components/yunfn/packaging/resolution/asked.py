"""What a definition itself asks of each package on a target."""

from __future__ import annotations

from collections.abc import Collection

from packaging.requirements import Requirement as Parsed
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from yunfn.packaging.definition.model import LayerDefinition
from yunfn.packaging.resolution.marker_environment import applies
from yunfn.packaging.target import Target


class Asked:
    """Versions and files that the definition allows, by package.

    ``roots`` are the packages it requires itself on the target; ``replaced`` those in whose place it takes others,
    whoever requires them; ``undecided`` those of them whose replacement it does not require itself, so that others
    decide whether it is required at all.
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
        self.undecided: set[str] = set()
        for overridden, text in definition.overrides.items():
            parsed = Parsed(text)
            other = canonicalize_name(parsed.name)
            if other != overridden:
                self.replaced.add(overridden)
                if other not in self.roots:
                    self.undecided.add(overridden)
            else:
                self._limits[overridden] = parsed.specifier

    def lines(self, required: Collection[str] = ()) -> list[str]:
        """What is required, as PEP 508 lines; ``required`` are the undecided packages that others turn out to require.

        Their replacements are required with the rest.
        """
        lines = [requirement.text for requirement in self._definition.requirements]
        return lines + [self._definition.overrides[name] for name in sorted(required)]

    def constraints(self) -> list[str]:
        """Lines that narrow versions, but for packages that are replaced: what held for them holds for no other."""
        texts = [requirement.text for requirement in self._definition.pinned]
        return [text for text in texts if canonicalize_name(Parsed(text).name) not in self.replaced]

    def overrides(self) -> list[str]:
        """Lines in the place of every other requirement on the same package."""
        return [text for name, text in self._definition.overrides.items() if name not in self.replaced]

    def limits(self, name: str) -> SpecifierSet:
        """The versions that are allowed of a package."""
        return self._limits.get(name, SpecifierSet())

    def hashes(self, name: str) -> frozenset[str]:
        """The hashes of files that are allowed of a package; empty: any."""
        return self._hashes.get(name, frozenset())
