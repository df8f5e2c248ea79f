"""What a resource declares of its properties: one table for checks, diffs and the package's schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from yunfn.provider.differences import Difference, differences, same
from yunfn.provider.paths import below, root
from yunfn.provider.properties import UNKNOWN

__all__ = [
    "CheckFailure",
    "Declaration",
    "Difference",
    "Kind",
    "Property",
    "check",
    "differences",
    "refreshed",
    "root",
    "same",
    "with_defaults",
]

Kind = Literal["string", "integer", "number", "boolean", "array", "object", "map", "document"]


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its wire ``name``, type and meaning.

    ``replaces``: another value is another resource. ``free``: the value may differ from run to run and machine to
    machine without being a change. ``allowed``: the values there are, if they can be listed; ``minimum`` and
    ``maximum`` those of a number. ``default``: what the cloud takes where nothing is given, so that both are the
    same. ``fields`` are an object's, ``items`` what an array or map holds, ``type_name`` an object's name in the schema
    (``VpcConfig``). ``unordered``: the order of an array means nothing. ``secret``: encrypted in state in any case.
    ``empty``: "" is a value like others; else a required text must not be empty, and an optional one is none then.
    A ``document`` is an object of JSON that the resource itself looks into; it is compared as a whole.
    """

    name: str
    kind: Kind
    description: str
    required: bool = True
    replaces: bool = False
    free: bool = False
    allowed: tuple[str, ...] = ()
    fields: tuple[Property, ...] = ()
    items: Property | None = None
    type_name: str = ""
    secret: bool = False
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    unordered: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Declaration:
    """A resource's type token, what it is, its inputs, and the outputs it has beside those inputs that it keeps.

    ``identity``: the inputs that name the thing in the cloud. Where a replacement leaves them all as they are, the old
    one has to go first. ``rolling``: the input with which a change is rolled out: every run reads the resource first
    then, and a change takes as long as it takes unless the user says otherwise.
    """

    token: str
    description: str
    inputs: tuple[Property, ...]
    outputs: tuple[Property, ...]
    identity: tuple[str, ...] = ()
    rolling: str = ""

    def rolls(self, inputs: Mapping[str, Any]) -> bool:
        """Whether changes of the resource with these inputs (or outputs) are rolled out."""
        return bool(self.rolling) and inputs.get(self.rolling) is not None

    @property
    def secrets(self) -> frozenset[str]:
        """The names of inputs and outputs that are always secret."""
        return frozenset(each.name for each in (*self.inputs, *self.outputs) if each.secret)


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """A refused input: the property's path on the wire (``layers[0].layerVersion``) and the reason, for the user."""

    property: str
    reason: str


def check(inputs: Mapping[str, Any], declared: Iterable[Property]) -> list[CheckFailure]:
    """Say what is wrong with the inputs' names, types and values; unknown values pass."""
    return list(_checked("", inputs, tuple(declared)))


def with_defaults(declared: Iterable[Property], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with every declared default in the place of what is missing, in nested objects too."""
    return {
        each.name: value for each in declared if (value := _completed(each, inputs.get(each.name))) is not None
    }  # fmt: skip


def refreshed(
    declared: Iterable[Property], recorded: Mapping[str, Any], found: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    """The inputs that a read answers: ``recorded`` ones as they are written, unless ``found`` says otherwise.

    What is the same in other words (a default, another order where order means nothing) stays as recorded; a name that
    ``found`` does not have is one that the cloud does not tell.
    """
    result: dict[str, Any] = {}
    for each in declared:
        value = recorded.get(each.name)
        if each.name in found and not same(each, value, found[each.name]):
            value = found[each.name]
        if value is not None:
            result[each.name] = value
    return result


def _completed(declared: Property, value: Any) -> Any:
    if value is None:
        return declared.default
    if declared.kind == "object" and isinstance(value, Mapping):
        return with_defaults(declared.fields, value)
    if declared.kind == "array" and declared.items is not None and isinstance(value, list):
        return [_completed(declared.items, each) for each in value]
    return value


def _checked(path: str, values: Mapping[str, Any], declared: tuple[Property, ...]) -> Iterator[CheckFailure]:
    table = {each.name: each for each in declared}
    for name, value in values.items():
        if name not in table and value is not None and not name.startswith("__"):
            yield CheckFailure(below(path, name), f"there is no such property; there are {', '.join(table)}")
    for each in declared:
        value = values.get(each.name)
        if value is not None:
            yield from _value(below(path, each.name), each, value)
        elif each.required:
            yield CheckFailure(below(path, each.name), "is required")


def _value(path: str, declared: Property, value: Any) -> Iterator[CheckFailure]:
    if value is UNKNOWN:
        return
    if reason := _wrong(declared, value):
        yield CheckFailure(path, reason)
    elif declared.kind == "object":
        yield from _checked(path, value, declared.fields)
    elif declared.items is not None:
        parts = value.items() if declared.kind == "map" else enumerate(value)
        for key, each in parts:
            if each is None:
                yield CheckFailure(below(path, key), "must have a value")
            else:
                yield from _value(below(path, key), declared.items, each)


_TYPES: dict[Kind, tuple[tuple[Any, ...], str]] = {
    "string": ((str,), "a text"),
    "integer": ((int, float), "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
    "array": ((list, tuple), "a list"),
    "object": ((Mapping,), "an object"),
    "map": ((Mapping,), "an object"),
    "document": ((Mapping,), "an object"),
}


def _wrong(declared: Property, value: Any) -> str | None:
    types, what = _TYPES[declared.kind]
    shown = "" if declared.secret else f", not {value!r}"
    if not isinstance(value, types) or (isinstance(value, bool) and declared.kind != "boolean"):
        return f"must be {what}{shown}"
    if isinstance(value, (int, float)) and declared.kind in ("integer", "number"):
        return f"must be {what}{shown}" if declared.kind == "integer" and value % 1 else _out_of_range(declared, value)
    if declared.required and value == "" and not declared.empty:
        return "must not be empty"
    if declared.allowed and value not in declared.allowed:
        return f"must be one of {', '.join(declared.allowed)}{shown}"
    return None


def _out_of_range(declared: Property, value: float) -> str | None:
    low, high = declared.minimum, declared.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    if low is None or high is None:
        bound = f"at least {low:g}" if low is not None else f"at most {high:g}"
        return f"must be {bound}, not {value:g}"
    return f"must be from {low:g} to {high:g}, not {value:g}"
