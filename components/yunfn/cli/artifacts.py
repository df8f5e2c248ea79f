"""``yunfn artifacts``: what destroyed stacks leave in the cloud, listed and removed."""

from __future__ import annotations

import typer

application = typer.Typer(help="What destroyed stacks leave behind: packages, versions, layers.", no_args_is_help=True)
