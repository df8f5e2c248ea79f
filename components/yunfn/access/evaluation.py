"""Whether policies allow a request: a Deny wins over every Allow, and what nothing allows is not allowed.

RAM: "Policy structure and syntax" and "Permission check"; CAM: "Authentication logic" (598/10605). RAM's actions and
the names of its own resources (``acs:ram:``) do not differ by case; all else does. CAM compares resources segment by
segment, RAM as one text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from yunfn.access import conditions, names_of_resources
from yunfn.access.grammar import CAM, Grammar, PolicyDocument
from yunfn.access.names_of_resources import Context
from yunfn.access.patterns import matches
from yunfn.access.statement import Statement

_NOTHING: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Request:
    """One call: ``action`` (``oss:GetObject``) on ``resource``, a full name or ``*`` for calls that name none.

    ``context`` holds the condition keys that the cloud would know of the call (``acs:SourceIp``, ``qcs:ip``); a key
    that is not there is one that the request lacks.
    """

    action: str
    resource: str
    context: Context = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and by which statement: ``document.statements[index]``.

    ``reason`` is "deny" if a Deny speaks of the request, "allow" if only an Allow does, "nothing" (with neither
    document nor statement) if none does.
    """

    allowed: bool
    reason: Literal["allow", "deny", "nothing"]
    document: PolicyDocument | None = None
    index: int | None = None
    statement: Statement | None = None


def decide(documents: Iterable[PolicyDocument], request: Request) -> Decision:
    """Decide by the union of ``documents``; the first Deny that speaks of the request is told, or the first Allow."""
    allowed: Decision | None = None
    for document in documents:
        for index, statement in enumerate(document.statements):
            if statement.allows and allowed is not None:
                continue
            if not speaks(document.grammar, statement, request):
                continue
            if not statement.allows:
                return Decision(False, "deny", document, index, statement)
            allowed = Decision(True, "allow", document, index, statement)
    return allowed or Decision(False, "nothing")


def within(role: Sequence[PolicyDocument], session: PolicyDocument | None, request: Request) -> Decision:
    """Decide for temporary credentials: what both the role's policies and the session's allow.

    Whichever does not allow it is told, a Deny first; if both do, the role's statement is. Without ``session`` the
    role decides.
    """
    decision = decide(role, request)
    if session is None or decision.reason == "deny":
        return decision
    limited = decide((session,), request)
    if decision.allowed:
        return decision if limited.allowed else limited
    return limited if limited.reason == "deny" else decision


def speaks(grammar: Grammar, statement: Statement, request: Request) -> bool:
    """Whether ``statement``, of either effect, is about ``request``: action, resource and all conditions."""
    return (
        names_action(grammar, statement, request.action)
        and names_resource(grammar, statement, request.resource, request.context)
        and all(conditions.holds(grammar, each, request.context) for each in statement.conditions)
    )


def names_action(grammar: Grammar, statement: Statement, action: str) -> bool:
    """Whether ``statement`` is about ``action``; CAM's prefix ``name/`` says nothing."""
    if grammar is CAM:
        action = action.removeprefix("name/")
        found = any(matches(glob.removeprefix("name/"), action) for glob in statement.actions)
    else:
        found = any(matches(glob, action, ignore_case=True) for glob in statement.actions)
    return found != statement.not_actions


def names_resource(grammar: Grammar, statement: Statement, resource: str, context: Context = _NOTHING) -> bool:
    """Whether ``statement`` is about ``resource``; ``*`` is what calls ask for that name no resource.

    CAM's policy variables stand for what ``context`` says: ``${uin}`` for its ``qcs:uin``.
    """
    found = any(names_of_resources.matches(grammar, glob, resource, context) for glob in statement.resources)
    return found != statement.not_resources
