"""``yunfn access``: policy documents of RAM and CAM, for people who use nothing else of this product."""

from __future__ import annotations

import typer

from yunfn.cli.access.diff import diff
from yunfn.cli.access.explain import explain
from yunfn.cli.access.least import least
from yunfn.cli.access.lint import lint
from yunfn.cli.access.simulate import simulate

application = typer.Typer(
    help="Policy documents of RAM and CAM: what they allow, what is wrong with them, what they could do without.",
    no_args_is_help=True,
)
for name, command in (
    ("lint", lint),
    ("explain", explain),
    ("diff", diff),
    ("simulate", simulate),
    ("least", least),
):
    application.command(name)(command)

__all__ = ["application"]
