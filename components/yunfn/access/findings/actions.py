"""Actions of statements, looked up in the tables of their services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from yunfn.access import patterns, tables
from yunfn.access.grammar import GRAMMARS, RAM, Grammar
from yunfn.access.tables import ActionRow, ServiceTable

# '*' with nothing beside it but more stars, and at most one '?': no name is as short as that.
_ALL = re.compile(r"\*+\??\**|\?\*+")


@dataclass(frozen=True, slots=True)
class NamedActions:
    """What one action of a statement names: ``text`` without CAM's ``name/``, the service's table if there is one, and
    the rows that fit. ``service`` is the word before the colon ("*" where that varies, or there is none): of some
    services, as ``*:Get*`` and ``o?s:*`` are, ``rows`` are those of every table whose service fits.
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
        """Whether every action of one service fits, or of some."""
        if self.service == "*":
            return not self.all_services and _ALL.fullmatch(self.operation.partition(":")[2]) is not None
        return _ALL.fullmatch(self.operation) is not None


@lru_cache(maxsize=8192)
def named(grammar: str, action: str) -> NamedActions:
    """Look an action up in the tables of the grammar of that name."""
    text = action.removeprefix("name/")
    service, colon, operation = text.partition(":")
    if not colon or "*" in service or "?" in service:
        if not colon or (_ALL.fullmatch(service) and _ALL.fullmatch(operation)):
            return NamedActions(text, "*", operation if colon else text, None, ())
        return NamedActions(text, "*", text, None, tuple(_of_services(GRAMMARS[grammar], service, operation)))
    table = tables.table(GRAMMARS[grammar], service)
    return NamedActions(text, service, operation, table, table.expand(text) if table else ())


def _of_services(grammar: Grammar, services: str, operation: str) -> Iterator[ActionRow]:
    for service in tables.services(grammar):
        if patterns.matches(services, service, ignore_case=grammar is RAM):
            table = tables.table(grammar, service)
            yield from table.expand(f"{service}:{operation}") if table else ()


@dataclass(frozen=True, slots=True)
class ActionList:
    """The actions of a statement looked at together; the same lists come again and again, and are looked up once.

    ``items`` is what each names, ``services`` the services that are named (``*``: all), ``literal`` the actions
    themselves in lower case if none is a pattern (else None). ``by_forms`` holds the rows by the forms of resources
    they take. ``unknown`` and ``wide`` say whether there is an action that rules 001, and 005 or 007, may speak of.
    ``words`` are the separators of resources' names and all that stands between them in the forms, ``texts`` the
    actions without CAM's ``name/``.
    """

    items: tuple[NamedActions, ...]
    services: frozenset[str]
    literal: frozenset[str] | None
    by_forms: tuple[tuple[tuple[str, ...], tuple[ActionRow, ...]], ...]
    unknown: bool
    wide: bool
    words: frozenset[str]
    texts: tuple[str, ...]


@lru_cache(maxsize=4096)
def listed(grammar: str, actions: tuple[str, ...]) -> ActionList:
    """Look the actions of a statement up, all at once."""
    items = tuple(named(grammar, each) for each in actions)
    by_forms: dict[tuple[str, ...], dict[str, ActionRow]] = {}
    for item in items:
        for row in item.rows:
            by_forms.setdefault(row.resources, {})[row.name] = row
    return ActionList(
        items,
        frozenset(each.service.lower() for each in items),
        None if any(each.varies for each in items) else frozenset(each.text.lower() for each in items),
        tuple((forms, tuple(rows.values())) for forms, rows in by_forms.items()),
        any(not each.rows and each.table is not None for each in items),
        any(each.all_services or each.all_of_service for each in items),
        frozenset(word for forms in by_forms for form in forms for word in re.split("([/:])", form)) | {"/", ":", ""},
        tuple(each.text for each in items),
    )
