"""The decision by policies, alike on both clouds: an explicit deny wins, then any allow, else nothing is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

ContextT = TypeVar("ContextT", contravariant=True)


class PolicyStatement(Protocol[ContextT]):
    """A statement of either cloud; the context is what its conditions ask about."""

    @property
    def allow(self) -> bool:
        """Whether it allows; otherwise it denies."""

    def covers(self, action: str, resource: str, context: ContextT) -> bool:
        """Whether it speaks of this action on this resource in this context."""


def decide(statements: Iterable[PolicyStatement[ContextT]], action: str, resource: str, context: ContextT) -> bool:
    """Whether ``statements`` together allow ``action`` on ``resource``."""
    allowed = False
    for statement in statements:
        if (statement.allow and allowed) or not statement.covers(action, resource, context):
            continue
        if not statement.allow:
            return False
        allowed = True
    return allowed
