"""Which aliases of a stack: shared by the commands about rollouts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from yunfn.cli.rollout.connecting import Clouds
from yunfn.deployment import RollingAlias, export, rolling_aliases_in
from yunfn.exceptions import CloudAnswerError, StackError

# Both clouds' word for a bucket that is not there.
_NO_BUCKET = "NoSuchBucket"

AliasArgument = Annotated[
    str | None,
    typer.Argument(
        help="Alias, by the program's name or the cloud's, or its function; alibaba:NAME and tencent:NAME tell clouds "
        "apart. All of the stack where a command takes several.",
        show_default=False,
    ),
]


def rolling(stack: str, name: str | None, clouds: Clouds) -> list[RollingAlias]:
    """The aliases with a rollout of a stack, or those called ``name``; raises StackError where there is none.

    Those as well that have a record though the state tells of no rollout: a first one that failed is not in it.
    """
    every = rolling_aliases_in(export(stack), undeclared=True)
    named = every
    if name is not None:
        named = [each for each in every if name in (each.name, f"{each.place.cloud}:{each.name}")]
        named = named or [each for each in every if name in each.names]
    found = [each for each in named if each.declared or _has_record(each, clouds)]
    if found:
        return found
    if name is None or not every:
        raise StackError(
            f"stack {stack} has no alias with a rollout: Alias(rollout=Canary(10, '10m')) gives it one, and pulumi up "
            "makes it known"
        )
    others = [each for each in every if each.declared]
    raise StackError(f"stack {stack} has no alias {name} with a rollout; it has {shown(others) or 'none'}")


def _has_record(alias: RollingAlias, clouds: Clouds) -> bool:
    try:
        return bool(clouds.of(alias).log.rollouts())
    except CloudAnswerError as error:
        if error.code != _NO_BUCKET:
            raise
        return False


def one(stack: str, name: str | None, clouds: Clouds) -> RollingAlias:
    """The alias called ``name``, or the only one; raises StackError where that is none or several."""
    found = rolling(stack, name, clouds)
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
