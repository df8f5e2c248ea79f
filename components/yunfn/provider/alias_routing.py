"""``RoutingConfig`` of an alias: which calls a second version gets, by weight and by header, as the inputs say it.

Its names on the wire are misspelt where they are (``AddtionVersionMatchs``); sources: tencentcloud-sdk-python scf
RoutingConfig, VersionWeight, VersionMatch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

#: What stands before a header's name in a rule's key.
_HEADER: Final = "invoke.headers."
_RANGE: Final = re.compile(r"[(\[]-?\d+,-?\d+[)\]]")


def routing_config(weights: Mapping[str, float] | None, matches: list[Mapping[str, str]] | None) -> dict[str, Any]:
    """What to send; both lists are always there, so that an update empties what the alias had before."""
    return {
        "AdditionalVersionWeights": [
            {"Version": each, "Weight": float(share)} for each, share in (weights or {}).items()
        ],
        "AddtionVersionMatchs": [
            {
                "Version": each["version"],
                "Key": _HEADER + each["header"],
                "Method": each["method"],
                "Expression": each["expression"],
            }
            for each in matches or ()
        ],
    }


def read_routing(config: Mapping[str, Any] | None) -> tuple[dict[str, float], list[dict[str, str]]]:
    """Weights and matches of an alias as the cloud has it; none is null, ``{}`` or empty lists."""
    said = config or {}
    weights = {each["Version"]: float(each["Weight"]) for each in said.get("AdditionalVersionWeights") or ()}
    matches = [
        {
            "version": each["Version"],
            "header": str(each["Key"]).removeprefix(_HEADER),
            "method": each["Method"],
            "expression": each["Expression"],
        }
        for each in said.get("AddtionVersionMatchs") or ()
    ]
    return weights, matches


def routing_failures(main: Any, weights: Any, matches: Any) -> Iterator[tuple[str, str]]:
    """What the cloud would refuse, as (property, reason); values not known yet are no mappings or texts and pass."""
    if isinstance(weights, Mapping):
        if len(weights) > 1:
            yield "additionalVersionWeight", f"may name one version beside the main one, not {', '.join(weights)}"
        for version, share in weights.items():
            if version == main:
                yield f"additionalVersionWeight.{version}", "is the main version already"
            if isinstance(share, (int, float)) and not 0 <= share <= 1:
                yield f"additionalVersionWeight.{version}", f"must be from 0 to 1, not {share:g}"
    for index, each in enumerate(matches if isinstance(matches, list) else ()):
        if not isinstance(each, Mapping):
            continue
        if each.get("version") == main:
            yield f"headerMatches[{index}].version", "is the main version already"
        expression = each.get("expression")
        if each.get("method") == "range" and isinstance(expression, str) and not _RANGE.fullmatch(expression):
            yield f"headerMatches[{index}].expression", f"must be (a,b) or [a,b] of whole numbers, not {expression!r}"
