"""What every typed resource of the plugin shares: the plugin's version, and names as Python and the wire have them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import pulumi

from yunfn import __version__


class PluginResource(pulumi.CustomResource):
    """A resource of the plugin; ``function_name`` here is ``functionName`` there.

    A subclass annotates its outputs. Only the names of its own properties are translated: the keys of maps, such as
    environment variables, are the user's.
    """

    def __init__(
        self,
        token: str,
        resource_name: str,
        properties: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        """Declare the resource ``token`` with its inputs, by Python's names; its outputs are added."""
        values = dict.fromkeys(type(self).__annotations__) | dict(properties)
        super().__init__(token, resource_name, _inputs(values), with_version(opts))

    def __init_subclass__(cls, **options: Any) -> None:
        """Tell Pulumi the wire's name of each output."""
        super().__init_subclass__(**options)
        for name in cls.__annotations__:
            setattr(cls, name, pulumi.property(wire_name(name)))


def wire_name(name: str) -> str:
    """The wire's name of a Python name."""
    return re.sub("_([a-z0-9])", lambda letter: letter[1].upper(), name)


def with_version(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """``opts`` with the version of the plugin that belongs to this release, unless they name another."""
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=__version__), opts)


def _inputs(values: Mapping[str, Any]) -> Any:
    """The values as an instance of a Pulumi input type: of a plain dictionary it would translate every nested key."""
    made = _inputs_type(tuple(values))()
    for name, value in values.items():
        pulumi.set(made, name, value)
    return made


@functools.cache
def _inputs_type(names: tuple[str, ...]) -> Any:
    def named(name: str) -> property:
        def value(self: Any) -> Any:
            return pulumi.get(self, name)

        value.__name__ = name
        return property(pulumi.getter(name=wire_name(name))(value))

    return pulumi.input_type(type("Inputs", (), {name: named(name) for name in names}))
