"""Arguments that are objects: dataclasses here, with the wire's names there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pulumi

from yunfn.resources.resource import wire_name


class Nested:
    """What a dataclass derives from that is an argument of a resource; fields that are None are left out."""


def wire(value: Any) -> Any:
    """``value`` with every nested dataclass as the object that the plugin takes; keys of mappings stay as they are."""
    if isinstance(value, Nested) and dataclasses.is_dataclass(value):
        fields = {wire_name(each.name): wire(getattr(value, each.name)) for each in dataclasses.fields(value)}
        return {name: each for name, each in fields.items() if each is not None}
    if isinstance(value, pulumi.Output):
        return value.apply(wire)
    if isinstance(value, Mapping):
        return {key: wire(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [wire(each) for each in value]
    return value
