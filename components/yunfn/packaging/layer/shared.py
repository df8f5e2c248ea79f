"""The team's store as a second cache of built layers, by what layer.lock says was built before.

Nothing in the store decides what is taken: the lock, which is under version control, names the inputs' key and the
digest, and the bytes must have the SHA-256 it names, or a manifest of that digest.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from packaging.utils import canonicalize_name

from yunfn.exceptions import DefinitionError
from yunfn.packaging import proof
from yunfn.packaging.cache import ArtifactCache, Build
from yunfn.packaging.definition import LayerDefinition
from yunfn.packaging.layer.built import (
    BuiltLayer,
    LayerPart,
    PackageSize,
    details_of,
    distributions_in,
    opened,
    refuse_errors,
)
from yunfn.packaging.layer.locking import lock_file
from yunfn.packaging.package import Package
from yunfn.packaging.proof import Finding, SystemNeeds
from yunfn.packaging.proof.sizes import check_zip_size
from yunfn.packaging.resolution import LayerLock, LockedArtifact, read_lock, write_lock
from yunfn.packaging.target import Target


class SharedStore(Protocol):
    """Where a team keeps what was built; raises ArtifactError and CloudAnswerError."""

    def fetch(self, name: str, artifact: LockedArtifact, target: Target, into: Path) -> bool:
        """Copy the artifact of the layer ``name`` to the file ``into``; False if the store does not have it."""

    def push(self, name: str, package: Package) -> None:
        """Put a package of the layer ``name`` into the store, unless it is there."""


def fetched(
    definition: LayerDefinition, lock: LayerLock, target: Target, key: str, store: SharedStore, cache: ArtifactCache
) -> Build | None:
    """Answer the build of the inputs ``key`` from the team's store, kept in ``cache`` from now on; None without one.

    Raises:
        ArtifactError: what lies there is not what the lock names.
        FindingsError: it would fail in the cloud.
        PackagingError: it is no zip that could be deployed.
    """
    wanted = [artifact for artifact in _artifacts(lock, target) if artifact.input_key == key]
    packages: list[Package] = []
    with tempfile.TemporaryDirectory(prefix="yunfn-fetched-") as folder:
        for number, artifact in enumerate(wanted):
            file = Path(folder) / f"{number}.zip"
            package = cache.find(artifact.digest)
            if package is None:
                if not store.fetch(definition.name, artifact, target, file):
                    return None
                package = cache.adopt(file, artifact.digest, target.name)
            packages.append(package)
    if not packages:
        return None
    parts = [LayerPart(package, _packages(package, target)) for package in packages]
    # A part of a split layer lacks what the others have; that was checked when it was built.
    findings, needs = _examined(packages[0], target) if len(packages) == 1 else ((), None)
    refuse_errors(
        f"{definition.name} from the team's store would fail in the cloud", ((target, each) for each in findings)
    )
    build = Build(tuple(packages), tuple(findings), details_of(parts, needs))
    cache.remember(key, build)
    return build


def note_artifacts(
    definition: LayerDefinition,
    lock: LayerLock,
    built: Sequence[BuiltLayer],
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Write into layer.lock what was built of it, for whoever builds the same next.

    A record of the same inputs stays, whatever this machine's bytes are; locks in the user's cache get none. What
    others wrote into the lock since ``lock`` was read stays too. A lock that may not be written is no reason to fail:
    ``progress`` is told.

    Raises:
        DefinitionError: the lock was damaged meanwhile, or cannot be written for want of room.
    """
    if lock_file(definition) != definition.lock or not definition.lock.is_file():
        return
    now = read_lock(definition.lock)
    artifacts = dict(now.artifacts)
    for layer in built:
        environment = layer.target.environment
        if now.environments.get(environment) != lock.environments[environment]:
            # Another process locked other packages meanwhile, and this was not built of them.
            continue
        if any(artifact.input_key == layer.input_key for artifact in _artifacts(now, layer.target)):
            continue
        for name in [name for name in artifacts if name.partition("#")[0] == layer.target.name]:
            del artifacts[name]
        for number, part in enumerate(layer.parts, 1):
            package = part.package
            artifacts[_name(layer.target, number)] = LockedArtifact(
                layer.input_key, package.digest, package.sha256, package.zip_size
            )
    if artifacts == dict(now.artifacts):
        return
    try:
        write_lock(definition.lock, replace(now, artifacts=artifacts))
    except DefinitionError as error:
        cause = error.__cause__
        if not isinstance(cause, OSError) or cause.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        progress(f"{error}: what was built is not noted there for others")


def _artifacts(lock: LayerLock, target: Target) -> Iterator[LockedArtifact]:
    number = 1
    while (artifact := lock.artifacts.get(_name(target, number))) is not None:
        yield artifact
        number += 1


def _name(target: Target, number: int) -> str:
    return target.name if number == 1 else f"{target.name}#{number}"


def _packages(package: Package, target: Target) -> tuple[PackageSize, ...]:
    found = distributions_in(package, target)
    return tuple(PackageSize(canonicalize_name(each.name), each.version, each.size) for each in found)


def _examined(package: Package, target: Target) -> tuple[Sequence[Finding], SystemNeeds | None]:
    """What is wrong with the package, and what it needs; that it may be unpacked was seen when the cache took it in."""
    name = package.file.name
    with opened(package) as opener:
        report = proof.examine(package.manifest.entries, opener, target, name=name)
    return [*check_zip_size(name, package.zip_size, target), *report.findings], report.needs
