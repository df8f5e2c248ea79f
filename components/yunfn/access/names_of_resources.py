"""Names of resources as patterns: RAM's are one text, CAM's six segments of which each is a pattern of its own.

RAM: "Policy elements" (93738). CAM: "Resource description" (598/10606): without a service or a region every one is
meant, without an account the one that the policy belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from yunfn.access import patterns
from yunfn.access.grammar import CAM, RAM, Grammar

#: What a request says of itself: condition keys, each with a value or with several (``qcs:resource_tag``).
Context = Mapping[str, str | tuple[str, ...]]

_ALL = ("*", "*", "*", "*")
#: CAM's variables, and the condition keys that hold what they stand for ("Syntax structure", 598/10604).
VARIABLES = {"${uin}": "qcs:uin", "${owner_uin}": "qcs:owner_uin", "${app_id}": "qcs:app_id"}
_OWN_ACCOUNT = ("", "uin/", "uid/")


def matches(grammar: Grammar, pattern: str, resource: str, context: Context | None = None) -> bool:
    """Whether ``pattern`` of a statement means ``resource``, the full name of one; ``*`` is no resource at all.

    ``context`` is what the request says of itself: CAM's policy variables are read there.
    """
    if pattern == "*":
        return True
    if grammar is CAM and "${" in pattern:
        filled = with_variables(pattern, context or {})
        if filled is None:
            return False
        pattern = filled
    if grammar is RAM:
        return patterns.matches(pattern, resource, ignore_case=resource.startswith("acs:ram:"))
    wanted, named = segments(pattern), segments(resource)
    if wanted == _ALL:
        return True
    return named is not None and wanted is not None and _each_matches(wanted, named)


def with_variables(pattern: str, context: Context) -> str | None:
    """``pattern`` of CAM's with its variables filled in from a request; None where the request lacks one.

    CAM "Policy variables" (598/10607): ${uin}, ${owner_uin}, ${app_id}; other text in ${} stands for itself.
    """
    for variable, key in VARIABLES.items():
        if variable in pattern:
            value = context.get(key)
            # What is empty, a glob or a segment more would widen the name.
            if not isinstance(value, str) or not value or ":" in value or not patterns.is_literal(value):
                return None
            pattern = pattern.replace(variable, value)
    return pattern


def covers(grammar: Grammar, wide: str, narrow: str) -> bool:
    """Whether ``wide`` means every resource that ``narrow`` means."""
    if wide in ("*", narrow):
        return True
    if grammar is RAM:
        return patterns.covers(wide, narrow, ignore_case=_of_ram(wide) and _of_ram(narrow))
    left, right = segments(wide), segments(narrow)
    if left is None or right is None:
        return False
    # Whose account the policy's own is, its text does not tell: it covers itself alone.
    if _of_own_account(wide) and not _of_own_account(narrow):
        return False
    return left == _ALL or all(covers_with_variables(one, other) for one, other in zip(left, right, strict=True))


def meet(grammar: Grammar, a: str, b: str) -> bool:
    """Whether some resource is meant by both."""
    if "*" in (a, b):
        return True
    if grammar is RAM:
        # The case of a name of RAM's own does not count, and a pattern may mean such names among others.
        return patterns.meet(a, b, ignore_case=_may_be_of_ram(a) and _may_be_of_ram(b))
    left, right = segments(a), segments(b)
    if _ALL in (left, right):
        return True
    if left is None or right is None:
        return False
    return all(_meet(one, other) for one, other in zip(left, right, strict=True))


@lru_cache(maxsize=8192)
def segments(name: str) -> tuple[str, str, str, str] | None:
    """Service, region, account and resource of a name of CAM's, each as a pattern; None for what is none.

    An account that is not told is the policy's own, of which documents say no more: any.
    """
    parts = name.split(":", 5)
    if len(parts) != 6:
        return None
    _, _, service, region, account, resource = parts
    return service or "*", region or "*", "*" if account in _OWN_ACCOUNT else account, resource


def canonical(grammar: Grammar, name: str) -> str:
    """The one spelling of all patterns that mean the same resources."""
    if name == "*":
        return name
    if grammar is RAM:
        return patterns.canonical(name.lower() if _of_ram(name) else name)
    parts = name.split(":", 5)
    if len(parts) != 6:
        return name
    prefix, _, service, region, account, resource = parts
    if account in _OWN_ACCOUNT:
        account = ""
    return ":".join((prefix, "", *map(patterns.canonical, (service or "*", region or "*", account, resource))))


def _of_own_account(name: str) -> bool:
    return name.split(":", 5)[4] in _OWN_ACCOUNT


def covers_with_variables(wide: str, narrow: str) -> bool:
    """Whether ``wide`` covers ``narrow`` whatever CAM's variables in them stand for."""
    if "${" not in wide and "${" not in narrow:
        return patterns.covers(wide, narrow)
    # A variable stands for one text in both, of which only its own pattern and an asterisk take every length.
    return all(patterns.covers(_standing(wide, length), _standing(narrow, length)) for length in (1, 2))


def _meet(a: str, b: str) -> bool:
    for variable in VARIABLES:
        a, b = a.replace(variable, "?*"), b.replace(variable, "?*")
    return patterns.meet(a, b)


def _standing(pattern: str, length: int) -> str:
    """The pattern with letters that no name has in place of its variables."""
    for index, variable in enumerate(VARIABLES):
        pattern = pattern.replace(variable, chr(0xE000 + index) * length)
    return pattern


def _each_matches(wanted: tuple[str, ...], named: tuple[str, ...]) -> bool:
    return all(patterns.matches(one, other) for one, other in zip(wanted, named, strict=True))


def _of_ram(pattern: str) -> bool:
    return pattern.lower().startswith("acs:ram:")


@lru_cache(maxsize=8192)
def _may_be_of_ram(pattern: str) -> bool:
    return patterns.meet(pattern, "acs:ram:*", ignore_case=True)
