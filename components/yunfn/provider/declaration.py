"""What a resource declares of its properties: one table for checks, diffs and the package's schema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from yunfn.provider.properties import UNKNOWN, Properties

Kind = Literal["string", "integer"]


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its wire ``name``, type and meaning.

    ``replaces``: another value is another resource. ``free``: the value may differ from run to run and machine to
    machine without being a change. ``allowed``: the values there are, if they can be listed.
    """

    name: str
    kind: Kind
    description: str
    required: bool = True
    replaces: bool = False
    free: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """A resource's type token, what it is, its inputs, and the outputs it has beside those inputs that it keeps."""

    token: str
    description: str
    inputs: tuple[Property, ...]
    outputs: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """A refused input: the property's wire name and the reason, for the user."""

    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that changed; ``replaces`` if it makes another resource, ``added`` if there was no value before."""

    property: str
    replaces: bool
    added: bool = False


def check(inputs: Properties, declared: Iterable[Property]) -> list[CheckFailure]:
    """Say what is wrong with the inputs' names, types and values; unknown values pass."""
    table = {each.name: each for each in declared}
    failures = [
        CheckFailure(name, f"there is no such property; there are {', '.join(table)}")
        for name in inputs
        if name not in table and not name.startswith("__")
    ]
    for each in table.values():
        value = inputs.get(each.name)
        if value is UNKNOWN:
            continue
        if value is None:
            if each.required:
                failures.append(CheckFailure(each.name, "is required"))
        elif reason := _wrong(each, value):
            failures.append(CheckFailure(each.name, reason))
    return failures


def differences(declared: Iterable[Property], old: Properties, new: Properties) -> list[Difference]:
    """Compare inputs, old and new; pure.

    A property that the old state has no value for is an addition, never a replacement: states of other types that are
    aliased onto a resource lack some.
    """
    found = []
    for each in declared:
        if each.free:
            continue
        before, after = old.get(each.name), new.get(each.name)
        if before == after and after is not UNKNOWN:
            continue
        if before is None:
            found.append(Difference(each.name, replaces=False, added=True))
        elif after is not None or each.required:
            found.append(Difference(each.name, each.replaces))
    return found


def _wrong(declared: Property, value: Any) -> str | None:
    if declared.kind == "string" and not isinstance(value, str):
        return f"must be a text, not {value!r}"
    if declared.kind == "integer" and (isinstance(value, bool) or not isinstance(value, float) or value % 1):
        return f"must be a whole number, not {value!r}"
    if declared.required and value == "":
        return "must not be empty"
    if declared.allowed and value not in declared.allowed:
        return f"must be one of {', '.join(declared.allowed)}, not {value!r}"
    return None
