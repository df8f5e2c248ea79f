"""Rules on Allow with a list turned round: what is not listed is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from yunfn.access.findings import rule
from yunfn.access.findings.hit import Hit, shown
from yunfn.access.findings.subject import Subject


def turned_round(subject: Subject) -> Iterator[Hit]:
    """YF-RAM-010 and YF-RAM-011: NotAction, and NotResource, with Allow."""
    for index, statement in enumerate(subject.statements):
        if not (statement.not_actions or statement.not_resources) or not statement.allows:
            continue
        if statement.not_actions:
            message = f"every action but {shown(statement.actions)} is allowed, those of services to come included"
            yield Hit(rule.ALLOW_NOT_ACTION, message, ("Statement", index, "NotAction"))
        if statement.not_resources:
            message = f"every resource but {shown(statement.resources)} is allowed, those to come included"
            yield Hit(rule.ALLOW_NOT_RESOURCE, message, ("Statement", index, "NotResource"))
