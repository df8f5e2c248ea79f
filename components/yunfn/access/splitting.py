"""Policies too long for one document, as several that together say the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from yunfn.access.documents import length, render
from yunfn.access.grammar import Grammar
from yunfn.access.normal_form import minimise
from yunfn.access.statement import Statement
from yunfn.exceptions import ValidationError


def split(statements: Iterable[Statement], grammar: Grammar, limit: int | None = None) -> tuple[str, ...]:
    """Write ``statements``, minimised, as documents of at most ``limit`` characters (the cloud's own, if None).

    Whole statements are packed, the longest first, each into the first document with room; one that is too long for
    a document is cut between its resources, then between its actions. None for no statements.

    Raises:
        ValidationError: what cannot be cut is longer than a document, or more documents come out than the cloud
            attaches to one role.
    """
    most = grammar.policy_limit if limit is None else limit
    frame = length(render((), grammar), grammar)
    pieces = [piece for statement in minimise(statements, grammar) for piece in _cut(statement, grammar, most)]
    pieces.sort(key=lambda piece: -_length(piece, grammar))
    documents: list[list[Statement]] = []
    room: list[int] = []
    for piece in pieces:
        # The comma before it.
        needed = _length(piece, grammar) - frame + 1
        for index, left in enumerate(room):
            if needed <= left:
                documents[index].append(piece)
                room[index] -= needed
                break
        else:
            documents.append([piece])
            room.append(most - frame - needed + 1)
    if len(documents) > grammar.per_role:
        rule = f"a role holds at most {grammar.per_role} policies of one's own: name resources by prefixes"
        raise ValidationError("policy", "statements", f"{len(documents)} documents", rule)
    return tuple(render(found, grammar) for found in documents)


def _length(statement: Statement, grammar: Grammar) -> int:
    return length(render((statement,), grammar), grammar)


def _cut(statement: Statement, grammar: Grammar, most: int) -> Iterator[Statement]:
    """The statement in as few as fit into ``most`` characters each."""
    if _length(statement, grammar) <= most:
        yield statement
        return
    resources, actions = statement.resources, statement.actions
    # A list that is turned round says something else in two.
    if len(resources) > 1 and not statement.not_resources:
        if _length(replace(statement, resources=(max(resources, key=len),)), grammar) > most:
            half = len(resources) // 2
            for part in (resources[:half], resources[half:]):
                yield from _cut(replace(statement, resources=part), grammar, most)
            return
        room = most - _length(replace(statement, resources=()), grammar)
        for part in _filled(resources, room, grammar):
            yield replace(statement, resources=part)
        return
    if len(actions) > 1 and not statement.not_actions:
        half = len(actions) // 2
        for part in (actions[:half], actions[half:]):
            yield from _cut(replace(statement, actions=part), grammar, most)
        return
    rule = f"a policy holds at most {most} characters, and this cannot be cut"
    raise ValidationError("policy", "statement", f"{actions[0]} on {resources[0][:80]}", rule)


def _filled(names: tuple[str, ...], room: int, grammar: Grammar) -> Iterator[tuple[str, ...]]:
    """Runs of names that, written as JSON, take at most ``room`` characters each."""
    run: list[str] = []
    left = room
    for name in names:
        needed = length(json.dumps(name, ensure_ascii=False), grammar)
        # All but the first have a comma.
        if run and needed + 1 > left:
            yield tuple(run)
            run, left = [], room
        left -= needed + 1 if run else needed
        run.append(name)
    yield tuple(run)
