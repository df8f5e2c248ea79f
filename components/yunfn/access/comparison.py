"""What one set of policies allows that another did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from yunfn.access import conditions, extent, principals
from yunfn.access.documents.spelling import spelling
from yunfn.access.extent import Extent
from yunfn.access.grammar import Grammar, PolicyDocument
from yunfn.access.normal_form import normal
from yunfn.access.principals import Principal
from yunfn.access.statement import Condition, Statement
from yunfn.exceptions import ValidationError

#: How the names begin that a statement with NotAction or NotResource is about.
ALL_BUT: Final = "* but "


@dataclass(frozen=True, slots=True)
class Access:
    """Something that may be done now and might not be before: ``action`` on ``resource`` under ``conditions``.

    Of ``action``, a pattern, those in ``but`` are not new, or still denied. ``because`` says what changed, with the
    statement's place in the document. Where a statement names all but some, so do ``action`` and ``resource``:
    ``* but oss:Delete*``. ``principal`` is who may now where the policies say that, as trust policies do:
    ``Service fc.aliyuncs.com``.
    """

    action: str
    resource: str
    conditions: tuple[Condition, ...]
    because: str
    but: tuple[str, ...] = ()
    principal: str = ""


@dataclass(frozen=True, slots=True)
class _Placed:
    statement: Statement
    place: str

    @property
    def actions(self) -> Extent:
        return extent.actions_of(self.statement)

    @property
    def resources(self) -> Extent:
        return extent.resources_of(self.statement)


def equal(a: PolicyDocument, b: PolicyDocument) -> bool:
    """Whether two documents have the same normal form."""
    return normal(a) == normal(b)


def new_access(old: Sequence[PolicyDocument], new: Sequence[PolicyDocument]) -> tuple[Access, ...]:
    """Find what ``new`` together allow and ``old`` together did not: nothing, if no access was gained.

    What was allowed by another statement, or in other words, is not new; what a Deny kept back that is gone, or denies
    less, is. Where policies name principals, each is compared by itself. It never overlooks an access; it may name one
    that several old statements gave only together.

    Raises:
        ValidationError: the documents are not all of one cloud.
    """
    grammars = {document.grammar for document in (*old, *new)}
    if len(grammars) > 1:
        raise ValidationError("policies", "grammar", sorted(g.name for g in grammars), "compare one cloud's policies")
    if not grammars:
        return ()
    grammar = grammars.pop()
    asking = dict.fromkeys(one for document in new for each in document.statements for one in principals.named(each))
    found = dict.fromkeys(
        replace(gained, principal=" ".join(one or ()))
        for one in asking
        for gained in _Comparison(grammar, old, new, one).gained()
    )
    return tuple(found)


class _Comparison:
    """What one principal gains; None is whoever holds the policies."""

    def __init__(
        self, grammar: Grammar, old: Sequence[PolicyDocument], new: Sequence[PolicyDocument], one: Principal | None
    ) -> None:
        self._grammar = grammar
        self._actions, self._resources = extent.actions(grammar), extent.resources(grammar)
        old_allows, old_denies = _placed(old)
        new_allows, new_denies = _placed(new)
        # In doubt something is told: what allowed or denies is so surely, what allows or denied may be so.
        self._old_allows = [each for each in old_allows if principals.covers(each.statement, one)]
        self._old_denies = [each for each in old_denies if principals.may_name(each.statement, one)]
        self._new_allows = [each for each in new_allows if one in principals.named(each.statement)]
        self._new_denies = [each for each in new_denies if principals.covers(each.statement, one)]

    def gained(self) -> Iterator[Access]:
        for allow in self._new_allows:
            asked = allow.statement.conditions
            for action in _units(allow.actions):
                for resource in _units(allow.resources):
                    if self._said(self._new_denies, action, resource, asked):
                        continue
                    if not self._said(self._old_allows, action, resource, asked):
                        but = self._parts((*self._old_allows, *self._new_denies), action, resource, asked)
                        if self._old_denies:
                            but = tuple(a for a in but if not self._denied_before(a, resource))
                        yield Access(_told(action), _told(resource), asked, f"{allow.place} allows it", but)
                    else:
                        yield from self._undenied(action, resource, asked)

    def _undenied(self, action: Extent, resource: Extent, asked: tuple[Condition, ...]) -> Iterator[Access]:
        for deny in self._old_denies:
            if not (action.touches(deny.actions, self._actions) and resource.touches(deny.resources, self._resources)):
                continue
            both = tuple(dict.fromkeys((*asked, *deny.statement.conditions)))
            common_resources = resource.common(deny.resources, self._resources)
            for part in _units(action.common(deny.actions, self._actions)):
                for where in _units(common_resources):
                    if self._said(self._new_denies, part, where, both) or self._said(
                        self._new_denies, deny.actions, deny.resources, both
                    ):
                        continue
                    but = self._parts(self._new_denies, part, where, both)
                    yield Access(_told(part), _told(where), both, f"{deny.place} denied it", but)

    def _said(
        self, statements: Iterable[_Placed], action: Extent, resource: Extent, asked: tuple[Condition, ...]
    ) -> bool:
        """Whether one statement speaks of all that is asked for."""
        return any(
            each.actions.includes(action, self._actions)
            and each.resources.includes(resource, self._resources)
            and conditions.implies(self._grammar, asked, each.statement.conditions)
            for each in statements
        )

    def _parts(
        self, statements: Iterable[_Placed], action: Extent, resource: Extent, asked: tuple[Condition, ...]
    ) -> tuple[str, ...]:
        """The patterns within ``action`` that statements speak of, on all of ``resource``."""
        found = (
            pattern
            for each in statements
            if not each.actions.negated
            and each.resources.includes(resource, self._resources)
            and conditions.implies(self._grammar, asked, each.statement.conditions)
            for pattern in each.statement.actions
            if action.includes(Extent((pattern,)), self._actions)
        )
        return tuple(dict.fromkeys(sorted(found)))

    def _denied_before(self, action: str, resource: Extent) -> bool:
        """Whether a Deny may have kept back what an old statement allowed, so that it is new after all."""
        return any(
            deny.actions.touches(Extent((action,)), self._actions)
            and deny.resources.touches(resource, self._resources)
            and not self._said(self._new_denies, Extent((action,)), resource, ())
            for deny in self._old_denies
        )


def _placed(documents: Sequence[PolicyDocument]) -> tuple[list[_Placed], list[_Placed]]:
    """The statements that allow, and those that deny."""
    allows: list[_Placed] = []
    denies: list[_Placed] = []
    for document in documents:
        word = spelling(document.grammar).statement
        for index, statement in enumerate(document.statements):
            place = f"{document.source}: {word}[{index}]" if document.source else f"{word}[{index}]"
            (allows if statement.allows else denies).append(_Placed(statement, place))
    return allows, denies


def _units(names: Extent) -> Iterator[Extent]:
    """One pattern at a time; all but some is one thing."""
    if names.negated:
        yield names
    else:
        for pattern in names.patterns:
            yield Extent((pattern,))


def _told(names: Extent) -> str:
    listed = ", ".join(names.patterns)
    return f"{ALL_BUT}{listed}" if names.negated else listed
