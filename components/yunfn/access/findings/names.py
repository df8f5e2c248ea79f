"""Names of resources and their parts (RAM documentation, "Resource"; CAM documentation, "Resource description")."""

from __future__ import annotations

import re
from functools import lru_cache

# Nothing but stars and colons behind the cloud's word.
_EVERYTHING = re.compile(r"(?:[aq]cs:)?[*?:]*\*[*?:]*")
#: A policy variable, such as ``${uin}``.
VARIABLE = re.compile(r"\$\{[^}]*\}")


def is_everything(resource: str) -> bool:
    """Whether every resource of every service fits: ``*``, and ways to write the same at more length."""
    if resource == "*":
        return True
    return _EVERYTHING.fullmatch(resource) is not None and resource.count("?") < 2


@lru_cache(maxsize=8192)
def parts(resource: str) -> tuple[str, str] | None:
    """Answer (service, the name in it) of a full resource name; None for ``*`` and for names that are cut short.

    ``acs:<service>:<region>:<account>:<name>`` and ``qcs:<project>:<service>:<region>:<account>:<name>``.
    """
    lead = 1 if resource.startswith("acs:") else 2 if resource.startswith("qcs:") else 0
    fields = resource.split(":", lead + 3)
    if not lead or len(fields) < lead + 4:
        return None
    return fields[lead], fields[-1]


def may_cover(wide: str, narrow: str, *, ignore_case: bool = False) -> bool:
    """Whether the fixed beginning and end of ``wide`` leave it open that it covers ``narrow``: most pairs fail here."""
    if ignore_case:
        wide, narrow = wide.lower(), narrow.lower()
    if "?" in wide:
        return True
    first, star, _ = wide.partition("*")
    return narrow.startswith(first) and narrow.endswith(wide.rpartition("*")[2]) if star else wide == narrow


def shape(resource: str, words: frozenset[str]) -> str:
    """The resource with ``n`` for each part between separators that is no pattern and none of ``words``.

    A variable (``${acs:…}``, ``${uin}``) is ``*``, any name.
    """
    if "${" in resource:
        resource = VARIABLE.sub("*", resource)
    # Every colon stands between slashes for the moment, so that one split is enough.
    found = resource.replace(":", "/:/").split("/")
    return "/".join([each if each in words or "*" in each or "?" in each else "n" for each in found]).replace(
        "/:/", ":"
    )
