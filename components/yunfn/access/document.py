"""RAM policy documents from statements: merged, in one stable order (RAM documentation, "policy syntax")."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from yunfn.access.statement import Statement
from yunfn.exceptions import ValidationError

#: RAM takes no longer custom policy (RAM documentation, "limits"); characters.
MAX_DOCUMENT = 6144

_Key = tuple[str, tuple[str, ...]]


def merge(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Say the same with the fewest statements: equal actions join resources, then equal resources join actions.

    The order of the result depends on the content alone.
    """
    by_actions = _joined(statements, lambda s: (s.effect, s.actions), lambda s: s.resources)
    joined = [Statement(actions, found, effect) for (effect, actions), found in by_actions.items()]
    by_resources = _joined(joined, lambda s: (s.effect, s.resources), lambda s: s.actions)
    merged = [Statement(found, resources, effect) for (effect, resources), found in by_resources.items()]
    return tuple(sorted(merged, key=lambda s: (s.effect, s.actions, s.resources)))


def ram_document(statements: Iterable[Statement], owner: str) -> str:
    """Render a RAM policy document (Version "1") as JSON text; ``owner`` names the policy in errors.

    Raises:
        ValidationError: nothing is granted, or the document is longer than RAM takes.
    """
    merged = merge(statements)
    if not merged:
        raise ValidationError(owner, "grants", (), "a policy without statements grants nothing")
    document = {
        "Version": "1",
        "Statement": [{"Effect": s.effect, "Action": list(s.actions), "Resource": list(s.resources)} for s in merged],
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    if len(text) > MAX_DOCUMENT:
        raise ValidationError(
            owner,
            "grants",
            f"{len(text)} characters",
            f"a RAM policy holds at most {MAX_DOCUMENT} characters: grant prefixes instead of single objects",
        )
    return text


def trust_document(*, service: str | None = None, ram: str | None = None) -> str:
    """Render who may assume a role: a cloud ``service`` such as fc.aliyuncs.com, or a ``ram`` principal ARN."""
    principal = {"Service": [service]} if service is not None else {"RAM": [ram]}
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}
    return json.dumps({"Version": "1", "Statement": [statement]}, separators=(",", ":"))


def _joined(
    statements: Iterable[Statement],
    key: Callable[[Statement], _Key],
    value: Callable[[Statement], tuple[str, ...]],
) -> dict[_Key, tuple[str, ...]]:
    found: dict[_Key, set[str]] = {}
    for statement in statements:
        effect, names = key(statement)
        found.setdefault((effect, tuple(sorted(set(names)))), set()).update(value(statement))
    return {names: tuple(sorted(values)) for names, values in found.items()}
