"""Whether a role's trust policy lets somebody take the role."""

from __future__ import annotations

from collections.abc import Mapping

from yunfn.localcloud.alibaba.ram.documents import read_trust
from yunfn.localcloud.globs import matches

ACTION = "sts:AssumeRole"


def trusts(document: str, kind: str, names: tuple[str, ...], context: Mapping[str, str]) -> bool:
    """Whether ``document`` lets a principal of ``kind`` (RAM or Service) with one of ``names`` take the role.

    An explicit Deny wins, as everywhere.
    """
    allowed = False
    for statement in read_trust(document):
        trusted = statement.principals.get(kind, ())
        # RAM's names do not differ by case; "*" trusts everybody of the kind.
        named = any(matches(glob, name, ignore_case=True) for glob in trusted for name in names)
        if named and statement.covers(ACTION, "*", context):
            if not statement.allow:
                return False
            allowed = True
    return allowed
