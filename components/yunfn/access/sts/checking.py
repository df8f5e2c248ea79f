"""Which of the wanted rights credentials lack, told before anything is asked of the cloud.

The project this serves read a table with a session that was not allowed to; the answer came back empty and without an
error. Whoever holds credentials can know that beforehand: what a session may do is its session policy cut with its
role's policies (STS "AssumeRole" of both clouds).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from yunfn.access import extent
from yunfn.access.comparison import ALL_BUT, new_access
from yunfn.access.extent import Extent
from yunfn.access.grammar import Grammar, PolicyDocument
from yunfn.access.statement import Condition, Grant, Statement
from yunfn.access.sts.session_policy import SessionPolicy, refuse_other

#: What a right is missing in.
SESSION: Final = "session policy"
ROLE: Final = "role's policies"


@dataclass(frozen=True, slots=True, order=True)
class MissingRight:
    """A right that is wanted and not given: by the session policy, or by the role (``lacks`` says which).

    Of ``action``, a pattern, those in ``but`` are not missing. Under ``conditions`` it is wanted.
    """

    action: str
    resource: str
    lacks: str
    conditions: tuple[Condition, ...] = ()
    but: tuple[str, ...] = ()

    def __str__(self) -> str:
        but = f" but {', '.join(self.but)}" if self.but else ""
        tests = [f"{each.operator} {each.key} {' or '.join(each.values)}" for each in self.conditions]
        when = f" where {' and '.join(tests)}" if tests else ""
        return f"{self.action}{but} on {self.resource}{when} (not allowed by the {self.lacks})"


def check(
    wanted: Iterable[Grant | Statement],
    session: SessionPolicy | PolicyDocument,
    role: Sequence[PolicyDocument] | None = None,
) -> tuple[MissingRight, ...]:
    """The wanted rights that credentials with this session policy lack; none is ``()``.

    ``role`` are the policies of the role, where they are known: a right must be in both. A right that is given under
    a condition only, such as from some addresses, is missing too unless it is wanted under the same one.

    Raises:
        ValidationError: a name in a grant is not known yet, or it is a right of the other cloud.
    """
    cut = session.document if isinstance(session, SessionPolicy) else session
    statements: list[Statement] = []
    for each in wanted:
        if isinstance(each, Statement):
            statements.append(each)
        else:
            yielded = each.statements()
            refuse_other(each, yielded, cut.grammar)
            statements.extend(yielded)
    asked = PolicyDocument(cut.grammar, tuple(statements), False, "wanted rights")
    found = _lacking(asked, [cut], SESSION)
    if role is not None:
        found += _lacking(asked, role, ROLE)
    return tuple(sorted(set(found)))


def speaks_of(grammar: Grammar, missing: MissingRight, wanted: Statement) -> bool:
    """Whether something that ``wanted`` says may be what is ``missing``; True where that is not plain."""
    names, lacked = extent.actions(grammar), _extent(missing.action)
    asked = extent.actions_of(wanted)
    if not asked.negated:
        left = (each for each in asked.patterns if not any(names.covers(one, each) for one in missing.but))
        asked = Extent(tuple(left))
    if not lacked.touches(asked, names):
        return False
    # Names of resources may hold what stands between them here: of all but some, any may be it.
    return missing.resource.startswith(ALL_BUT) or Extent((missing.resource,)).touches(
        extent.resources_of(wanted), extent.resources(grammar)
    )


def _extent(told: str) -> Extent:
    """What a right's action is: a pattern, or all but some (``* but oss:Delete*, oss:Put*``)."""
    but = told.removeprefix(ALL_BUT)
    return Extent((told,)) if but == told else Extent(tuple(but.split(", ")), True)


def _lacking(asked: PolicyDocument, given: Sequence[PolicyDocument], whose: str) -> list[MissingRight]:
    found = new_access(given, [asked])
    return [MissingRight(each.action, each.resource, whose, each.conditions, each.but) for each in found]
