"""What the environment says under any of the names that clouds' clients gave the same thing."""

from __future__ import annotations

from collections.abc import Mapping


def first_set(variables: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of these variables that is set and not empty, "" if none is."""
    return next((variables[name] for name in names if variables.get(name)), "")


def left_over(token: str) -> str:
    """What to add to the refusal of a token that came as the variable ``token``."""
    return f"; the token came as {token}: unset it if it is left over from another key"
