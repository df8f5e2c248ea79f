"""``yunfn local version-faults``: let one version of a function fail, or be slow."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from yunfn.cli.local import HomeOption, JsonOption, cloud_of
from yunfn.cli.table import print_table

FunctionName = Annotated[
    str | None,
    typer.Argument(help="alibaba:NAME or tencent:NAMESPACE/NAME, as the cloud calls it.", show_default=False),
]


def version_faults(
    function: FunctionName = None,
    version: Annotated[str | None, typer.Argument(help="Number of the version.", show_default=False)] = None,
    errors: Annotated[float, typer.Option("--errors", help="Share of its calls that fail, 0 to 1.")] = 0.0,
    latency: Annotated[float, typer.Option("--latency", help="Milliseconds that each call takes longer.")] = 0.0,
    seed: Annotated[int, typer.Option("--seed", help="Which calls fail: the same seed, the same calls.")] = 0,
    stop: Annotated[bool, typer.Option("--stop", help="No more of them, of any version.")] = False,
    home: HomeOption = None,
    json_output: JsonOption = False,
) -> None:
    """Let calls of one version of a function fail or take longer: what a rollout has to find out.

    Without a function it tells what is in force. Example: yunfn local version-faults alibaba:proc 3 --errors 0.2
    """
    cloud = cloud_of(home)
    if stop:
        document = cloud.ask("DELETE", "/version-faults").json()
    elif function is None:
        document = cloud.ask("GET", "/version-faults").json()
    elif version is None:
        raise typer.BadParameter("name the version too", param_hint="VERSION")
    else:
        provider, name = named(function)
        at = {"cloud": provider, "function": name, "version": version}
        rule = {**at, "errors": errors, "latency_ms": latency, "seed": seed}
        document = cloud.ask("PUT", "/version-faults", json=rule).json()
    if json_output:
        typer.echo(json.dumps(document))
        return
    rules = document["rules"]
    if not rules:
        typer.echo("no version fails on purpose")
        return
    rows = [
        (
            f"{each['cloud']}:{each['function']}",
            each["version"],
            f"{each['errors']:g}",
            f"{each['latency_ms']:g}",
            f"{each['calls']}",
        )
        for each in rules
    ]
    print_table(rows, ("function", "version", "errors", "latency ms", "calls"))


def named(function: str) -> tuple[str, str]:
    """The cloud and the cloud's name of a function: ``tencent:ns/name``; a name with a namespace is Tencent's."""
    cloud, mark, name = function.partition(":")
    if not mark:
        cloud, name = ("tencent" if "/" in function else "alibaba"), function
    if cloud not in ("alibaba", "tencent") or not name:
        raise typer.BadParameter(f"{function!r}: alibaba:NAME or tencent:NAMESPACE/NAME", param_hint="FUNCTION")
    if cloud == "tencent" and "/" not in name:
        name = f"default/{name}"
    return cloud, name
