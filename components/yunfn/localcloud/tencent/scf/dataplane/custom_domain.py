"""A custom domain's path mappings: which function a path goes to, and what its path becomes.

Rules (API reference: EndpointsConf, PathRewriteRule, example of CreateCustomDomain): an exact PathMatch wins, else the
longest one ending in ``/*``; of the mapping's rewrites an exact one wins, else the longest wildcard. In a wildcard's
replacement ``$`` (or ``$1``) stands for what ``*`` caught.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yunfn.localcloud.tencent.scf.dataplane.exceptions import PathNotMapped, ProtocolNotServed

_CAUGHT = re.compile(r"\$1?")


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes: function, qualifier, and the path it is given (percent-encoded, as it was sent)."""

    namespace: str
    function: str
    qualifier: str
    path: str


def route(domain: Mapping[str, Any], scheme: str, raw_path: str) -> Route:
    """The route for a request to ``domain`` (what GetCustomDomain answers); raises ProtocolNotServed, PathNotMapped."""
    host, protocol = str(domain["Domain"]), str(domain.get("Protocol") or "HTTP")
    if scheme.upper() not in protocol.split("&"):
        raise ProtocolNotServed(host, scheme, protocol)
    found = _best(domain.get("EndpointsConfig") or [], "PathMatch", raw_path)
    if found is None:
        raise PathNotMapped(host, raw_path)
    return Route(
        namespace=str(found.get("Namespace") or "default"),
        function=str(found["FunctionName"]),
        qualifier=str(found.get("Qualifier") or "$LATEST"),
        path=rewrite(found.get("PathRewrite") or [], raw_path),
    )


def rewrite(rules: Sequence[Mapping[str, Any]], path: str) -> str:
    """``path`` after the rule that fits it best; unchanged without one."""
    exact = next((r for r in rules if r["Type"] == "ExactRules" and r["Path"] == path), None)
    if exact is not None:
        return str(exact["Rewrite"])
    rule = _best([r for r in rules if r["Type"] == "WildcardRules"], "Path", path)
    if rule is None:
        return path
    caught = _caught(str(rule["Path"]), path) or ""
    return _CAUGHT.sub(lambda _: caught, str(rule["Rewrite"]))


def _best(items: Sequence[Mapping[str, Any]], field: str, path: str) -> Mapping[str, Any] | None:
    fitting = [item for item in items if _caught(str(item[field]), path) is not None]
    return max(fitting, key=lambda item: (not item[field].endswith("*"), len(item[field])), default=None)


def _caught(pattern: str, path: str) -> str | None:
    """What ``*`` at the end of ``pattern`` caught of ``path``, "" for an exact match, None for none."""
    if not pattern.endswith("/*"):
        return "" if path == pattern else None
    head = pattern[:-1]
    if path == head[:-1]:
        return ""
    return path[len(head) :] if path.startswith(head) else None
