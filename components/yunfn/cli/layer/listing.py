"""``yunfn layer list``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yunfn.cli.layer.options import JsonOption, definition_at, megabytes
from yunfn.cli.table import print_table
from yunfn.exceptions import PackagingError

if TYPE_CHECKING:
    from yunfn.packaging.definition import LayerDefinition


def list_layers(
    folder: Annotated[Path, typer.Argument(help="Folder with a folder for each layer.")] = Path("layers"),
    json_output: JsonOption = False,
) -> None:
    """List the layers of a project: targets, state of the lock, and what is built of each.

    Example: yunfn layer list
    """
    files = sorted(folder.glob("*/layer.yaml"))
    if not files and not folder.is_dir():
        raise PackagingError(f"{folder}: there is no such folder; layers stand in layers/<name>/layer.yaml")
    found = [row for file in files for row in _rows_of(file)]
    broken = [row["error"] for row in found if "error" in row]
    if json_output:
        typer.echo(json.dumps(found, indent=2))
    elif found:
        _print(found)
    else:
        typer.echo(f"no layers in {folder}")
    for error in broken:
        typer.echo(f"error: {error}", err=True)
    if broken:
        raise typer.Exit(1)


def _print(found: list[dict[str, Any]]) -> None:
    rows = [(r["name"], r["target"], r["lock"], _size(r), (r["digests"] or ["-"])[0][:12]) for r in found]
    print_table(rows, ("layer", "target", "lock", "zipped", "digest"))


def _rows_of(file: Path) -> list[dict[str, Any]]:
    """The rows of one definition; one that cannot be read does not hide the others."""
    from yunfn.exceptions import DefinitionError

    try:
        return _rows(definition_at(file, None))
    except DefinitionError as error:
        shown = {"name": file.parent.name, "file": str(file), "target": "-", "lock": "unreadable"}
        return [{**shown, "digests": [], "zipped": None, "error": str(error)}]


def _rows(definition: LayerDefinition) -> list[dict[str, Any]]:
    from yunfn.exceptions import StaleLockError
    from yunfn.packaging.cache import ArtifactCache
    from yunfn.packaging.input_key import input_key
    from yunfn.packaging.resolution import check_lock, read_lock

    lock = read_lock(definition.lock) if definition.lock.is_file() else None
    cache, rows = ArtifactCache(), []
    for target in definition.targets:
        state, build = "missing", None
        if lock is not None:
            try:
                check_lock(definition, lock, [target])
                state = "fits"
                build = cache.recall(input_key(definition, lock.packages(target), target))
            except StaleLockError:
                state = "out of date"
        packages = build.packages if build else ()
        rows.append(
            {
                "name": definition.name,
                "file": str(definition.file),
                "target": target.name,
                "lock": state,
                "digests": [package.digest for package in packages],
                "zipped": sum(package.zip_size for package in packages) if build else None,
            }
        )
    return rows


def _size(row: dict[str, Any]) -> str:
    return "not built" if row["zipped"] is None else megabytes(row["zipped"])
