"""Names of actions that are nearly known ones, of services whose table has gaps: misspelt, most probably."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from yunfn.access import tables
from yunfn.access.findings.finding import Severity
from yunfn.access.grammar import GRAMMARS

# The names of the tables and of the clouds' SDKs that differ by one letter do so by the plural (CreateTag, CreateTags),
# by the first letter (GetKeyPolicy, SetKeyPolicy) or have a digit (CreateIpv4Gateway, CreateIpv6Gateway).
_DIGIT = re.compile(r"\d")
# COS's API has no plurals of what it gets and puts; its "API authorization policy use cases" say that case counts.
_SURE = "cos"
_ONE_OBJECT = ("Get", "Head", "Post", "Put")
# With fewer letters one is much.
_LEAST = 6


@lru_cache(maxsize=1024)
def misspelt(grammar: str, action: str) -> tuple[str, Severity] | None:
    """The known action that ``action``, which no table has, is most probably meant to be, and how grave that is.

    None where an action of that name may well exist.
    """
    table = tables.table(GRAMMARS[grammar], action.partition(":")[0])
    return None if table is None else nearest(table.service, tuple(table.actions), action, case=not table.ignore_case)


def nearest(service: str, known: Sequence[str], action: str, *, case: bool) -> tuple[str, Severity] | None:
    """The one of ``known`` that ``action`` is meant to be; ``case`` says whether names differ by case alone."""
    operations = [name.partition(":")[2] for name in known]
    written = action.partition(":")[2]
    given = written.lower()
    # CLS has createLogset beside CreateLogset: where names begin so, what is one of them may be the other as well.
    old = case and any(name[0].islower() for name in operations)
    for name in operations:
        if name.lower() == given:
            return None if old else (f"{service}:{name}", "warning" if service == _SURE else "info")
    if old and written[:1].islower():
        return None
    for name in operations:
        if min(len(name), len(given)) >= _LEAST and _is_slip(
            given, name.lower(), plurals=_has_no_plural(service, name)
        ):
            return f"{service}:{name}", "warning"
    return None


def _has_no_plural(service: str, name: str) -> bool:
    return service == _SURE and name.startswith(_ONE_OBJECT)


def _is_slip(given: str, known: str, *, plurals: bool) -> bool:
    """Whether one letter too many, too few, another, or two turned round is all the difference; never with digits."""
    if given[0] != known[0] or abs(len(given) - len(known)) > 1 or _DIGIT.search(given + known):
        return False
    at = next((index for index, (one, two) in enumerate(zip(given, known, strict=False)) if one != two), None)
    if at is None:
        # One begins with all of the other.
        return plurals or not max(given, known, key=len).endswith("s")
    if len(given) == len(known):
        turned = given[at : at + 2] == known[at : at + 2][::-1] and given[at + 2 :] == known[at + 2 :]
        return turned or given[at + 1 :] == known[at + 1 :]
    longer, shorter = (given, known) if len(given) > len(known) else (known, given)
    return longer[at + 1 :] == shorter[at:]
