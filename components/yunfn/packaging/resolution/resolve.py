"""Resolves a definition for its targets into a lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from yunfn.exceptions import ResolutionError
from yunfn.packaging.definition.model import LayerDefinition, LockedPackage
from yunfn.packaging.resolution.index import IndexSettings
from yunfn.packaging.resolution.layer_lock import LayerLock, requirement_lines
from yunfn.packaging.resolution.uv import Resolved, UvRefusal, compile_requirements
from yunfn.packaging.resolution.wheels import best_wheel
from yunfn.packaging.target import Target

_PARALLEL = 4


class WheelSource(Protocol):
    """Builds source distributions, isolated."""

    def wheel(self, sdist: Path, name: str, version: str, target: Target) -> Path:
        """A wheel of the source distribution that fits the target."""
        ...


def resolve(
    definition: LayerDefinition,
    targets: Sequence[Target] = (),
    *,
    wheels: WheelSource,
    offline: bool = False,
    upgrade: bool = False,
    previous: LayerLock | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> LayerLock:
    """Resolve a definition for targets (default: its own); targets with one environment share one resolution.

    Args:
        definition: What the layer holds.
        targets: What it is for.
        wheels: Builds what has no wheel.
        offline: Whether only what is in the caches may be used.
        upgrade: Whether versions of ``previous`` may change without need.
        previous: The lock until now; environments of other targets and artifacts are kept where it still fits.
        progress: Takes a short line now and then.

    Raises:
        ResolutionError: no set of packages fits; the index's or uv's own words for each package that fails.
    """
    targets = tuple(targets) or definition.targets
    environments = {target.environment: target for target in reversed(targets)}
    with ThreadPoolExecutor(min(_PARALLEL, len(environments))) as pool:
        jobs = {
            environment: pool.submit(_environment, definition, target, offline, upgrade, previous, progress)
            for environment, target in sorted(environments.items())
        }
        resolved = {environment: job.result() for environment, job in jobs.items()}
    lines = requirement_lines(definition)
    kept = previous if previous is not None and previous.requirements == lines else None
    return LayerLock(lines, {**(kept.environments if kept else {}), **resolved}, {**(kept.artifacts if kept else {})})


def _environment(
    definition: LayerDefinition,
    target: Target,
    offline: bool,
    upgrade: bool,
    previous: LayerLock | None,
    progress: Callable[[str], None],
) -> tuple[LockedPackage, ...]:
    progress(f"resolving for Python {target.python}, {target.platform}")
    before = () if previous is None or upgrade else previous.environments.get(target.environment, ())
    try:
        found = compile_requirements(
            [requirement.text for requirement in definition.requirements],
            target,
            constraints=[requirement.text for requirement in definition.pinned],
            preferences={package.name: package.version for package in before},
            settings=IndexSettings(),
            offline=offline,
        )
    except UvRefusal as error:
        raise ResolutionError(f"{definition.file}: nothing fits {target.name}: {error}") from None
    return tuple(_locked(package, target) for package in found)


def _locked(package: Resolved, target: Target) -> LockedPackage:
    wheel = best_wheel(package.wheels, target)
    if wheel is None:
        raise ResolutionError(f"{package.name} {package.version} has no wheel for {target.name}")
    return LockedPackage(package.name, package.version, (f"sha256:{wheel.sha256}",))
