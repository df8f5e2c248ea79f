"""What a policy says: statements, and the grants that yield them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from yunfn.exceptions import ValidationError


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy: the actions it allows on the resources, both in the cloud's own grammar."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    effect: str = "Allow"


@runtime_checkable
class Deferred(Protocol):
    """A name that is known only later, such as a Pulumi output of a resource not yet made."""

    def apply(self, func: Callable[[Any], Any], /) -> Any:
        """Call ``func`` with the name once it is known."""


#: A name of a cloud resource, now or later.
Name = str | Deferred


@dataclass(frozen=True, slots=True)
class Grant:
    """A right that a function uses, such as reading one bucket.

    ``kind`` is the name of the function that made it (``oss.read``), ``arguments`` the names it is about, and
    ``build`` makes the statements of them once every name is known.
    """

    kind: str
    arguments: Mapping[str, Name]
    build: Callable[..., tuple[Statement, ...]]

    def statements(self, **names: str) -> tuple[Statement, ...]:
        """Yield the statements; ``names`` gives the arguments that were not known when the grant was written.

        Raises:
            ValidationError: a name is not one of the cloud's, or is still unknown.
        """
        resolved = {**self.arguments, **names}
        for argument, name in resolved.items():
            if not isinstance(name, str):
                raise ValidationError(self.kind, argument, name, "the name is not known yet")
        return self.build(**resolved)


def grant(kind: str, build: Callable[..., tuple[Statement, ...]], **arguments: Name) -> Grant:
    """Make a grant; where all names are known already, they are checked here and now.

    Raises:
        ValidationError: a name that is known is not one of the cloud's.
    """
    made = Grant(kind, arguments, build)
    if all(isinstance(name, str) for name in arguments.values()):
        made.statements()
    return made
