"""What weighs how much in a package: by distribution, folder and file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from yunfn.packaging.manifest import Entry

#: How files that belong to no distribution are called.
UNOWNED = "(files of no package)"


@dataclass(slots=True)
class SizeTree:
    """A distribution, folder or file: ``name``, ``size`` in bytes unzipped with all below it, and what is below."""

    name: str
    size: int = 0
    children: dict[str, SizeTree] = field(default_factory=dict)

    def below(self) -> list[SizeTree]:
        """The children, heaviest first; by name where they weigh the same."""
        return sorted(self.children.values(), key=lambda child: (-child.size, child.name))

    def add(self, parts: Iterable[str], size: int) -> None:
        """Count a file of ``size`` bytes under the names ``parts``."""
        self.size += size
        at = self
        for part in parts:
            at = at.children.setdefault(part, SizeTree(part))
            at.size += size


def size_tree(name: str, entries: Iterable[Entry], owners: Mapping[str, str]) -> SizeTree:
    """Answer the tree of a package called ``name``: distributions (by ``owners``: path -> distribution), then paths."""
    root = SizeTree(name)
    for entry in entries:
        root.add((owners.get(entry.path) or UNOWNED, *entry.path.split("/")), entry.size)
    return root


def heaviest(tree: SizeTree, most: int = 10) -> list[SizeTree]:
    """Answer the heaviest of the things right below ``tree``, at most ``most`` of them."""
    return tree.below()[:most]
