"""Which stack, and which of its functions: shared by the commands about deployed functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from yunfn.deployment import Backend, DeployedFunction, backend_for, export, functions_in
from yunfn.exceptions import StackError


def stack_names(incomplete: str) -> list[str]:
    """The stacks that have settings in this project, for the shell: no engine is asked."""
    found: set[str] = set()
    for pattern in ("Pulumi.*.yaml", "*/Pulumi.*.yaml", "*/*/Pulumi.*.yaml"):
        found |= {path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in Path().glob(pattern)}
    return sorted(name for name in found if name.startswith(incomplete))


StackOption = Annotated[
    str,
    typer.Option(
        "--stack", "-s", help="Stack of the project in this folder.", show_default=False, autocompletion=stack_names
    ),
]
FunctionArgument = Annotated[
    str | None,
    typer.Argument(
        help="Function, by the program's name or the cloud's; alibaba:NAME and tencent:NAME tell clouds apart.",
        show_default=False,
    ),
]
FunctionOption = Annotated[
    str | None,
    typer.Option("--function", "-f", help="Only this function, by the program's name or the cloud's."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def deployed(stack: str, name: str | None = None) -> list[DeployedFunction]:
    """The functions of a stack, or those called ``name``; raises StackError where there is none."""
    return selected(export(stack), stack, name)


def selected(exported: dict[str, Any], stack: str, name: str | None) -> list[DeployedFunction]:
    """The functions in an exported state, or those called ``name``; raises StackError where there is none."""
    found = functions_in(exported)
    if not found:
        raise StackError(f"stack {stack} has no functions: pulumi up deploys them")
    if name is None:
        return found
    named = [each for each in found if name in _names(each)]
    if not named:
        raise StackError(f"stack {stack} has no function {name}; it has {_shown(found)}")
    return named


def one(stack: str, name: str | None) -> DeployedFunction:
    """The function called ``name``, or the only one; raises StackError where that is none or several."""
    found = deployed(stack, name)
    if len(found) > 1:
        many = f"{len(found)} functions" + (f" called {name}" if name else "")
        raise StackError(f"stack {stack} has {many}; name one of them: {_shown(found)}")
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


def _names(function: DeployedFunction) -> tuple[str, ...]:
    """What a user may call it."""
    names = (function.name, function.function_name, f"{function.namespace}/{function.function_name}")
    return (*names, *(f"{function.cloud}:{name}" for name in names))


def _shown(functions: Sequence[DeployedFunction]) -> str:
    """Names that tell them apart."""
    times = Counter(each.name for each in functions)
    clouds = Counter((each.cloud, each.name) for each in functions)
    shown: list[str] = []
    for each in functions:
        if times[each.name] == 1:
            shown.append(each.name)
        elif clouds[each.cloud, each.name] == 1:
            shown.append(f"{each.cloud}:{each.name}")
        else:
            shown.append("/".join(part for part in (each.namespace, each.function_name) if part))
    return ", ".join(shown)
