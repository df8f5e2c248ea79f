"""``yunfn layer``: layers that are right for the cloud's Linux, without a stack or an engine."""

from __future__ import annotations

import typer

from yunfn.cli.layer import build, check, listing, lock, plan, tree

application = typer.Typer(
    help="Dependency layers: resolved, built, proved and packed for the cloud's Linux, from any machine.",
    no_args_is_help=True,
)
application.command("build")(build.build)
application.command("check")(check.check)
application.command("plan")(plan.plan)
application.command("list")(listing.list_layers)
application.command("tree")(tree.tree)
application.command("lock")(lock.lock)

__all__ = ["application"]
