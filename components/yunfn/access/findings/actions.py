"""Rules on actions: unknown ones, all of a service, all there are."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from yunfn.access import tables
from yunfn.access.findings import rule
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.names import is_everything
from yunfn.access.grammar import GRAMMARS, PolicyDocument
from yunfn.access.statement import Statement
from yunfn.access.tables import ActionRow, ServiceTable

# '*' with nothing beside it but more stars, and at most one '?': no name is as short as that.
_ALL = re.compile(r"\*+\??\**|\?\*+")


@dataclass(frozen=True, slots=True)
class NamedActions:
    """What one action of a statement names: ``text`` without CAM's ``name/``, the service's table if there is one, and
    the rows that fit. ``service`` is the word before the colon ("*" where that varies, or there is none).
    """

    text: str
    service: str
    operation: str
    table: ServiceTable | None
    rows: tuple[ActionRow, ...]

    @property
    def varies(self) -> bool:
        """Whether it is a pattern rather than a name."""
        return "*" in self.text or "?" in self.text

    @property
    def all_services(self) -> bool:
        """Whether every action of every service fits."""
        return self.service == "*" and _ALL.fullmatch(self.operation) is not None

    @property
    def all_of_service(self) -> bool:
        """Whether every action of one service fits."""
        return self.service != "*" and _ALL.fullmatch(self.operation) is not None


@lru_cache(maxsize=8192)
def named(grammar: str, action: str) -> NamedActions:
    """Look an action up in the tables of the grammar of that name."""
    text = action.removeprefix("name/")
    service, colon, operation = text.partition(":")
    if not colon or "*" in service or "?" in service:
        whole = not colon or _ALL.fullmatch(service) is not None
        return NamedActions(text, "*", operation if colon and whole else text, None, ())
    table = tables.table(GRAMMARS[grammar], service)
    return NamedActions(text, service, operation, table, table.expand(text) if table else ())


def of(document: PolicyDocument, statement: Statement) -> Iterator[NamedActions]:
    """What each action of a statement names."""
    name = document.grammar.name
    for action in statement.actions:
        yield named(name, action)


def unknown(document: PolicyDocument) -> Iterator[Hit]:
    """YF-…-001: no action of the service, whose table is complete, is called so."""
    for index, statement in enumerate(document.statements):
        for item, action in enumerate(of(document, statement)):
            table = action.table
            if action.rows or table is None or not table.complete:
                continue
            if action.varies:
                message = f"no action of {table.title} fits {action.text}"
                remedy = ""
            else:
                message = f"{table.title} has no action {action.text}"
                nearest = _nearest(action.operation, table)
                remedy = f"Write {nearest}, if that is what is meant." if nearest else ""
            yield Hit(rule.UNKNOWN_ACTION, message, ("Statement", index, "Action", item), remedy=remedy)


def wide(document: PolicyDocument) -> Iterator[Hit]:
    """YF-…-005 and YF-…-007: all actions there are, or all of one service."""
    if document.trust:
        return
    for index, statement in enumerate(document.statements):
        if not statement.allows or statement.not_actions:
            continue
        for item, action in enumerate(of(document, statement)):
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


def _nearest(operation: str, table: ServiceTable) -> str:
    """The action with the name nearest to ``operation``, or ""."""
    names = {name.partition(":")[2].lower(): name for name in table.actions}
    close = difflib.get_close_matches(operation.lower(), names, n=1, cutoff=0.6)
    return names[close[0]] if close else ""
