"""Rules on actions: unknown ones, all of a service, all there are."""

from __future__ import annotations

from collections.abc import Iterator

from yunfn.access.findings import rule
from yunfn.access.findings.actions import NamedActions
from yunfn.access.findings.finding import Severity
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.misspelling import misspelt
from yunfn.access.findings.names import is_everything
from yunfn.access.findings.subject import Subject


def unknown(subject: Subject) -> Iterator[Hit]:
    """YF-…-001: no action of the service is called so, if its table is complete; else one is nearly called so."""
    for index, given in enumerate(subject.actions):
        if not given.unknown:
            continue
        for item, action in enumerate(given.items):
            table = action.table
            if action.rows or table is None:
                continue
            severity: Severity | None = None
            if not table.complete:
                meant = None if action.varies else misspelt(subject.grammar.name, action.text)
                if meant is None:
                    continue
                nearest, severity = meant
                message = f"{action.text} is no action that is known of {table.title}, and nearly {nearest}"
                remedy = f"Write {nearest}, if that is what is meant."
            elif action.varies:
                message = f"no action of {table.title} fits {action.text}"
                remedy = ""
            else:
                message = f"{table.title} has no action {action.text}"
                nearest = table.nearest(action.text)
                remedy = f"Write {nearest}, if that is what is meant." if nearest else ""
            yield Hit(rule.UNKNOWN_ACTION, message, ("Statement", index, "Action", item), severity, remedy)


def wide(subject: Subject) -> Iterator[Hit]:
    """YF-…-005 and YF-…-007: all actions there are, or all of one service."""
    if subject.trust:
        return
    for index, (statement, given) in enumerate(zip(subject.statements, subject.actions, strict=True)):
        if not given.wide or not statement.allows or statement.not_actions:
            continue
        for item, action in enumerate(given.items):
            where = ("Statement", index, "Action", item)
            if action.all_services:
                if not statement.not_resources and any(is_everything(each) for each in statement.resources):
                    yield Hit(rule.ADMINISTRATOR, f"{action.text} on * makes its holder administrator", where)
                else:
                    message = f"{action.text} allows all actions of every service that has such resources"
                    yield Hit(rule.SERVICE_WILDCARD, message, where)
            elif action.all_of_service:
                yield Hit(rule.SERVICE_WILDCARD, _all_of(action), where)


def _all_of(action: NamedActions) -> str:
    if action.table is None:
        return f"{action.text} allows every action of the service"
    grave = [row.name for row in action.rows if row.access == "permissions"]
    grave = grave or [row.name for row in action.rows if "Delete" in row.name]
    names = f", {grave[0]} among them" if grave else ""
    return f"{action.text} allows every action of {action.table.title}{names}"
