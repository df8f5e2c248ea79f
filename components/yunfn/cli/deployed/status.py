"""``yunfn status``: what each function of a stack is now."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer

from yunfn.cli.deployed.selection import Backends, JsonOption, StackOption
from yunfn.cli.table import print_table
from yunfn.deployment import (
    DeployedFunction,
    DeploymentState,
    FunctionStatus,
    export,
    functions_in,
    run_under_way,
    unfinished_in,
)
from yunfn.exceptions import StackError

# Calls side by side: enough to hide the network, few enough for the clouds' limits.
_THREADS = 8
_PAUSE_SECONDS = 1.0
# How often a wait is told anew where nothing changes.
_TOLD_SECONDS = 10.0
_INTERRUPTED = "a run was interrupted while changing it: pulumi up repairs it"
_UNDER_WAY = "a run is changing it"
_UNKNOWN = "a run is changing it, or was interrupted in that: pulumi up repairs it then"

_Row = tuple[DeployedFunction | str, FunctionStatus]


def status(
    stack: StackOption,
    wait: Annotated[bool, typer.Option("--wait", "-w", help="Wait until nothing is deploying.")] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds that --wait takes at most.", min=0, metavar="SECONDS")
    ] = 1800.0,
    json_output: JsonOption = False,
) -> None:
    """Say of each function whether it is undeployed, deploying, deployed or failed, and why.

    Ends with 1 if one failed, or is still deploying when --wait gives up. Example: yunfn status -s maimai-dev --wait
    """
    backends, began = Backends(), time.monotonic()
    told, told_at = "", began
    while True:
        rows = _rows(stack, backends)
        deploying = [_name(each) for each, now in rows if now.state is DeploymentState.DEPLOYING]
        if not wait or not deploying:
            break
        passed = time.monotonic() - began
        if passed > timeout:
            raise StackError(f"stack {stack}: still deploying after {timeout:g} s: {', '.join(deploying)}")
        words = f"{len(deploying)} of {len(rows)} deploying: {', '.join(deploying)}"
        if words != told or time.monotonic() - told_at >= _TOLD_SECONDS:
            typer.echo(f"{words} ({passed:.0f} s)", err=True)
            told, told_at = words, time.monotonic()
        time.sleep(_PAUSE_SECONDS)
    if json_output:
        typer.echo(json.dumps([_document(*row) for row in rows], indent=2, ensure_ascii=False))
    elif rows:
        _print(rows)
    else:
        typer.echo(f"stack {stack}: {DeploymentState.UNDEPLOYED} (it has no functions)")
    if any(now.state is DeploymentState.FAILED for _, now in rows):
        raise typer.Exit(1)


def _rows(stack: str, backends: Backends) -> list[_Row]:
    """Each function of the state with what it is now, then by name those that the state holds no more of."""
    exported = export(stack)
    functions, unfinished = functions_in(exported), unfinished_in(exported)
    for each in functions:
        # Opened one after the other: an account that is refused is refused before anything is asked.
        backends.of(each)
    with ThreadPoolExecutor(_THREADS) as threads:
        found = list(threads.map(lambda each: backends.of(each).status(each), functions))
    if not unfinished:
        return list(zip(functions, found, strict=True))
    halted = _halted(run_under_way(exported, stack))
    rows: list[_Row] = []
    for function, now in zip(functions, found, strict=True):
        if function.name in unfinished and now.state is DeploymentState.DEPLOYED:
            # What the cloud says of itself is true, but it may not be what the program wants.
            now = FunctionStatus(halted.state, halted.reason, now.aliases)
        rows.append((function, now))
    known = {each.name for each in functions}
    return rows + [(name, halted) for name in unfinished if name not in known]


def _halted(under_way: bool | None) -> FunctionStatus:
    """What a function is that a run has not finished."""
    if under_way is None:
        return FunctionStatus(DeploymentState.DEPLOYING, _UNKNOWN)
    if under_way:
        return FunctionStatus(DeploymentState.DEPLOYING, _UNDER_WAY)
    return FunctionStatus(DeploymentState.FAILED, _INTERRUPTED)


def _name(function: DeployedFunction | str) -> str:
    return function if isinstance(function, str) else function.name


def _document(function: DeployedFunction | str, now: FunctionStatus) -> dict[str, object]:
    known = function if isinstance(function, DeployedFunction) else None
    return {
        "name": _name(function),
        "cloud": known.cloud if known else None,
        "region": known.region if known else None,
        "namespace": known.namespace or None if known else None,
        "function": known.function_name if known else None,
        "state": now.state,
        "reason": now.reason or None,
        "aliases": dict(now.aliases),
    }


def _print(rows: Sequence[_Row]) -> None:
    table = []
    for function, now in rows:
        place = called = ""
        if isinstance(function, DeployedFunction):
            place = f"{function.cloud} {function.region}"
            called = "/".join(part for part in (function.namespace, function.function_name) if part)
        aliases = ", ".join(f"{alias} → {version}" for alias, version in now.aliases)
        table.append((_name(function), str(now.state), place, called, aliases, " ".join(now.reason.split())))
    print_table(table, ("name", "state", "cloud", "function", "aliases", "reason"))
