"""The installed tree of a layer: sdists fetched and built, everything installed, hooks run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from yunfn.packaging.building import install
from yunfn.packaging.definition import Hook, LayerDefinition, LockedPackage
from yunfn.packaging.folder import Folder
from yunfn.packaging.ignore import Selection
from yunfn.packaging.resolution import WheelSource, fetch_sdist, index_settings
from yunfn.packaging.source import Source
from yunfn.packaging.target import Target

# Builds of source distributions that run side by side; most of each is one compiler at a time.
_BUILDS = 2


def install_packages(
    definition: LayerDefinition,
    packages: Sequence[LockedPackage],
    target: Target,
    into: Path,
    wheels: WheelSource,
    *,
    offline: bool,
    progress: Callable[[str], None],
) -> None:
    """Install the locked packages for the target's environment into ``into``; what has no wheel is built first.

    Raises:
        BuildError: a source distribution could not be built.
        ResolutionError: uv could not install; in its words.
    """
    settings = index_settings(definition.folder, definition.indexes)

    def fetched(package: LockedPackage) -> Path:
        return fetch_sdist(package, target, offline=offline, folder=definition.folder, indexes=definition.indexes)

    with_wheel = [package for package in packages if not package.sdist]
    without = [package for package in packages if package.sdist]
    progress(f"installing {len(packages)} packages for Python {target.python}, {target.platform}")
    with ThreadPoolExecutor(_BUILDS, thread_name_prefix="yunfn-build") as pool:
        sdists = dict(zip(without, pool.map(fetched, without), strict=True))
        # What is largest has most to compile, and begun last all would wait for it alone.
        without.sort(key=lambda package: -sdists[package].stat().st_size)
        running = {p.name: pool.submit(wheels.wheel, sdists[p], p.name, p.version, target) for p in without}
        try:
            install(with_wheel, {}, target, into, offline=offline, settings=settings)
            built = {name: future.result() for name, future in running.items()}
        finally:
            for future in running.values():
                future.cancel()
    install(without, built, target, into, offline=offline, settings=settings)


def run_before(hooks: Sequence[Hook], into: Path, run: Callable[[Hook, Path], None]) -> list[Source]:
    """Run each hook in a folder of its own under ``into``; what they leave there goes into the layer as it lies.

    Raises:
        BuildError: a hook failed; with its last words.
        IsolationError: this machine cannot isolate it.
    """
    found: list[Source] = []
    for number, hook in enumerate(hooks, 1):
        folder = into / str(number)
        folder.mkdir(parents=True)
        run(hook, folder)
        # The files it was given are its sources, not its result; nothing in their names is a pattern.
        given = ["/" + re.sub(r"(\W)", r"\\\1", path.name) for path in hook.files]
        if any(folder.rglob("*")):
            found.append(Folder(folder, Selection((), given)))
    return found
