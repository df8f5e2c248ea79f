"""The decision by policies, alike on both clouds: an explicit deny wins, then any allow, else nothing is allowed.

A decision says why: which statement of which policy it was, or where one is lacking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

ContextT = TypeVar("ContextT", contravariant=True)


class Place(StrEnum):
    """Where the statement stands that decides, or would have to stand."""

    #: The policies that a user or role has.
    POLICIES = "policies"
    #: The policy that was given when the session was made.
    SESSION = "session"
    #: The policy of a bucket.
    BUCKET = "bucket"
    #: The trust policy of a role that is to be taken.
    TRUST = "trust"
    #: None would help: nobody signed the request.
    SIGNATURE = "signature"


class PolicyStatement(Protocol[ContextT]):
    """A statement of either cloud; the context is what its conditions ask about."""

    @property
    def allow(self) -> bool:
        """Whether it allows; otherwise it denies."""

    def covers(self, action: str, resource: str, context: ContextT) -> bool:
        """Whether it speaks of this action on this resource in this context."""


@dataclass(frozen=True, slots=True)
class NamedPolicy(Generic[ContextT]):
    """A policy's name (a session's policy has none) and its statements, read."""

    name: str
    statements: tuple[PolicyStatement[ContextT], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and why.

    ``statement`` is the number (from 0) of the statement that allows or explicitly denies, in the policy ``policy`` of
    ``place``; ``resource`` is the name of the resource that it speaks of. Where no statement does, ``statement`` is
    None and ``lacking`` says where one is lacking: each of those places must have one.
    """

    allowed: bool
    place: Place = Place.POLICIES
    policy: str = ""
    statement: int | None = None
    resource: str = ""
    lacking: tuple[Place, ...] = ()

    @property
    def silent(self) -> bool:
        """Whether no policy of the caller's speaks of it, and no session's policy is in the way."""
        return not self.allowed and self.statement is None and Place.SESSION not in self.lacking


#: The decision about the account itself.
OWNER = Decision(True)
#: The decision about a request that nobody signed who has policies here.
NOBODY = Decision(False, Place.SIGNATURE, lacking=(Place.SIGNATURE,))


def judge(
    policies: Iterable[NamedPolicy[ContextT]],
    action: str,
    resources: Sequence[str],
    context: ContextT,
    place: Place = Place.POLICIES,
) -> Decision:
    """Decide by ``policies``, which stand in ``place``.

    ``resources`` are all names of the one thing in question: an allow of one of them is enough, and so is a deny.
    """
    allowed: Decision | None = None
    for policy in policies:
        for index, statement in enumerate(policy.statements):
            if statement.allow and allowed is not None:
                continue
            for resource in resources:
                if statement.covers(action, resource, context):
                    break
            else:
                continue
            decision = Decision(statement.allow, place, policy.name, index, resource)
            if not statement.allow:
                return decision
            allowed = decision
    return allowed or Decision(False, place, resource=resources[0], lacking=(place,))


def within(role: Decision, session: Decision) -> Decision:
    """The decision where both must allow: by what a role has, and by the policy of its session."""
    if role.allowed:
        return role if session.allowed else session
    if role.statement is None and not session.allowed:
        # A deny that stands in one of them is the reason, whatever else is lacking.
        if session.statement is not None:
            return session
        return replace(role, lacking=(*role.lacking, *session.lacking))
    return role


def decide(statements: Iterable[PolicyStatement[ContextT]], action: str, resource: str, context: ContextT) -> bool:
    """Whether ``statements`` together allow ``action`` on ``resource``."""
    return judge((NamedPolicy("", tuple(statements)),), action, (resource,), context).allowed
