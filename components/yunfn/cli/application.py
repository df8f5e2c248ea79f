"""The root of the command line: its groups, its version, and how errors end it.

Exit codes: 0 done; 1 refused or failed, with one sentence on standard error; 2 wrong usage; 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yunfn import __version__
from yunfn.cli import artifacts, local
from yunfn.exceptions import YunfnError

application = typer.Typer(
    name="yunfn",
    help="Python functions on Alibaba Cloud Function Compute and Tencent Cloud SCF, shipped as code.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
application.add_typer(local.application, name="local")
application.add_typer(artifacts.application, name="artifacts")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"yunfn {__version__}")
        raise typer.Exit


@application.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Only --version; everything else is a subcommand."""


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        application()
    except YunfnError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(130)
