"""``yunfn access diff``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from yunfn.cli.access.policy_files import read_to_judge, refuse_twice
from yunfn.cli.deployed.selection import JsonOption


def diff(
    old: Annotated[str, typer.Argument(help="Policy document as it was; - is standard input.", show_default=False)],
    new: Annotated[str, typer.Argument(help="As it is to be.", show_default=False)],
    json_output: JsonOption = False,
) -> None:
    """Print only what the new document allows and the old one did not, also by a Deny that is gone.

    Of trust policies it prints who may take the role now and might not before. Exits with 1 if there is new access,
    with 2 if a document cannot be read.

    Example: yunfn access diff old.json new.json
    """
    from yunfn.access.comparison import new_access
    from yunfn.access.sentences import condition_text

    refuse_twice((old, new))
    before, after = read_to_judge(old), read_to_judge(new)
    found = new_access((before,), (after,))
    if json_output:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
    for each in () if json_output else found:
        but = f" but {', '.join(each.but)}" if each.but else ""
        asked = "; and if ".join(condition_text(after.grammar, one) for one in each.conditions)
        only = f", if {asked}" if asked else ""
        # Trust policies name who, and no resource.
        where = "" if each.principal and each.resource == "*" else f" on {each.resource}"
        who = f" by {each.principal}" if each.principal else ""
        typer.echo(f"new access: {each.action}{but}{where}{who}{only} ({each.because})")
    if found:
        raise typer.Exit(1)
    if not json_output:
        typer.echo("no new access")
