"""The policies that the clouds themselves keep, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources as files
from types import MappingProxyType

from yunfn.access.grammar import Grammar
from yunfn.access.statement import Statement


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A system policy: its name, what it says, and the grants that are usually enough instead (``narrower``).

    ``full`` is whether it allows everything of a service or of the account. ``believed`` is whether its statements were
    not seen in a document of the cloud but follow from its description.
    """

    name: str
    statements: tuple[Statement, ...]
    narrower: str
    full: bool
    believed: bool


@lru_cache(maxsize=2)
def managed(grammar: Grammar) -> Mapping[str, ManagedPolicy]:
    """Answer the cloud's system policies by name."""
    text = files.files(__package__).joinpath(grammar.cloud, "_managed.json").read_text(encoding="utf-8")
    found: dict[str, ManagedPolicy] = {}
    for name, held in json.loads(text)["policies"].items():
        statements = tuple(Statement(tuple(each["actions"]), tuple(each["resources"])) for each in held["statements"])
        full = any(action.endswith("*") and action.count("*") == 1 for each in statements for action in each.actions)
        found[name] = ManagedPolicy(
            name, statements, held["narrower"], held.get("full", full), held.get("believed", False)
        )
    return MappingProxyType(found)
