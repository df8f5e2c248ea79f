"""``yunfn result``: what became of a call."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from yunfn.cli.deployed.invoke import report
from yunfn.cli.deployed.selection import Backends, FunctionOption, JsonOption, StackOption, deployed
from yunfn.deployment import CallResult, DeployedFunction
from yunfn.exceptions import StackError

_PAUSE_SECONDS = 1.0


def result(
    request_id: Annotated[str, typer.Argument(help="Request id, as yunfn invoke printed it.", show_default=False)],
    stack: StackOption,
    function: FunctionOption = None,
    wait: Annotated[bool, typer.Option("--wait", "-w", help="Wait until the call has ended.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Say whether a call is pending, running, succeeded or failed, and print what it returned.

    Ends with 1 if it failed. Function Compute keeps the calls of functions with AsyncInvocation(stateful=True) only,
    SCF those of the last day.
    Example: yunfn result 1f7d3a52-9f3c-4a43-8c0e-0d6a4b1f0c11 -s maimai-dev
    """
    functions, backends = deployed(stack, function), Backends()
    owner, found = _find(functions, backends, request_id, stack)
    while wait and not found.state.ended:
        time.sleep(_PAUSE_SECONDS)
        owner, found = _find([owner], backends, request_id, stack)
    report(owner, found, json_output)


def _find(
    functions: list[DeployedFunction], backends: Backends, request_id: str, stack: str
) -> tuple[DeployedFunction, CallResult]:
    for each in functions:
        found = backends.of(each).result(each, request_id)
        if found is not None:
            return each, found
    kept = "Function Compute keeps calls of functions with AsyncInvocation(stateful=True) only, SCF those of a day"
    raise StackError(f"stack {stack}: no function of it has a call {request_id}; {kept}")
