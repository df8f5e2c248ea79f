"""``yunfn layer cache``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from yunfn.cli.layer.options import JsonOption, megabytes
from yunfn.cli.table import print_table

#: Folder in the user's cache -> what is in it. All of it can be made again.
_KINDS = {
    "packages": "packed layers and code",
    "wheels": "wheels built from source",
    "sdists": "source distributions",
    "compilers": "libraries of the C compiler",
    "locks": "locks of bare requirements files",
}


def cache(
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove the packages unused for longest, down to YUNFN_CACHE_MB.")
    ] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Remove all of it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Say what the cache holds, or make it smaller; everything in it can be built again.

    Packages are pruned by themselves over 10 GB, or over what the variable YUNFN_CACHE_MB says.

    Example: yunfn layer cache --prune
    """
    from yunfn.packaging.cache import ArtifactCache
    from yunfn.packaging.user_cache import user_cache

    if prune and clear:
        raise typer.BadParameter("--clear removes everything: leave out --prune")
    root = user_cache()
    before = {kind: _size(root / kind) for kind in _KINDS}
    freed = 0
    if prune:
        freed = ArtifactCache().prune()
    elif clear:
        freed = sum(before.values())
        if not yes:
            typer.confirm(f"Remove {megabytes(freed)} from {root}?", abort=True, err=True)
        for kind in _KINDS:
            _remove(root / kind)
    held = {kind: _size(root / kind) for kind in _KINDS}
    if json_output:
        typer.echo(json.dumps({"folder": str(root), "bytes": held, "freed": freed}, indent=2))
        return
    rows = [(kind, megabytes(held[kind]), what) for kind, what in _KINDS.items()]
    print_table(rows, (str(root), "size", ""))
    if prune or clear:
        typer.echo(f"freed {megabytes(freed)}")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _remove(folder: Path) -> None:
    if folder.is_dir():
        # Out of the way at once: whoever builds meanwhile begins a new one.
        gone = folder.with_name(f".{folder.name}.removed")
        shutil.rmtree(gone, ignore_errors=True)
        folder.rename(gone)
        shutil.rmtree(gone)
