"""``yunfn layer build``."""

from __future__ import annotations

import json
import os
import shutil
import time
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
    megabytes,
    needs_shown,
    progress_shown,
)
from yunfn.cli.layer.store import Store, team_store
from yunfn.exceptions import PackagingError

if TYPE_CHECKING:
    from yunfn.packaging.layer import BuiltLayer


def build(
    path: PathArgument = Path(),
    target: TargetOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to put the zips in, beside the cache.")
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Lock anew, with the newest versions that fit.")] = False,
    frozen: Annotated[bool, typer.Option("--frozen", help="Fail where the lock is missing or would change.")] = False,
    store: Annotated[
        Store | None,
        typer.Option("--store", help="Look in the artifact bucket for what layer.lock says was built before."),
    ] = None,
    push: Annotated[bool, typer.Option("--push", help="With --store: put what was built there.")] = False,
    offline: OfflineOption = False,
    allow_unsandboxed: UnsandboxedOption = False,
    json_output: JsonOption = False,
) -> None:
    """Build a layer for each of its targets and print what it holds.

    Nothing is built where the inputs are as they were. A layer that would fail in the cloud is not built.

    Example: yunfn layer build layers/image

    Example: yunfn layer build layers/image --store oss --push

    Example: yunfn layer build requirements.txt --target tencent:Python3.6 --target alibaba:python3.10
    """
    from yunfn.packaging.layer import BuildOptions, build_layer

    if push and store is None:
        raise typer.BadParameter("--push needs to know where: --store oss")
    definition = definition_at(path, target)
    team = None if store is None else team_store(store)
    started = time.monotonic()
    with progress_shown() as progress:
        built = build_layer(
            definition,
            options=BuildOptions(
                update=update,
                frozen=frozen,
                offline=offline,
                allow_unsandboxed=allow_unsandboxed,
                store=team,
                push=push,
                progress=progress,
            ),
        )
    seconds = time.monotonic() - started
    copies = {} if output is None else _copied(built, output)
    if json_output:
        documents = [layer.document() for layer in built]
        for document in documents:
            for part in document["parts"]:
                part["file"] = str(copies.get(part["file"], part["file"]))
        typer.echo(json.dumps(documents, indent=2))
        return
    for layer in built:
        _print(layer, seconds, copies)


def _copied(built: tuple[BuiltLayer, ...], folder: Path) -> dict[str, Path]:
    """Copy the zips into ``folder`` under names that say what they are; answers where each went."""
    copies = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for layer in built:
            for number, part in enumerate(layer.parts, 1):
                suffix = f"-{number}" if len(layer.parts) > 1 else ""
                name = f"{layer.name}-{layer.target.name.replace(':', '-')}{suffix}.zip"
                copies[str(part.package.file)] = _copied_whole(part.package.file, folder / name)
    except OSError as error:
        raise PackagingError(f"--output {folder}: cannot be written: {error.strerror}") from error
    return copies


def _copied_whole(file: Path, to: Path) -> Path:
    """Copy whole or not at all: what stands at ``to`` stays until the new one is there."""
    part = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(file, part)
        return part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def _print(layer: BuiltLayer, seconds: float, copies: dict[str, Path]) -> None:
    how = {"cache": "from the cache", "store": "from the team's store"}.get(layer.source, f"built in {seconds:.1f} s")
    typer.echo(typer.style(f"{layer.name} for {layer.target.name}", bold=True) + f" ({how})")
    limits = layer.target.limits
    together = f"{'the code and ' if limits.with_code else ''}all layers of a function"
    for part in layer.parts:
        package = part.package
        typer.echo(f"  digest    {package.digest}")
        typer.echo(f"  zip       {copies.get(str(package.file), package.file)}")
        typer.echo(
            f"  size      {megabytes(package.zip_size)} zipped of {limits.zip_mb:,} MB,"
            f" {megabytes(package.manifest.size)} unzipped of {limits.unzipped_mb:,} MB for {together}"
        )
        for number, each in enumerate(sorted(part.packages, key=lambda p: (-p.size, p.name))):
            typer.echo(f"  {'packages' if number == 0 else '':8}  {each.name} {each.version}  {megabytes(each.size)}")
    if layer.needs is not None:
        typer.echo(f"  system    {needs_shown(layer.needs, layer.target)}")
    for finding in layer.findings:
        typer.echo(f"  {finding}")
    typer.echo(f"  findings  {len(layer.findings) or 'none'}")
