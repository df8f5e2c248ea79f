"""Grants as Pulumi resources take them: names that may be outputs, and documents rendered once all are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pulumi

from yunfn.access import Grant, Name, Statement, cam_document, ram_document
from yunfn.access.documents import length, render
from yunfn.access.grammar import GRAMMARS, Grammar
from yunfn.access.normal_form import merge
from yunfn.access.splitting import split
from yunfn.exceptions import ValidationError
from yunfn.program.component import told_when_known

#: What a grant whose names are known only later is taken to need when grants are laid out over policies; characters.
#: Most need half of it.
LATER_GRANT = 400

_RENDER = {"ram": ram_document, "cam": cam_document}
#: How names of resources begin.
_NAMES = {"ram": "acs:", "cam": "qcs:"}


def as_name(value: pulumi.Input[str]) -> Name:
    """Answer an input in the form that grants take: text, or an output of it."""
    return value if isinstance(value, str) else as_output(value)


def as_output(value: pulumi.Input[str]) -> pulumi.Output[str]:
    """Answer an input as an output."""
    return pulumi.Output.from_input(value)


def policy_documents(grants: Sequence[Grant], owner: str, grammar: Grammar) -> tuple[pulumi.Input[str], ...]:
    """Lay ``grants`` out over policies of the cloud and answer their documents; ``owner`` names them in errors.

    One document, if it is within the cloud's limit. More are as few as can be where every name is known; where some
    are known only later, how many there are must be settled before: then grants stay whole and in order, and one with
    such names is taken to need ``LATER_GRANT`` characters.

    Raises:
        ValidationError: a name is not one of the cloud's, a grant is of the other cloud, or one alone is longer than a
            policy may be. What concerns names known later is raised when they are.
    """
    if all(_known(each) for each in grants):
        statements = [each for grant in grants for each in _statements(grant, owner, grammar)]
        if length(render(merge(statements), grammar), grammar) <= grammar.policy_limit:
            return (_RENDER[grammar.name](statements, owner),)
        try:
            return split(statements, grammar)
        except ValidationError as error:
            raise ValidationError(owner, "grants", error.value, error.rule) from error
    return tuple(_later(each, owner, grammar) for each in _laid_out(grants, owner, grammar))


def _known(grant: Grant) -> bool:
    return all(isinstance(name, str) for name in grant.arguments.values())


def _laid_out(grants: Sequence[Grant], owner: str, grammar: Grammar) -> Iterable[Sequence[Grant]]:
    """The grants in order, as many to a policy as fit into it."""
    frame = length(render((), grammar), grammar)
    room = grammar.policy_limit - frame
    found: list[Grant] = []
    for grant in grants:
        needed = LATER_GRANT
        if _known(grant):
            # The comma before it, instead of the frame.
            needed = length(render(_statements(grant, owner, grammar), grammar), grammar) - frame + 1
        if found and needed > room:
            yield found
            found, room = [], grammar.policy_limit - frame
        found.append(grant)
        room -= needed
    yield found


def _later(grants: Sequence[Grant], owner: str, grammar: Grammar) -> pulumi.Output[str]:
    """Render the document of ``grants`` once every name in them is known."""

    @told_when_known
    def rendered(names: list[dict[str, Any]]) -> str:
        statements: list[Statement] = []
        for grant, known in zip(grants, names, strict=True):
            statements.extend(_statements(grant, owner, grammar, known))
        return _RENDER[grammar.name](statements, owner)

    return pulumi.Output.all(*(dict(grant.arguments) for grant in grants)).apply(rendered)


def _statements(
    grant: Grant, owner: str, grammar: Grammar, known: dict[str, str] | None = None
) -> tuple[Statement, ...]:
    found = grant.statements(**(known or {}))
    others = {_NAMES[each]: cloud.cloud for each, cloud in GRAMMARS.items() if cloud is not grammar}
    for resource in (each for statement in found for each in statement.resources):
        for begin, cloud in others.items():
            if resource.startswith(begin):
                raise ValidationError(
                    owner, "grants", grant.kind, f"is a right of the other cloud, {cloud}: {resource}"
                )
    return found
