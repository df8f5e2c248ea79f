"""What a policy says: statements, and the grants that yield them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from yunfn.exceptions import ValidationError

# Where a resource is: a region or an account as the clouds write them, or any.
_PLACE = re.compile(r"[A-Za-z0-9-]{1,64}|\*")


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """One test of a statement: ``operator`` in the grammar's spelling, the condition key, and the values of which one
    is enough. Numbers and booleans of the document are texts here (``true``, ``5``).
    """

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy: the actions it allows on the resources, both in the cloud's own grammar.

    ``effect`` is ``Allow`` or ``Deny`` in either grammar. All ``conditions`` must hold. ``not_actions`` and
    ``not_resources`` turn the meaning of the lists round (RAM's NotAction and NotResource). ``principals`` are whom a
    trust document names, as (kind, names) in the grammar's spelling, such as ``("Service", ("fc.aliyuncs.com",))``;
    empty in a permission document.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    effect: str = "Allow"
    conditions: tuple[Condition, ...] = ()
    not_actions: bool = False
    not_resources: bool = False
    principals: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sid: str = ""

    @property
    def allows(self) -> bool:
        """Whether it allows; otherwise it denies."""
        return self.effect == "Allow"


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
            if argument in ("region", "account") and not _PLACE.fullmatch(name):
                raise ValidationError(
                    self.kind, argument, name, f"letters, digits and hyphens, or '*' for any {argument}"
                )
        return self.build(**resolved)


def grant(kind: str, build: Callable[..., tuple[Statement, ...]], **arguments: Name) -> Grant:
    """Make a grant; where all names are known already, they are checked here and now.

    Raises:
        ValidationError: a name that is known is not one of the cloud's.
    """
    for argument, name in arguments.items():
        if not isinstance(name, str | Deferred):
            raise ValidationError(kind, argument, name, "is neither a text nor one that is known later")
    made = Grant(kind, arguments, build)
    if all(isinstance(name, str) for name in arguments.values()):
        made.statements()
    return made
