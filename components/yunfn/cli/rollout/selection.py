"""Which aliases of a stack: shared by the commands about rollouts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from yunfn.deployment import RollingAlias, export, rolling_aliases_in
from yunfn.exceptions import StackError

AliasArgument = Annotated[
    str | None,
    typer.Argument(
        help="Alias, by the program's name or the cloud's, or its function; alibaba:NAME and tencent:NAME tell clouds "
        "apart. All of the stack where a command takes several.",
        show_default=False,
    ),
]


def rolling(stack: str, name: str | None = None) -> list[RollingAlias]:
    """The aliases with a rollout of a stack, or those called ``name``; raises StackError where there is none."""
    found = rolling_aliases_in(export(stack))
    if not found:
        raise StackError(
            f"stack {stack} has no alias with a rollout: Alias(rollout=Canary(10, '10m')) gives it one, and pulumi up "
            "makes it known"
        )
    if name is None:
        return found
    named = [each for each in found if name in (each.name, f"{each.place.cloud}:{each.name}")]
    named = named or [each for each in found if name in each.names]
    if not named:
        raise StackError(f"stack {stack} has no alias {name} with a rollout; it has {shown(found)}")
    return named


def one(stack: str, name: str | None) -> RollingAlias:
    """The alias called ``name``, or the only one; raises StackError where that is none or several."""
    found = rolling(stack, name)
    if len(found) > 1:
        many = f"{len(found)} aliases with a rollout" + (f" called {name}" if name else "")
        raise StackError(f"stack {stack} has {many}; name one of them: {shown(found)}")
    return found[0]


def shown(aliases: Sequence[RollingAlias]) -> str:
    """Names that tell them apart."""
    times = Counter(each.name for each in aliases)
    return ", ".join(
        each.name if times[each.name] == 1 else f"{each.place.cloud}:{each.place}"
        for each in aliases
    )  # fmt: skip
