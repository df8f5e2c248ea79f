"""``yunfn layer lock``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from yunfn.cli.layer.options import (
    JsonOption,
    OfflineOption,
    PathArgument,
    TargetOption,
    UnsandboxedOption,
    definition_at,
    progress_shown,
)


def lock(
    path: PathArgument = Path(),
    target: TargetOption = None,
    update: Annotated[bool, typer.Option("--update", help="Take the newest versions that fit.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the lock fits; exit with 1 if not.")] = False,
    offline: OfflineOption = False,
    allow_unsandboxed: UnsandboxedOption = False,
    json_output: JsonOption = False,
) -> None:
    """Pin a layer's packages by version and hash in layer.lock, for each of its targets.

    The lock names no index host: behind any mirror it is the same. Pins that fit are kept unless --update is given.

    Example: yunfn layer lock layers/image --update
    """
    from yunfn.packaging.layer import BuildOptions, interruptible, lock_file, locked
    from yunfn.packaging.resolution import check_lock, read_lock

    definition = definition_at(path, target)
    file = lock_file(definition)
    if check:
        found = read_lock(file)
        check_lock(definition, found, definition.targets)
    else:
        with progress_shown() as progress:
            options = BuildOptions(offline=offline, allow_unsandboxed=allow_unsandboxed, progress=progress)
            with interruptible(options.cancelled):
                found = locked(
                    definition,
                    definition.targets,
                    options.wheels(definition),
                    relock=True,
                    update=update,
                    offline=offline,
                    progress=progress,
                )
    counts = {name: len(packages) for name, packages in sorted(found.environments.items())}
    if json_output:
        typer.echo(json.dumps({"lock": str(file), "environments": counts}, indent=2))
        return
    typer.echo(f"{file}: " + ", ".join(f"{count} packages for Python {name}" for name, count in counts.items()))
