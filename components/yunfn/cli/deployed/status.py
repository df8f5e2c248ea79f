"""``yunfn status``: what each function of a stack is now."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import typer

from yunfn.cli.deployed.selection import Backends, JsonOption, StackOption
from yunfn.cli.table import print_table
from yunfn.deployment import (
    DeployedFunction,
    DeploymentState,
    FunctionStatus,
    export,
    functions_in,
    interrupted_in,
)

# Calls side by side: enough to hide the network, few enough for the clouds' limits.
_THREADS = 8
_INTERRUPTED = "a run was interrupted while making or changing it: pulumi up repairs it"


def status(stack: StackOption, json_output: JsonOption = False) -> None:
    """Say of each function whether it is undeployed, deploying, deployed or failed, and why.

    Ends with 1 if one failed. Example: yunfn status -s maimai-dev
    """
    exported = export(stack)
    functions, interrupted = functions_in(exported), interrupted_in(exported)
    backends = Backends()
    for each in functions:
        # Opened one after the other: an account that is refused is refused before anything is asked.
        backends.of(each)
    with ThreadPoolExecutor(_THREADS) as threads:
        found = list(threads.map(lambda each: backends.of(each).status(each), functions))
    rows = list(zip(functions, found, strict=True))
    missing = [name for name in interrupted if name not in {each.name for each in functions}]
    if json_output:
        documents = [_document(function, state) for function, state in rows]
        documents += [{"name": name, "state": DeploymentState.FAILED, "reason": _INTERRUPTED} for name in missing]
        typer.echo(json.dumps(documents, indent=2, ensure_ascii=False))
    elif rows or missing:
        _print(rows, missing)
    else:
        typer.echo(f"stack {stack}: {DeploymentState.UNDEPLOYED} (it has no functions)")
    if missing or any(state.state is DeploymentState.FAILED for _, state in rows):
        raise typer.Exit(1)


def _document(function: DeployedFunction, status: FunctionStatus) -> dict[str, object]:
    return {
        "name": function.name,
        "cloud": function.cloud,
        "region": function.region,
        "namespace": function.namespace or None,
        "function": function.function_name,
        "state": status.state,
        "reason": status.reason or None,
        "aliases": dict(status.aliases),
    }


def _print(rows: list[tuple[DeployedFunction, FunctionStatus]], missing: list[str]) -> None:
    table = [
        (
            function.name,
            str(status.state),
            f"{function.cloud} {function.region}",
            "/".join(part for part in (function.namespace, function.function_name) if part),
            ", ".join(f"{alias} → {version}" for alias, version in status.aliases),
            status.reason,
        )
        for function, status in rows
    ]
    table += [(name, str(DeploymentState.FAILED), "", "", "", _INTERRUPTED) for name in missing]
    print_table(table, ("name", "state", "cloud", "function", "aliases", "reason"))
