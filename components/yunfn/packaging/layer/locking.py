"""A layer's lock: read where there is one that fits, made where there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition import LayerDefinition
from yunfn.packaging.resolution import (
    LayerLock,
    WheelSource,
    check_lock,
    check_requirements,
    read_lock,
    requirement_lines,
    resolve,
    write_lock,
)
from yunfn.packaging.target import Target
from yunfn.packaging.user_cache import user_cache

Progress = Callable[[str], None]


def lock_file(definition: LayerDefinition) -> Path:
    """Where the definition's lock is: its layer.lock, or for a bare requirements file a file in the user's cache.

    A requirements file may stand in a folder that is not yunfn's to write in; a layer.lock beside it is used all the
    same.
    """
    if definition.lock.is_file() or definition.file.name == "layer.yaml":
        return definition.lock
    lines = "\n".join(requirement_lines(definition))
    digest = hashlib.sha256(lines.encode()).hexdigest()
    return user_cache() / "locks" / f"{digest}.lock"


def locked(
    definition: LayerDefinition,
    targets: Sequence[Target],
    wheels: WheelSource,
    *,
    relock: bool = False,
    update: bool = False,
    frozen: bool = False,
    offline: bool = False,
    progress: Progress = lambda _: None,
) -> LayerLock:
    """Answer the definition's lock for ``targets``, made and written where it is missing.

    Args:
        definition: The layer.
        targets: What packages are needed for.
        wheels: Builds wheels of packages that have none, as resolution needs their metadata.
        relock: Whether to lock anew where the requirements have changed, keeping what still fits.
        update: Whether to resolve anew, with the newest versions that fit.
        frozen: Whether a missing lock is an error.
        offline: Whether no package index may be asked.
        progress: Told what is done, one line each.

    Raises:
        StaleLockError: the lock was made of other requirements, and neither ``relock`` nor ``update`` is set.
        DefinitionError: there is no lock and ``frozen`` is set, or the lock is damaged.
        ResolutionError: nothing fits; with uv's or the index's words.
    """
    file = lock_file(definition)
    previous: LayerLock | None = read_lock(file) if file.is_file() else None
    if previous is None and frozen:
        raise DefinitionError(file, None, "there is no lock, and none may be made: run `yunfn layer lock`")
    wanted = list(targets)
    if previous is not None and not (update or relock):
        check_requirements(definition, previous)
        # Another target is no change of the requirements: what is locked stays, what is missing is added.
        wanted = [target for target in targets if target.environment not in previous.environments]
        if not wanted:
            return previous
        if frozen:
            check_lock(definition, previous, targets)
    found = resolve(
        definition, wanted, wheels=wheels, offline=offline, upgrade=update, previous=previous, progress=progress
    )
    _write(file, found, previous)
    progress(f"locked in {file}")
    return found


def _write(file: Path, found: LayerLock, previous: LayerLock | None) -> None:
    """Write the lock with what another process locked of the same requirements since ``previous`` was read."""
    now = read_lock(file) if file.is_file() else None
    if now is not None and now != previous and now.requirements == found.requirements:
        found = replace(
            found,
            environments={**now.environments, **found.environments},
            artifacts={**now.artifacts, **found.artifacts},
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DefinitionError(file, None, f"cannot be written: {error.strerror}") from error
    write_lock(file, found)
