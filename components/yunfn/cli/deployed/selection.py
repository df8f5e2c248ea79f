"""Which stack, and which of its functions: shared by the commands about deployed functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from yunfn.deployment import Backend, DeployedFunction, backend_for, export, functions_in
from yunfn.exceptions import StackError

StackOption = Annotated[
    str, typer.Option("--stack", "-s", help="Stack of the project in this folder.", show_default=False)
]
FunctionArgument = Annotated[
    str | None, typer.Argument(help="Function, by the program's name or the cloud's.", show_default=False)
]
FunctionOption = Annotated[
    str | None,
    typer.Option("--function", "-f", help="Only this function, by the program's name or the cloud's."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def deployed(stack: str, name: str | None = None) -> list[DeployedFunction]:
    """The functions of a stack, or those called ``name``; raises StackError where there is none of that name."""
    found = functions_in(export(stack))
    if name is None:
        return found
    named = [each for each in found if name in (each.name, each.function_name)]
    if not named:
        raise StackError(f"stack {stack} has no function {name}; it has {_names(found)}")
    return named


def one(stack: str, name: str | None) -> DeployedFunction:
    """The function called ``name``, or the only one; raises StackError where that is none or several."""
    found = deployed(stack, name)
    if not found:
        raise StackError(f"stack {stack} has no functions: pulumi up deploys them")
    if len(found) > 1:
        raise StackError(f"stack {stack} has {len(found)} functions; name one of them: {_names(found)}")
    return found[0]


class Backends:
    """The backends in use, each opened once."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str, str], Backend] = {}

    def of(self, function: DeployedFunction) -> Backend:
        """The backend that answers for ``function``; raises as ``backend_for`` does."""
        key = (function.cloud, function.account, function.region)
        if key not in self._open:
            self._open[key] = backend_for(function)
        return self._open[key]


def _names(functions: Sequence[DeployedFunction]) -> str:
    return ", ".join(each.name for each in functions) or "none"
