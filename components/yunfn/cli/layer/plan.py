"""``yunfn layer plan``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from yunfn.cli.table import print_table

if TYPE_CHECKING:
    from yunfn.packaging.layer import LayerPlan


def plan(
    path: PathArgument = Path(),
    target: TargetOption = None,
    offline: OfflineOption = False,
    allow_unsandboxed: UnsandboxedOption = False,
    json_output: JsonOption = False,
) -> None:
    """Say, package by package, what a build would take and what stands against it; nothing is locked or built.

    Packages that have no wheel are built once to see whether they can be. Exits with 1 if any package is refused.

    Example: yunfn layer plan Funfile --target alibaba:python3
    """
    from yunfn.packaging.layer import BuildOptions, plan_layer

    definition = definition_at(path, target)
    with progress_shown() as progress:
        plans = plan_layer(
            definition,
            options=BuildOptions(offline=offline, allow_unsandboxed=allow_unsandboxed, progress=progress),
        )
    if json_output:
        typer.echo(json.dumps([_document(each) for each in plans], indent=2))
    else:
        for each in plans:
            _print(each)
    if any(each.refused for each in plans):
        raise typer.Exit(1)


def _document(plan: LayerPlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "target": plan.target.name,
        "lock": plan.lock,
        "built": plan.built,
        "packages": [
            {
                "name": package.name,
                "version": package.version or None,
                "source": package.source or None,
                "refused": package.refused or None,
            }
            for package in plan.packages
        ],
    }


def _print(plan: LayerPlan) -> None:
    lock = plan.lock if plan.lock in ("fits", "missing") else "does not fit"
    state = "is built" if plan.built else "would be built"
    typer.echo(typer.style(f"{plan.name} for {plan.target.name}", bold=True) + f" ({state}; lock {lock})")
    rows = [(f"  {p.name}", p.version or "-", p.source or "refused") for p in plan.packages]
    if rows:
        print_table(rows, ("  package", "version", "from"))
    for package in plan.refused:
        typer.echo(f"  {package.name} is refused: {package.refused}")
    typer.echo(f"  {len(plan.packages) - len(plan.refused)} of {len(plan.packages)} packages can be had")
