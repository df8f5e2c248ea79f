"""``yunfn access``: policy documents of RAM and CAM, for people who use nothing else of this product."""

from __future__ import annotations

import typer

from yunfn.cli.access.lint import lint

application = typer.Typer(
    help="Policy documents of RAM and CAM: what they allow, what is wrong with them, what they could do without.",
    no_args_is_help=True,
)
for name, command in (("lint", lint),):
    application.command(name)(command)

__all__ = ["application"]
