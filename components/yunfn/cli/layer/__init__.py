"""``yunfn layer``: layers that are right for the cloud's Linux, without a stack or an engine."""

from __future__ import annotations

import typer

from yunfn.cli.layer.build import build
from yunfn.cli.layer.cache import cache
from yunfn.cli.layer.check import check
from yunfn.cli.layer.listing import list_layers
from yunfn.cli.layer.lock import lock
from yunfn.cli.layer.plan import plan
from yunfn.cli.layer.tree import tree

application = typer.Typer(
    help="Dependency layers: resolved, built, proved and packed for the cloud's Linux, from any machine.",
    no_args_is_help=True,
)
for name, command in (
    ("build", build),
    ("check", check),
    ("plan", plan),
    ("list", list_layers),
    ("tree", tree),
    ("cache", cache),
    ("lock", lock),
):
    application.command(name)(command)

__all__ = ["application"]
