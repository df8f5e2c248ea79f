"""``yunfn access explain``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from yunfn.cli.access.policy_files import read
from yunfn.cli.deployed.selection import JsonOption


def explain(
    file: Annotated[
        str, typer.Argument(help="Policy document of RAM or CAM; - is standard input.", show_default=False)
    ],
    json_output: JsonOption = False,
) -> None:
    """Say in plain sentences what a policy document does, one for each statement.

    Example: yunfn access explain policy.json
    """
    from yunfn.access import sentences

    document = read(file)
    found = sentences.explain(document)
    if json_output:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
        return
    for each in found:
        where = f"{each.path} (line {each.line})" if each.line else each.path
        typer.echo(f"{where}: {each.text}")
    if not document.trust:
        denies = any(not statement.allows for statement in document.statements)
        typer.echo(
            "Nothing else is allowed by this document" + (", and a Deny wins over every Allow." if denies else ".")
        )
