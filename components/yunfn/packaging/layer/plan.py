"""What a build would take, package by package, without locking or building anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yunfn.exceptions import StaleLockError
from yunfn.packaging.definition import LayerDefinition
from yunfn.packaging.input_key import input_key
from yunfn.packaging.layer.build import BuildOptions
from yunfn.packaging.layer.interruption import interruptible
from yunfn.packaging.layer.locking import lock_file
from yunfn.packaging.resolution import LayerLock, check_lock, examine, read_lock
from yunfn.packaging.target import Target


@dataclass(frozen=True, slots=True)
class PlannedPackage:
    """One package: name, version ("" if none can be had), ``source`` ("wheel" or "sdist"), or why it is ``refused``."""

    name: str
    version: str
    source: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """A layer for a target: ``lock`` is "fits", "missing" or why it does not fit; ``built`` whether it is in the cache.

    Where the lock fits, the packages are those it pins; elsewhere those that a new lock would pin.
    """

    name: str
    target: Target
    lock: str
    built: bool
    packages: tuple[PlannedPackage, ...]

    @property
    def refused(self) -> tuple[PlannedPackage, ...]:
        """The packages that cannot be had."""
        return tuple(package for package in self.packages if package.refused)


def plan_layer(definition: LayerDefinition, options: BuildOptions | None = None) -> tuple[LayerPlan, ...]:
    """Plan the layer for each of the definition's targets; what has no wheel is built to see whether it can be.

    Raises:
        ResolutionError: uv or the index fails as such.
        IsolationError: something has to be built and this machine cannot isolate it.
    """
    options = options or BuildOptions()
    with interruptible(options.cancelled):
        return _plan_layer(definition, options)


def _plan_layer(definition: LayerDefinition, options: BuildOptions) -> tuple[LayerPlan, ...]:
    file = lock_file(definition)
    lock = read_lock(file) if file.is_file() else None
    states = {target: _state(definition, lock, target) for target in definition.targets}
    unlocked = [target for target, state in states.items() if state != "fits"]
    reports = (
        examine(
            definition,
            unlocked,
            wheels=options.wheels(definition),
            offline=options.offline,
            previous=lock,
            progress=options.progress,
        )
        if unlocked
        else {}
    )
    plans = []
    for target, state in states.items():
        if lock is not None and state == "fits":
            packages = lock.packages(target)
            built = options.cache.recall(input_key(definition, packages, target)) is not None
            failures: Sequence[PlannedPackage] = ()
        else:
            report = reports[target.environment]
            packages, built = report.packages, False
            failures = [PlannedPackage(f.name, "", "", f.message) for f in report.failures]
        planned = [PlannedPackage(p.name, p.version, "sdist" if p.sdist else "wheel") for p in packages]
        whole = tuple(sorted([*planned, *failures], key=lambda package: package.name))
        plans.append(LayerPlan(definition.name, target, state, built, whole))
    return tuple(plans)


def _state(definition: LayerDefinition, lock: LayerLock | None, target: Target) -> str:
    if lock is None:
        return "missing"
    try:
        check_lock(definition, lock, [target])
    except StaleLockError as error:
        return str(error)
    return "fits"
