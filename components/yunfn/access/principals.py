"""Whom statements name, in trust policies and in CAM's policies of resources: one principal held against another.

RAM documentation, "Principal"; CAM documentation, "Element reference" (598/10603).
"""

from __future__ import annotations

import re
from typing import Final

from yunfn.access.statement import Statement

#: A kind in the grammar's spelling (``RAM``, ``Service``, ``qcs``) and a name of it.
Principal = tuple[str, str]

_ANYBODY: Final = frozenset(("*", "qcs::cam::anyone:anyone"))
# What belongs to an account: everything it has is named by its root.
_OF_ACCOUNT: Final = re.compile(r"(?P<account>acs:ram::\d+:|qcs::cam::uin/\d+:)(?P<rest>.+)")


def named(statement: Statement) -> tuple[Principal | None, ...]:
    """Each principal of ``statement``; None alone where it names nobody, and is about whoever holds the policy."""
    return tuple((kind, name) for kind, names in statement.principals for name in names) or (None,)


def covers(statement: Statement, one: Principal | None) -> bool:
    """Whether ``statement`` surely speaks of ``one``: by name, as anybody of its kind, or by its account's root."""
    return any(each == one or (each is not None and one is not None and _wider(each, one)) for each in named(statement))


def may_name(statement: Statement, one: Principal | None) -> bool:
    """Whether ``statement`` may speak of ``one``; False only where both are names, or accounts, that differ."""
    return any(each is None or one is None or _may_be(each, one) for each in named(statement))


def _wider(wide: Principal, one: Principal) -> bool:
    if wide[0] != one[0]:
        return False
    if wide[1] in _ANYBODY:
        return True
    account, of = _OF_ACCOUNT.fullmatch(wide[1]), _OF_ACCOUNT.fullmatch(one[1])
    return account is not None and of is not None and account["rest"] == "root" and account["account"] == of["account"]


def _may_be(a: Principal, b: Principal) -> bool:
    ours, theirs = _OF_ACCOUNT.fullmatch(a[1]), _OF_ACCOUNT.fullmatch(b[1])
    if ours and theirs and ours["account"] != theirs["account"]:
        return False
    return a == b or not (_is_one(a[1]) and _is_one(b[1]))


def _is_one(name: str) -> bool:
    return "*" not in name and not name.endswith((":root", "anyone", "anonymous"))
