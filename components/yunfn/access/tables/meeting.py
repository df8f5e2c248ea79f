"""Whether a resource of a policy can be one that an action takes."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"\*\*|\*|\?|[^*?]", re.DOTALL)
_STARS = re.compile(r"\*+")
# The separators of a resource's name: what varies in a place of a table's pattern holds none of them.
_SEPARATORS = "/:"


@lru_cache(maxsize=4096)
def meets(pattern: str, resource: str) -> bool:
    """Answer whether some resource of the form of a table's ``pattern`` is one that a policy's ``resource`` names.

    In ``pattern`` a ``*`` is a name without ``/`` and ``:``, and ``**`` any text, such as an object's key. In
    ``resource``, a text of a policy, ``*`` is any text and ``?`` any character. ``pattern`` ``*`` alone is an action
    without a resource of its own, and only the resource of everything, or of everything of a service, meets it.
    """
    if resource == "*":
        return True
    given_fields = _fields(resource)
    if pattern == "*":
        return len(given_fields) > 1 and given_fields[-1] == "*"
    wanted_fields = _fields(pattern)
    if len(given_fields) != len(wanted_fields):
        # Fields are missing, as in acs:oss:*, or it is no name of a resource.
        return _overlap(pattern, resource)
    # Field by field: a region of "*" is some region, although "*" would reach past the colon, into an object's key.
    # What CAM's names leave out, a region or an account, is meant whatever it is (598/10606).
    left_out = "*" if resource.startswith("qcs:") else ""
    return all(_overlap(form, one or left_out) for form, one in zip(wanted_fields, given_fields, strict=True))


def _fields(resource: str) -> list[str]:
    # acs:service:region:account:relative and qcs:project:service:region:account:relative.
    return resource.split(":", 4 if resource.startswith("acs:") else 5)


@lru_cache(maxsize=4096)
def _overlap(pattern: str, resource: str) -> bool:
    """Whether some text is of both forms."""
    if resource in ("*", pattern):
        return True
    wanted, given = _TOKEN.findall(pattern), _TOKEN.findall(_STARS.sub("*", resource))
    # The places in `given` that can be reached by a text which the read part of `wanted` can be.
    reached = _past_stars(given, {0})
    for form in wanted:
        if form in ("*", "**"):
            reached = _run(given, reached, deep=form == "**")
        else:
            reached = _past_stars(given, _step(given, reached, form))
        if not reached:
            return False
    return len(given) in reached


def _step(given: list[str], reached: set[int], character: str) -> set[int]:
    """Where one character leads."""
    found: set[int] = set()
    for place in reached:
        if place < len(given):
            form = given[place]
            if form == "*":
                found.add(place)
            elif form in ("?", character):
                found.add(place + 1)
    return found


def _run(given: list[str], reached: set[int], *, deep: bool) -> set[int]:
    """Where any number of characters leads, those of a name or (``deep``) all."""
    found = set(reached)
    waiting = list(reached)
    while waiting:
        place = waiting.pop()
        if place < len(given) and (deep or given[place] not in _SEPARATORS):
            # A star stays where it is as well, which adds nothing.
            for after in _past_stars(given, {place + 1}):
                if after not in found:
                    found.add(after)
                    waiting.append(after)
    return found


def _past_stars(given: list[str], places: set[int]) -> set[int]:
    """The places, and those behind stars that stand there: a star may be nothing."""
    found = set(places)
    for place in places:
        while place < len(given) and given[place] == "*":
            place += 1
            found.add(place)
    return found
