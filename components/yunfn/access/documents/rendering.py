"""Statements written as a policy document, in one form and order of elements."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from yunfn.access.documents.spelling import Spelling, spelling
from yunfn.access.grammar import Grammar
from yunfn.access.statement import Condition, Statement
from yunfn.exceptions import ValidationError


def render(statements: Iterable[Statement], grammar: Grammar, *, trust: bool = False, indent: int | None = None) -> str:
    """Write ``statements``, in their order, as JSON; ``indent`` spaces a level, None: without any white space.

    Lists stay lists even of one value: a text compares as a change with what clients send as a list.

    Raises:
        ValidationError: an element, such as NotAction, that the grammar lacks, or one condition twice.
    """
    words = spelling(grammar)
    document = {
        words.version: grammar.version,
        words.statement: [_statement(statement, words, trust) for statement in statements],
    }
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(document, separators=separators, ensure_ascii=False, indent=indent)


def length(text: str, grammar: Grammar) -> int:
    """How long the cloud takes a document to be, in characters: CAM leaves out white space."""
    return len(text) if grammar.limit_counts_space else len("".join(text.split()))


def _statement(statement: Statement, words: Spelling, trust: bool) -> dict[str, Any]:
    found: dict[str, Any] = {words.sid: statement.sid} if statement.sid else {}
    found[words.effect] = words.effect_word(statement.effect)
    found[_element(words.action, words.not_action, statement.not_actions)] = list(statement.actions)
    if trust:
        found[words.principal] = {kind: list(names) for kind, names in statement.principals}
    else:
        found[_element(words.resource, words.not_resource, statement.not_resources)] = list(statement.resources)
    if statement.conditions:
        found[words.condition] = _conditions(statement.conditions, words)
    return found


def _element(name: str, negated: str, turned: bool) -> str:
    if turned and not negated:
        raise ValidationError("policy", name, f"not {name}", f"the grammar has no element for all but some {name}s")
    return negated if turned else name


def _conditions(conditions: Iterable[Condition], words: Spelling) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for condition in conditions:
        keys = found.setdefault(condition.operator, {})
        if condition.key in keys:
            rule = "one operator asks a key once in a statement; there is no writing for both"
            raise ValidationError("policy", words.condition, f"{condition.operator} {condition.key}", rule)
        keys[condition.key] = list(condition.values)
    return found
