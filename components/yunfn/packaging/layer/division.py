"""Divides a layer whose zip is over the limit into several, no package in two of them."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from yunfn.packaging.contents import Contents
from yunfn.packaging.layer.built import LayerPart, PackageSize
from yunfn.packaging.layer.contents import only
from yunfn.packaging.package import Package
from yunfn.packaging.proof import Distribution
from yunfn.packaging.split import split

# What a zip adds to an entry beside its name, twice (APPNOTE 4.3.7 and 4.3.12), with room for Zip64's sizes.
_HEADERS = 30 + 46 + 2 * 28


@dataclass(frozen=True, slots=True)
class Owned:
    """A layer's contents, and whose each file is: ``owners`` maps a path to the label of its distribution."""

    contents: Contents
    distributions: Sequence[Distribution]
    owners: Mapping[str, str]

    def packages(self) -> tuple[PackageSize, ...]:
        """The installed packages with what they weigh in these contents, unzipped."""
        sizes: Counter[str] = Counter()
        for entry in self.contents.manifest.entries:
            sizes[self.owners.get(entry.path, "")] += entry.size
        return tuple(
            PackageSize(canonicalize_name(each.name), each.version, sizes[each.label])
            for each in self.distributions
            if each.label in sizes
        )

    def whole(self, package: Package) -> LayerPart:
        """The part that holds everything."""
        return LayerPart(package, self.packages())

    def divided(self, package: Package, limit: int, label: str) -> list[Owned]:
        """Divide what ``package`` holds, so that no zip is over ``limit`` bytes; ``label`` names it in errors.

        Packages weigh what they weigh in the zip. Files that belong to no package go together.

        Raises:
            PackagingError: one package alone is over the limit, or more than five zips would be needed.
        """
        weights: Counter[str] = Counter()
        with zipfile.ZipFile(package.file) as archive:
            for info in archive.infolist():
                name = len(info.filename.encode())
                weights[self.owners.get(info.filename, "")] += info.compress_size + 2 * name + _HEADERS
        found = []
        for labels in map(frozenset, split(weights, limit)):
            part = only(self.contents, lambda path, labels=labels: self.owners.get(path, "") in labels, label)  # type: ignore[misc]
            found.append(Owned(part, self.distributions, self.owners))
        return found
