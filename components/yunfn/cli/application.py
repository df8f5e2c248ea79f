"""The root of the command line: its groups, its version, and how errors end it.

Exit codes: 0 done; 1 refused or failed, with one sentence on standard error; 2 wrong usage; 130 interrupted;
``yunfn local run`` ends as its command does.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yunfn import __version__
from yunfn.cli import access, artifacts, denials, deployed, layer, local, plugin, rollout, sts, traffic, version_faults
from yunfn.exceptions import YunfnError

application = typer.Typer(
    name="yunfn",
    help="Python functions on Alibaba Cloud Function Compute and Tencent Cloud SCF, shipped as code.",
    epilog="Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 130 interrupted. "
    "yunfn local run ends with the code of its command.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
application.command()(deployed.status)
application.command()(deployed.invoke)
application.command()(deployed.result)
application.command()(deployed.logs)
local.application.command()(denials.denials)
local.application.command()(version_faults.version_faults)
local.application.command()(traffic.traffic)
application.add_typer(local.application, name="local")
application.add_typer(layer.application, name="layer")
application.add_typer(access.application, name="access")
application.add_typer(rollout.application, name="rollout")
application.add_typer(artifacts.application, name="artifacts")
application.add_typer(plugin.application, name="plugin")
application.add_typer(sts.application, name="sts")


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


def run() -> None:
    """Run the command line and exit with its code; what yunfn refuses on purpose is told in one sentence."""
    try:
        application(prog_name="yunfn")
    except YunfnError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        # The machine's refusals (a full disk, a folder that may not be written) name the place themselves.
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"error: {place}{error.strerror or error}", err=True)
        sys.exit(1)
