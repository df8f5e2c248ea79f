"""What the environment says under any of the names that clouds' clients gave the same thing."""

from __future__ import annotations

from collections.abc import Mapping


def first_set(variables: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of these variables that is set and not empty, "" if none is."""
    return next((variables[name] for name in names if variables.get(name)), "")
