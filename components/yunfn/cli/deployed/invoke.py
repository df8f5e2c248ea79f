"""``yunfn invoke``: call a function of a stack."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from yunfn.cli.deployed.selection import Backends, FunctionArgument, JsonOption, StackOption, one
from yunfn.deployment import CallResult, CallState, DeployedFunction
from yunfn.exceptions import StackError


def invoke(
    stack: StackOption,
    function: FunctionArgument = None,
    data: Annotated[str | None, typer.Option("--data", "-d", help="The event, as JSON.", show_default=False)] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Read the event from a file; - is standard input.", allow_dash=True),
    ] = None,
    qualifier: Annotated[
        str | None,
        typer.Option("--qualifier", "-q", help="Version or alias (default: its one alias; $DEFAULT on Tencent)."),
    ] = None,
    asynchronous: Annotated[
        bool, typer.Option("--async", help="Only queue the call; yunfn result tells what became of it.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Call a function and print what it returns; the request id and the state go to standard error.

    Ends with 1 if the call failed. Example: yunfn invoke -s image-dev proc --data '{"key": 1}'
    """
    if data is not None and file is not None:
        raise typer.BadParameter("give either --data or --file", param_hint="--data")
    event = _event(data, file)
    chosen = one(stack, function)
    by = qualifier or chosen.default_qualifier
    if by is None:
        raise StackError(f"{chosen.name} has several aliases; name one by --qualifier: {', '.join(chosen.aliases)}")
    if chosen.cloud == "tencent":
        _refuse_other_than_json(event, "--data" if file is None else "--file")
    result = Backends().of(chosen).invoke(chosen, by, event, wait=not asynchronous)
    report(chosen, result, json_output)


def report(function: DeployedFunction, result: CallResult, json_output: bool) -> None:
    """Print a call's state and value; raises Exit(1) where it failed."""
    if json_output:
        document = {
            "function": function.name,
            "request_id": result.request_id,
            "state": result.state,
            "value": result.value,
            "error": result.error or None,
            "duration_ms": result.duration_ms,
        }
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        took = f", {result.duration_ms:g} ms" if result.duration_ms is not None else ""
        typer.echo(f"request {result.request_id}: {result.state}{took}", err=True)
        if result.error:
            typer.echo(result.error, err=True)
        if result.value is not None:
            typer.echo(result.value)
    if result.state is CallState.FAILED:
        raise typer.Exit(1)


def _event(data: str | None, file: Path | None) -> bytes:
    if file is None:
        return (data if data is not None else "{}").encode()
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _refuse_other_than_json(event: bytes, where: str) -> None:
    try:
        json.loads(event.decode())
    except ValueError as error:
        raise typer.BadParameter(f"SCF takes JSON only: {error}", param_hint=where) from None
