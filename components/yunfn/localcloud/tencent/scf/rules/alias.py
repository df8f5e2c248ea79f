"""What an alias's routing may say (API reference, "CreateAlias": RoutingConfig, VersionWeight, VersionMatch)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.exceptions import InvalidRoutingConfig, InvalidValue

_KEY = re.compile(r"invoke\.headers\.[A-Za-z0-9_-]+")
_RANGE = re.compile(r"[(\[]\s*(-?\d+)\s*,\s*(-?\d+)\s*[)\]]")


def read_routing(sent: Parameters, main: str, check_version: Callable[[str], None]) -> dict[str, Any] | None:
    """The RoutingConfig as it is kept, None where no other version is in it.

    ``check_version`` raises for a version that the function does not have. At most one other version, not ``main``;
    raises InvalidParameterValue.AdditionalVersionWeights and InvalidParameter.RoutingConfig.
    """
    weights: list[dict[str, Any]] = [
        {"Version": each.text("Version"), "Weight": each.number("Weight")}
        for each in sent.inners("AdditionalVersionWeights")
    ]
    matches = [
        {name: each.text(name) for name in ("Version", "Key", "Method", "Expression")}
        for each in sent.inners("AddtionVersionMatchs")
    ]
    if not weights and not matches:
        return None
    others = {str(each["Version"]) for each in [*weights, *matches]}
    if len(others) > 1 or len(weights) > 1:
        raise InvalidValue("AdditionalVersionWeights", "an alias has one additional version at most")
    if main in others:
        raise InvalidValue("AdditionalVersionWeights", f"{main} is the alias's main version already")
    for version in others:
        check_version(version)
    for weighted in weights:
        if not 0 <= weighted["Weight"] <= 1:
            raise InvalidValue("AdditionalVersionWeights", f"the weight {weighted['Weight']} must be 0 to 1")
    for match in matches:
        _check_match(match)
    return {"AdditionalVersionWeights": weights, "AddtionVersionMatchs": matches}


def _check_match(match: dict[str, str]) -> None:
    if not _KEY.fullmatch(match["Key"]):
        raise InvalidRoutingConfig(f"has the key {match['Key']!r}: invoke.headers.<name> is wanted")
    if match["Method"] not in ("exact", "range"):
        raise InvalidRoutingConfig(f"has the method {match['Method']!r}: exact or range is wanted")
    if match["Method"] == "range":
        found = _RANGE.fullmatch(match["Expression"].strip())
        if found is None or int(found[1]) > int(found[2]):
            raise InvalidRoutingConfig(
                f"has the expression {match['Expression']!r}: (a,b) or [a,b] of integers is wanted"
            )
