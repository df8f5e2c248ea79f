"""``RoutingConfig`` of an alias: which calls a second version gets, by weight and by header, as the inputs say it.

Its names on the wire are misspelt where they are (``AddtionVersionMatchs``); sources: tencentcloud-sdk-python scf
RoutingConfig, VersionWeight, VersionMatch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from yunfn.provider.paths import below

#: What stands before a header's name in a rule's key.
_HEADER: Final = "invoke.headers."
_WEIGHTS: Final = "additionalVersionWeight"
_MATCHES: Final = "headerMatches"
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
    """What the cloud would refuse, as (path, reason); values not known yet are no mappings or texts and pass."""
    weighted = list(weights) if isinstance(weights, Mapping) else []
    rules = [(index, each) for index, each in enumerate(matches if isinstance(matches, list) else ()) if _known(each)]
    named = [(below(_WEIGHTS, version), version) for version in weighted]
    named += [(below(below(_MATCHES, index), "version"), each["version"]) for index, each in rules]
    for path, version in named:
        if version == main:
            yield path, "is the main version already"
    others = sorted({version for _, version in named})
    if len(others) > 1:
        yield _WEIGHTS if weighted else _MATCHES, f"one version may serve beside the main one, not {', '.join(others)}"
    for index, each in rules:
        expression = each.get("expression")
        if each.get("method") == "range" and isinstance(expression, str) and not _RANGE.fullmatch(expression):
            path = below(below(_MATCHES, index), "expression")
            yield path, f"must be (a,b) or [a,b] of whole numbers, not {expression!r}"


def _known(match: Any) -> bool:
    return isinstance(match, Mapping) and isinstance(match.get("version"), str)
