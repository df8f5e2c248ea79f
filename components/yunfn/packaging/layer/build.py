"""Builds a layer: lock, installed tree, hooks, proof, zip; nothing of it where the inputs are as they were."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from yunfn.exceptions import BuildError, PackagingError
from yunfn.packaging import proof
from yunfn.packaging.building import WheelBuilder, run_hook
from yunfn.packaging.building.locks import locked as alone
from yunfn.packaging.cache import ArtifactCache, Build
from yunfn.packaging.contents import Contents
from yunfn.packaging.definition import Hook, LayerDefinition
from yunfn.packaging.input_key import input_key
from yunfn.packaging.layer.built import (
    BuiltLayer,
    LayerPart,
    details_of,
    needs_of,
    parts_of,
    recalled,
    refuse_errors,
)
from yunfn.packaging.layer.contents import InstalledTree, placed
from yunfn.packaging.layer.division import Owned
from yunfn.packaging.layer.interruption import interruptible
from yunfn.packaging.layer.locking import locked
from yunfn.packaging.layer.shared import SharedStore, fetched, note_artifacts
from yunfn.packaging.layer.tree import install_packages, run_before
from yunfn.packaging.proof import Finding, SystemNeeds
from yunfn.packaging.proof.sizes import check_zip_size
from yunfn.packaging.resolution import LayerLock, WheelSource, index_settings
from yunfn.packaging.target import Target
from yunfn.packaging.user_cache import user_cache

_ENVIRONMENTS = 4


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How to build.

    ``update`` locks anew; ``frozen`` refuses where a lock is missing; ``offline`` asks caches alone;
    ``allow_unsandboxed`` runs build scripts and hooks unisolated on machines that cannot isolate; ``cache`` keeps the
    zips; ``store`` is the team's, asked before anything is built; ``push`` puts there what was built; setting
    ``cancelled`` stops build scripts and hooks; ``progress`` takes one short line at a time, and ``output`` what hooks
    print, by default ``progress`` does.
    """

    update: bool = False
    frozen: bool = False
    offline: bool = False
    allow_unsandboxed: bool = False
    cache: ArtifactCache = field(default_factory=ArtifactCache)
    store: SharedStore | None = None
    push: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)
    progress: Callable[[str], None] = lambda _: None
    output: Callable[[str], None] | None = None

    def wheels(self, definition: LayerDefinition) -> WheelSource:
        """What builds source distributions for the definition under these options."""
        return WheelBuilder(
            user_cache(),
            allow_unsandboxed=self.allow_unsandboxed,
            offline=self.offline,
            settings=index_settings(definition.folder, definition.indexes),
            cancelled=self.cancelled,
            progress=self.progress,
        )


@dataclass(slots=True)
class _Job:
    """One target that has to be built: its key, and what is found for it on the way.

    ``tree`` is the folder that packages are installed in, ``contents`` what goes into the zip, ``needs`` what that
    needs of the system.
    """

    target: Target
    key: str
    tree: Path = Path()
    contents: Contents | None = None
    findings: list[Finding] = field(default_factory=list)
    needs: SystemNeeds | None = None


def build_layer(
    definition: LayerDefinition, targets: Sequence[Target] = (), options: BuildOptions | None = None
) -> tuple[BuiltLayer, ...]:
    """Build the layer for each target (default: the definition's), in the order given.

    Targets that share Python and platform share one installed tree, and equal files are compressed once.

    Raises:
        DefinitionError, StaleLockError: the lock does not fit the definition.
        ResolutionError, BuildError, IsolationError: packages cannot be found, built or isolated.
        FindingsError: what was built would fail in the cloud; nothing is kept of it.
        PackagingError: something may not be packed.
    """
    options = options or BuildOptions()
    with interruptible(options.cancelled):
        return _build_layer(definition, targets, options)


def _build_layer(
    definition: LayerDefinition, targets: Sequence[Target], options: BuildOptions
) -> tuple[BuiltLayer, ...]:
    wanted = list(dict.fromkeys(targets or definition.targets))
    if not wanted:
        raise PackagingError(f"{definition.file}: says no target: name one, such as --target alibaba:python3.10")
    wheels = options.wheels(definition)
    lock = locked(
        definition,
        wanted,
        wheels,
        update=options.update,
        frozen=options.frozen,
        offline=options.offline,
        progress=options.progress,
    )
    keys = {target: input_key(definition, lock.packages(target), target) for target in wanted}
    kept = {target: recalled(options.cache, keys[target]) for target in wanted}
    stored = set()
    for target in wanted:
        if kept[target] is None and options.store is not None:
            options.progress(f"looking for {definition.name} for {target.name} in the team's store")
            kept[target] = fetched(definition, lock, target, keys[target], options.store, options.cache)
            stored.add(target)
    with _alone(definition, [keys[target] for target in wanted if kept[target] is None], options):
        # Another process may have built them meanwhile.
        kept |= {target: recalled(options.cache, keys[target]) for target in wanted if kept[target] is None}
        missing = [_Job(target, keys[target]) for target in wanted if kept[target] is None]
        built = _build(definition, lock, missing, wheels, options) if missing else ()
        fresh = {job.target: build for job, build in built}
    result = []
    for target in wanted:
        build = kept[target] or fresh[target]
        parts = parts_of(build.packages, build.details)
        source: Literal["cache", "store", "built"] = "built"
        if kept[target] is not None:
            source = "store" if target in stored else "cache"
        needs = needs_of(build.details)
        result.append(BuiltLayer(definition.name, target, keys[target], parts, build.findings, source, needs))
    if not options.frozen:
        note_artifacts(definition, lock, result, options.progress)
    if options.store is not None and options.push:
        for part in (part for layer in result for part in layer.parts):
            options.progress(f"putting {definition.name} into the team's store")
            options.store.push(definition.name, part.package)
    return tuple(result)


@contextmanager
def _alone(definition: LayerDefinition, keys: Sequence[str], options: BuildOptions) -> Iterator[None]:
    """Hold what is to be built, so that of processes that want the same at once one builds it and the others wait."""
    with ExitStack() as held:
        try:
            # In one order everywhere, or two processes could wait for each other.
            for key in sorted(keys):
                held.enter_context(alone(options.cache.building(key), options.cancelled))
        except InterruptedError:
            raise BuildError(f"building {definition.name} was cancelled") from None
        yield


def _build(
    definition: LayerDefinition, lock: LayerLock, jobs: Sequence[_Job], wheels: WheelSource, options: BuildOptions
) -> Iterable[tuple[_Job, Build]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yunfn-layer-")))
        # Hooks are told the target, so what they make serves no other.
        alone = bool(definition.before or definition.after)
        groups: dict[str, list[_Job]] = {}
        for job in jobs:
            groups.setdefault(job.target.name if alone else job.target.environment, []).append(job)
        with ThreadPoolExecutor(_ENVIRONMENTS, thread_name_prefix="yunfn-layer") as pool:
            running = [
                pool.submit(_prepare, definition, lock, group, folder / str(number), wheels, options)
                for number, group in enumerate(groups.values())
            ]
            for each in running:
                each.result()
        result = []
        for job, parts in zip(jobs, _packed(definition, jobs, options), strict=True):
            for part in parts:
                over = list(check_zip_size(part.package.file.name, part.package.zip_size, job.target))
                if over:
                    options.cache.discard(part.package.digest)
                job.findings += over
            result.append((job, parts))
        _refuse(definition, jobs)
        builds = []
        for job, parts in result:
            build = Build(tuple(part.package for part in parts), tuple(job.findings), details_of(parts, job.needs))
            options.cache.remember(job.key, build)
            builds.append((job, build))
        return builds


def _packed(definition: LayerDefinition, jobs: Sequence[_Job], options: BuildOptions) -> list[list[LayerPart]]:
    """Write the zips, one for each job; several where the layer may be split and its zip is over the limit.

    What goes in is checked meanwhile: nothing is kept of what is refused.
    """
    cache, label = options.cache, str(definition.file)
    contents = [job.contents for job in jobs if job.contents is not None]
    options.progress(f"checking and compressing {definition.name}")
    with cache.packing(contents) as packed:
        installed = {tree: proof.distributions(tree) for tree in {job.tree for job in jobs}}
        owned = [
            Owned(each, installed[job.tree], proof.owners(installed[job.tree], job.target.package_prefix))
            for job, each in zip(jobs, contents, strict=True)
        ]
        for job, each in zip(jobs, owned, strict=True):
            report = proof.examine(each.contents.manifest.entries, each.contents.open, job.target, each.owners)
            job.findings += report.findings
            job.needs = report.needs
        _refuse(definition, jobs)
        packages = packed()
    result = []
    for job, whole, package in zip(jobs, owned, packages, strict=True):
        limit = job.target.limits.zip_mb * 2**20
        if not definition.split or package.zip_size <= limit:
            result.append([whole.whole(package)])
            continue
        try:
            parts = whole.divided(package, limit, label)
        finally:
            # What is over the limit serves nobody whole.
            cache.discard(package.digest)
        written = cache.pack([part.contents for part in parts])
        result.append([part.whole(zipped) for part, zipped in zip(parts, written, strict=True)])
    return result


def _prepare(
    definition: LayerDefinition,
    lock: LayerLock,
    jobs: Sequence[_Job],
    folder: Path,
    wheels: WheelSource,
    options: BuildOptions,
) -> None:
    """Make the tree that these jobs share, and list what each of their zips will hold."""
    target, tree = jobs[0].target, folder / "tree"
    packages = lock.packages(target)

    def hook(each: Hook, place: Path) -> None:
        run_hook(
            each,
            place,
            target,
            allow_unsandboxed=options.allow_unsandboxed,
            cancelled=options.cancelled,
            progress=options.progress,
            output=options.output,
        )

    before = run_before(definition.before, folder / "before", hook)
    tree.mkdir(parents=True)
    install_packages(
        definition, packages, target, tree, wheels, offline=options.offline, progress=options.progress
    )  # fmt: skip
    for each in definition.after:
        hook(each, tree)
    installed = InstalledTree(tree, definition.exclude) if any(tree.iterdir()) else None
    for job in jobs:
        sources = placed(definition, job.target, installed, before)
        job.tree, job.contents = tree, Contents.of(sources, str(definition.file), job.target.name)


def _refuse(definition: LayerDefinition, jobs: Sequence[_Job]) -> None:
    found = [(job.target, finding) for job in jobs for finding in job.findings]
    refuse_errors(f"{definition.file}: would fail in the cloud, so it is not built", found)
