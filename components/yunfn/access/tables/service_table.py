"""The table of one service: its actions, read from a data file."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources as files
from types import MappingProxyType
from typing import Literal

from yunfn.access.grammar import Grammar
from yunfn.access.tables.meeting import meets

Level = Literal["list", "read", "write", "permissions", "tagging"]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action: ``name`` as policies write it (``oss:GetObject``) and what it does.

    ``access`` is its level: seeing that things are there, reading what they hold, changing them, changing who may,
    changing tags. ``resources`` are the forms of the resources it takes in the cloud's grammar: ``*`` stands for a name
    that varies and ``**`` for any text such as an object's key; ``("*",)`` is an action that takes no narrower one.
    ``inferred`` says that no document was seen that names the action: it is called as the operation of the cloud's API.
    """

    name: str
    access: Level
    resources: tuple[str, ...]
    inferred: bool = False

    def meets(self, resource: str) -> bool:
        """Answer whether a policy's ``resource`` can name one that the action takes."""
        return any(meets(pattern, resource) for pattern in self.resources)


@dataclass(frozen=True)
class ServiceTable:
    """The actions of one service.

    ``service`` is the part of an action before the colon, ``title`` the cloud's name of the service. Only where
    ``complete`` is true is an action that is not here surely none. ``source`` says where the table was read, and
    ``believed`` what in it is not from a document. ``resources`` are the forms of resources by the name of the type,
    ``actions`` the rows by action, ``conditions`` the service's own condition keys with what they are.
    """

    service: str
    title: str
    complete: bool
    source: tuple[str, ...]
    believed: str
    resources: Mapping[str, str]
    actions: Mapping[str, ActionRow]
    conditions: Mapping[str, str]
    ignore_case: bool

    @cached_property
    def _by_name(self) -> dict[str, ActionRow]:
        return {self._folded(name): row for name, row in self.actions.items()}

    def find(self, action: str) -> ActionRow | None:
        """Answer the row of ``action`` (``oss:GetObject``, or CAM's ``name/cos:GetObject``), None if there is none."""
        return self._by_name.get(self._folded(action.removeprefix("name/")))

    def expand(self, pattern: str) -> tuple[ActionRow, ...]:
        """List the rows whose action fits ``pattern``, in which ``*`` is any text and ``?`` any character."""
        if "*" not in pattern and "?" not in pattern:
            row = self.find(pattern)
            return () if row is None else (row,)
        fits = _glob(self._folded(pattern.removeprefix("name/")))
        return tuple(row for name, row in self._by_name.items() if fits.fullmatch(name))

    def nearest(self, action: str) -> str:
        """Name the action that is written most like ``action``, "" if none is near: what a misspelt one may mean."""
        names = {name.partition(":")[2].lower(): name for name in self.actions}
        close = difflib.get_close_matches(action.partition(":")[2].lower(), names, n=1, cutoff=0.6)
        return names[close[0]] if close else ""

    def _folded(self, action: str) -> str:
        return action.lower() if self.ignore_case else action


@lru_cache(maxsize=2)
def services(grammar: Grammar) -> tuple[str, ...]:
    """List the services that have a table, by the word before the colon of their actions."""
    folder = files.files(__package__).joinpath(grammar.cloud)
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".json"))
    return tuple(name.removesuffix(".json") for name in names if not name.startswith("_"))


def table(grammar: Grammar, service: str) -> ServiceTable | None:
    """Answer the table of ``service`` (the word before the colon of an action), None where there is none."""
    if grammar.name == "ram":
        service = service.lower()
    return _read(grammar, service) if service in services(grammar) else None


@lru_cache(maxsize=64)
def _read(grammar: Grammar, service: str) -> ServiceTable:
    text = files.files(__package__).joinpath(grammar.cloud, f"{service}.json").read_text(encoding="utf-8")
    held = json.loads(text)
    kinds: dict[str, str] = held["resources"]
    inferred = frozenset(held.get("inferred", ()))
    rows: dict[str, ActionRow] = {}
    for level, by_kinds in held["actions"].items():
        for words, names in by_kinds.items():
            # One form of each type, but those of a type that has several.
            taken = tuple(kinds[word] for word in words.split())
            for name in names:
                action = f"{service}:{name}"
                rows[action] = ActionRow(action, level, taken, name in inferred)
    return ServiceTable(
        service=service,
        title=held["title"],
        complete=held["complete"],
        source=tuple(held["source"]),
        believed=held.get("believed", ""),
        resources=MappingProxyType(kinds),
        actions=MappingProxyType(dict(sorted(rows.items()))),
        conditions=MappingProxyType(held.get("conditions", {})),
        # COS: "this value is case-sensitive" (its "API authorization policy use cases"); RAM compares without case.
        ignore_case=grammar.name == "ram",
    )


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in re.sub(r"\*+", "*", pattern))
    return re.compile("".join(parts), re.DOTALL)
