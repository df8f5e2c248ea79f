"""``yunfn layer tree``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yunfn.cli.layer.options import (
    JsonOption,
    OfflineOption,
    PathArgument,
    TargetOption,
    UnsandboxedOption,
    definition_at,
    looking_options,
    megabytes,
    progress_shown,
)
from yunfn.cli.table import print_table
from yunfn.exceptions import PackagingError

if TYPE_CHECKING:
    from yunfn.packaging.layer import BuiltLayer
    from yunfn.packaging.size_tree import SizeTree


def tree(
    path: PathArgument = Path(),
    target: TargetOption = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a treemap of every file to this page instead.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many packages to list.")] = 15,
    offline: OfflineOption = False,
    allow_unsandboxed: UnsandboxedOption = False,
    json_output: JsonOption = False,
) -> None:
    """List the heaviest packages of a layer, or write a treemap of it as one page.

    Example: yunfn layer tree layers/image --html layer.html
    """
    from yunfn.packaging.layer import build_layer
    from yunfn.packaging.treemap import treemap_html

    with progress_shown() as progress:
        definition = definition_at(path, target)
        built = build_layer(definition, options=looking_options(definition, offline, allow_unsandboxed, progress))
    if html is not None:
        page = treemap_html(definition.name, _size_tree(definition.name, built))
        try:
            html.write_text(page, encoding="utf-8")
        except OSError as error:
            raise PackagingError(f"--html {html}: cannot be written: {error.strerror}") from error
    if json_output:
        typer.echo(json.dumps([_document(layer, top) for layer in built], indent=2))
        return
    if html is not None:
        typer.echo(f"{html}: {len(built)} targets")
        return
    for layer in built:
        _print(layer, top)


def _size_tree(name: str, built: Sequence[BuiltLayer]) -> SizeTree:
    """Every file of every target's zips; whose it is, as the packages' own metadata in the zip says."""
    from yunfn.packaging.layer.built import distributions_in
    from yunfn.packaging.proof import owners
    from yunfn.packaging.size_tree import SizeTree, size_tree

    root = SizeTree(name)
    for layer in built:
        prefix = layer.target.package_prefix
        for number, part in enumerate(layer.parts, 1):
            entries, found = part.package.manifest.entries, distributions_in(part.package, layer.target)
            suffix = f" part {number}" if len(layer.parts) > 1 else ""
            child = size_tree(layer.target.name + suffix, entries, owners(found, prefix))
            root.size += child.size
            root.children[child.name] = child
    # One target needs no level of its own.
    return next(iter(root.children.values())) if len(root.children) == 1 else root


def _heaviest(layer: BuiltLayer) -> list[tuple[str, str, int]]:
    found = [(p.name, p.version, p.size) for part in layer.parts for p in part.packages]
    total = sum(part.package.manifest.size for part in layer.parts)
    other = total - sum(size for _, _, size in found)
    return sorted([*found, *([("(other files)", "", other)] if other else [])], key=lambda row: (-row[2], row[0]))


def _document(layer: BuiltLayer, top: int) -> dict[str, object]:
    return {
        "name": layer.name,
        "target": layer.target.name,
        "unzipped": sum(part.package.manifest.size for part in layer.parts),
        "packages": [{"name": n, "version": v, "size": s} for n, v, s in _heaviest(layer)[:top]],
    }


def _print(layer: BuiltLayer, top: int) -> None:
    total = sum(part.package.manifest.size for part in layer.parts)
    zipped = sum(part.package.zip_size for part in layer.parts)
    typer.echo(
        typer.style(f"{layer.name} for {layer.target.name}", bold=True)
        + f" ({megabytes(total)} unzipped, {megabytes(zipped)} zipped)"
    )
    found = _heaviest(layer)
    rows = [(f"  {n}", v, megabytes(s), f"{s / total:4.0%}") for n, v, s in found[:top]]
    print_table(rows, ("  package", "version", "unzipped", "share"))
    if len(found) > top:
        typer.echo(f"  and {len(found) - top} more")
