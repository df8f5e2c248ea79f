"""What a build of a layer for one target gives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Literal, cast

from yunfn.exceptions import FindingsError
from yunfn.packaging.cache import ArtifactCache, Build
from yunfn.packaging.package import Package
from yunfn.packaging.proof.distributions import Distribution, read_distributions
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.proof.system_needs import SystemNeeds
from yunfn.packaging.target import Target

_MB = 2**20


@dataclass(frozen=True, slots=True)
class PackageSize:
    """One installed package: normalized name, version, and its bytes unzipped."""

    name: str
    version: str
    size: int


@dataclass(frozen=True, slots=True)
class LayerPart:
    """One zip of a layer, with the packages in it; a layer that was not split has one."""

    package: Package
    packages: tuple[PackageSize, ...]


@dataclass(frozen=True, slots=True)
class BuiltLayer:
    """A layer built for a target.

    ``input_key`` is what the build was found by, ``source`` where it is from: the cache, the team's store, or built
    now; ``findings`` hold warnings only: a layer with errors is not built. ``needs`` is what its ELF files need of the
    system; None where what the cache knows of the build does not say it.
    """

    name: str
    target: Target
    input_key: str
    parts: tuple[LayerPart, ...]
    findings: tuple[Finding, ...]
    source: Literal["cache", "store", "built"]
    needs: SystemNeeds | None = None

    @property
    def cached(self) -> bool:
        """Whether nothing had to be built."""
        return self.source != "built"

    def document(self) -> dict[str, Any]:
        """The build as ``--json`` prints it; sizes in bytes."""
        return {
            "name": self.name,
            "target": self.target.name,
            "input_key": self.input_key,
            "cached": self.cached,
            "source": self.source,
            "parts": [_part(part) for part in self.parts],
            "findings": [asdict(finding) for finding in self.findings],
            "needs": None if self.needs is None else asdict(self.needs),
            "limits": {"zipped": self.target.limits.zip_mb * _MB, "unzipped": self.target.limits.unzipped_mb * _MB},
        }


def _part(part: LayerPart) -> dict[str, Any]:
    package = part.package
    return {
        "digest": package.digest,
        "file": str(package.file),
        "sha256": package.sha256,
        "zipped": package.zip_size,
        "unzipped": package.manifest.size,
        "packages": [{"name": p.name, "version": p.version, "size": p.size} for p in part.packages],
    }


@contextmanager
def opened(package: Package) -> Iterator[Callable[[str], BinaryIO]]:
    """What opens the paths of a package of the cache, whose bytes were checked when it was taken in or found."""
    with zipfile.ZipFile(package.file) as archive:
        yield lambda path: cast(BinaryIO, archive.open(path))


def distributions_in(package: Package, target: Target) -> tuple[Distribution, ...]:
    """The installed packages in a package's zip, as their own metadata says."""
    with opened(package) as opener:
        sizes = {entry.path: entry.size for entry in package.manifest.entries}
        return read_distributions(sizes, opener, target.package_prefix)


def refuse_errors(what: str, found: Iterable[tuple[Target, Finding]]) -> None:
    """Raise FindingsError if any of the findings is an error; the text begins with ``what`` and lists them."""
    lines = [f"\n  {target.name}: {finding}" for target, finding in found if finding.severity == "error"]
    if lines:
        raise FindingsError(f"{what}:{''.join(lines)}")


def details_of(parts: Sequence[LayerPart], needs: SystemNeeds | None) -> dict[str, Any]:
    """What the cache keeps beside a build's packages: which installed packages are in which, what all need."""
    details: dict[str, Any] = {"parts": [[[p.name, p.version, p.size] for p in part.packages] for part in parts]}
    return details if needs is None else {**details, "needs": asdict(needs)}


def needs_of(details: Mapping[str, Any]) -> SystemNeeds | None:
    """Read back what a recorded build needs of the system; None where the record does not say it."""
    try:
        told = details["needs"]
        return SystemNeeds(int(told["files"]), str(told["glibc"]), str(told["path"]))
    except (KeyError, TypeError, ValueError):
        return None


def parts_of(packages: Sequence[Package], details: Mapping[str, Any]) -> tuple[LayerPart, ...]:
    """Read the parts of a recorded build back.

    Raises:
        KeyError, TypeError, ValueError: the record is not one that ``details_of`` made.
    """
    return tuple(
        LayerPart(package, tuple(PackageSize(str(n), str(v), int(s)) for n, v, s in inside))
        for package, inside in zip(packages, details["parts"], strict=True)
    )


def recalled(cache: ArtifactCache, key: str) -> Build | None:
    """What the cache knows was built of the inputs of ``key``; a record that cannot be read is none."""
    build = cache.recall(key)
    try:
        if build is not None:
            parts_of(build.packages, build.details)
    except (KeyError, TypeError, ValueError):
        return None
    return build
