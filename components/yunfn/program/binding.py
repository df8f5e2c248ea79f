"""Which alias a trigger is bound to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import pulumi

from yunfn.exceptions import ValidationError


class Called(Protocol):
    """A function as its triggers see it: Pulumi's ``name`` of it, and the ``aliases`` declared for it so far."""

    name: str

    @property
    def aliases(self) -> Sequence[Any]:
        """Aliases of the function."""


F = TypeVar("F", bound=Called)


def bound(
    name: str, alias: Any, function: F | None, qualifier: pulumi.Input[str] | None, latest: str | None
) -> tuple[F, pulumi.Input[str]]:
    """Answer the function that the trigger called ``name`` calls, and by which alias or version.

    ``latest`` is what the cloud calls the code that was never published, None where no trigger may call it.

    Raises:
        ValidationError: neither an alias nor a function is given, or the function's alias cannot be told.
    """
    if (alias is None) == (function is None):
        raise ValidationError(name, "alias", alias, "give either alias or function")
    if alias is not None:
        if qualifier is not None:
            raise ValidationError(name, "qualifier", qualifier, "goes with function; alias says it already")
        return alias.function, alias.alias_name
    assert function is not None
    if qualifier is not None:
        if latest is not None and qualifier == latest:
            pulumi.log.warn(
                f"{name}: bound to {latest}: it calls code that was never published and bypasses every alias"
            )
        return function, qualifier
    if len(function.aliases) != 1:
        other = "" if latest is None else f", or write qualifier={latest!r}"
        rule = (
            f"{len(function.aliases)} aliases are declared for the function: declare one before the trigger, "
            f"or give alias={other}"
        )
        raise ValidationError(name, "function", function.name, rule)
    return function, function.aliases[0].alias_name
