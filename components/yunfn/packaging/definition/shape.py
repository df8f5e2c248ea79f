"""Whether a parsed document has the shape that its format fixes, so that reading it needs no further look."""

from __future__ import annotations

from typing import Any

#: What a value may be: a type; ``[shape]`` a list of such; ``{key: shape}`` a mapping, a key with ``!`` at its end must
#: be there, ``*`` stands for every other key; ``(shape, …)`` one of several.
Shape = type | list["Shape"] | dict[str, "Shape"] | tuple["Shape", ...]

_WORDS = {str: "a text", int: "a number", bool: "true or false"}


def misfit(value: Any, shape: Shape, place: str = "") -> str | None:
    """The first place at which ``value`` is not of ``shape``, and what is wanted there; None if it is of it all."""
    if isinstance(shape, tuple):
        found = [misfit(value, one, place) for one in shape]
        return None if None in found else found[0]
    if isinstance(shape, type):
        return None if isinstance(value, shape) else f"{place}: {_WORDS[shape]} is wanted"
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{place}: a list is wanted"
        inside = (misfit(one, shape[0], f"{place}[{number}]") for number, one in enumerate(value))
        return next((wrong for wrong in inside if wrong), None)
    if not isinstance(value, dict):
        return f"{place}: a table is wanted"
    for key, inner in shape.items():
        name = key.rstrip("!")
        if name in value:
            wrong = misfit(value[name], inner, f"{place}.{name}".lstrip("."))
        else:
            wrong = f"{place}: has no {name}" if key.endswith("!") else None
        if wrong:
            return wrong
    others = ((key, one) for key, one in value.items() if "*" in shape and f"{key}!" not in shape and key not in shape)
    inside = (misfit(one, shape["*"], f"{place}.{key}".lstrip(".")) for key, one in others)
    return next((wrong for wrong in inside if wrong), None)
