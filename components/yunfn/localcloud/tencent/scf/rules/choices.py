"""Words that stand for yes and no on the wire."""

from __future__ import annotations

from collections.abc import Collection

from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue

TRUE_FALSE = ("TRUE", "FALSE")
ENABLE_DISABLE = ("ENABLE", "DISABLE")
OPEN_CLOSE = ("OPEN", "CLOSE")


def chosen(parameters: Parameters, name: str, choices: Collection[str]) -> str | None:
    """The word sent, or None where none was (or an empty one); raises InvalidParameterValue.<name> for another."""
    value = parameters.text(name, "")
    if value and value not in choices:
        raise InvalidValue(name, f"must be one of {', '.join(choices)}, not {value!r}")
    return value or None
