"""A custom domain's routes: which function a path goes to, and what its path becomes.

Rules (FCD "configure custom domain names"): an exact path wins, else the longest one ending in ``*``; rewriting tries
equal rules, then wildcard rules, then regular expressions, and the first that matches decides. In a replacement ``*``
stands for what the wildcard matched and ``$1`` … for a regular expression's groups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from yunfn.localcloud.alibaba.fc.dataplane.exceptions import MethodNotAllowed, ProtocolNotAllowed, RouteNotFound
from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument

_GROUP = re.compile(r"\$(?:\{(\w+)\}|(\d+))")


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes: function, qualifier, and the path it is given (percent-encoded, as it was sent)."""

    function: str
    qualifier: str
    path: str


def route(domain: dict[str, Any], scheme: str, method: str, raw_path: str) -> Route:
    """The route for a request to ``domain`` (the document GetCustomDomain answers).

    Raises ProtocolNotAllowed, RouteNotFound, MethodNotAllowed, or InvalidArgument for a rule that is no expression.
    """
    host = str(domain["domainName"])
    protocol = str(domain.get("protocol") or "HTTP")
    if scheme.upper() not in [one.strip() for one in protocol.split(",")]:
        raise ProtocolNotAllowed(host, scheme, protocol)
    routes: list[dict[str, Any]] = (domain.get("routeConfig") or {}).get("routes") or []
    matching = [one for one in routes if _matches(str(one.get("path") or ""), raw_path)]
    if not matching:
        raise RouteNotFound(host, raw_path)
    chosen = max(matching, key=lambda one: (not str(one["path"]).endswith("*"), len(str(one["path"]))))
    methods = [str(one).upper() for one in chosen.get("methods") or []]
    if methods and method not in methods:
        raise MethodNotAllowed(method, methods)
    path = rewrite(chosen.get("rewriteConfig") or {}, raw_path)
    return Route(str(chosen["functionName"]), str(chosen.get("qualifier") or "LATEST"), path)


def rewrite(rules: dict[str, Any], path: str) -> str:
    """``path`` after the first rule that matches; unchanged without one."""
    for rule in rules.get("equalRules") or []:
        if rule["match"] == path:
            return str(rule["replacement"])
    for rule in rules.get("wildcardRules") or []:
        caught = _wildcard(str(rule["match"]), path)
        if caught is not None:
            return str(rule["replacement"]).replace("*", caught)
    for rule in rules.get("regexRules") or []:
        try:
            found = re.search(str(rule["match"]), path)
        except re.error as error:
            raise InvalidArgument(f"rewrite rule '{rule['match']}' is no regular expression: {error}") from None
        if found is not None:
            replaced = _GROUP.sub(lambda group, found=found: _group(found, group), str(rule["replacement"]))  # type: ignore[misc]
            return path[: found.start()] + replaced + path[found.end() :]
    return path


def _group(found: re.Match[str], named: re.Match[str]) -> str:
    name = named[1] or named[2]
    try:
        return found[int(name) if name.isdigit() else name] or ""
    except IndexError:
        return ""


def _matches(pattern: str, path: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern[:-1]) or path == pattern[:-2]
    return path == pattern


def _wildcard(pattern: str, path: str) -> str | None:
    """What ``*`` stands for where the pattern matches the whole path, else None."""
    head, star, tail = pattern.partition("*")
    if not star or not path.startswith(head) or not path.endswith(tail) or len(path) < len(head) + len(tail):
        return None
    return path[len(head) : len(path) - len(tail)]
