"""What differs between two states of a resource's inputs, property by property; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from yunfn.provider.paths import below, root
from yunfn.provider.properties import UNKNOWN

if TYPE_CHECKING:
    from yunfn.provider.declaration import Property

Change = Literal["add", "delete", "update"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that changed, by its path; ``replaces`` if it makes another resource.

    ``in_the_way``: the other one cannot be made while this one is there, whatever it is called.
    """

    property: str
    replaces: bool
    kind: Change = "update"
    in_the_way: bool = False


def differences(
    declared: Iterable[Property], old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[Difference]:  # fmt: skip
    """Compare inputs, old and new.

    A required property that the old state has no value for is an addition, never a replacement: states of other types
    that are aliased onto a resource lack some.
    """
    return list(_fields("", declared, old, new, replaces=False))


def same(declared: Property, old: Any, new: Any) -> bool:
    """Whether two values mean the same: missing is the default, empty is missing, 3 is 3.0."""
    return not any(_value(declared.name, declared, old, new, replaces=False))


def _fields(
    path: str, declared: Iterable[Property], old: Mapping[str, Any], new: Mapping[str, Any], *, replaces: bool
) -> Iterator[Difference]:
    for each in declared:
        if not each.free:
            yield from _value(
                below(path, each.name), each, old.get(each.name), new.get(each.name), replaces=replaces or each.replaces
            )


def _value(path: str, declared: Property, old: Any, new: Any, *, replaces: bool) -> Iterator[Difference]:
    before, after = _meant(declared, old), _meant(declared, new)
    if (before is None and after is None) or _only_defaults(declared, before, after):
        return
    if before is None:
        # At the top, a state that lacks what every resource of the type has is one of another type.
        aliased = declared.required and root(path) == path
        yield Difference(path, replaces and not aliased, "add")
    elif after is None:
        yield Difference(path, replaces, "delete")
    elif after is UNKNOWN or before is UNKNOWN:
        yield Difference(path, replaces)
    elif declared.kind == "object" and isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _fields(path, declared.fields, before, after, replaces=replaces)
    elif declared.items is not None and isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in (*before, *(key for key in after if key not in before)):
            yield from _value(
                below(path, key), declared.items, before.get(key), after.get(key), replaces=replaces
            )  # fmt: skip
    elif declared.items is not None and isinstance(before, list) and isinstance(after, list):
        yield from _items(path, declared, before, after, replaces=replaces)
    elif before != after:
        yield Difference(path, replaces)


def _items(path: str, declared: Property, old: list[Any], new: list[Any], *, replaces: bool) -> Iterator[Difference]:
    assert declared.items is not None
    if declared.unordered and _certain(new):
        old, new = sorted(old, key=_written), sorted(new, key=_written)
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        yield from _value(below(path, index), declared.items, before, after, replaces=replaces)


def _meant(declared: Property, value: Any) -> Any:
    """The value, or the default for none; of what is optional, an empty list, map or text is none."""
    if value is None or (not declared.required and not declared.empty and value in ([], {}, "")):
        return declared.default
    return value


def _only_defaults(declared: Property, before: Any, after: Any) -> bool:
    """Whether one of two objects is missing and the other says nothing but what is the default anyway."""
    given = after if before is None else before
    if declared.kind != "object" or not isinstance(given, Mapping) or not (before is None or after is None):
        return False
    return not any(_fields(".", declared.fields, {}, given, replaces=False))


def _certain(values: list[Any]) -> bool:
    return not any(each is UNKNOWN or (isinstance(each, Mapping) and UNKNOWN in each.values()) for each in values)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)
