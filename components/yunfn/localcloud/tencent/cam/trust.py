"""Whether a role's trust policy lets somebody take the role."""

from __future__ import annotations

from yunfn.localcloud.globs import matches
from yunfn.localcloud.tencent.cam.conditions import Context
from yunfn.localcloud.tencent.cam.documents import read_trust

ACTION = "sts:AssumeRole"
_EVERYBODY = ("*", "qcs::cam::anyone:anyone")


def trusts(document: str, kind: str, names: tuple[str, ...], context: Context) -> bool:
    """Whether ``document`` lets a principal of ``kind`` (qcs or service) with one of ``names`` take the role.

    An explicit deny wins, as everywhere.
    """
    allowed = False
    for statement in read_trust(document):
        trusted = statement.principals.get(kind, ())
        named = any(glob in _EVERYBODY or matches(glob, name) for glob in trusted for name in names)
        if named and statement.covers(ACTION, "*", context):
            if not statement.allow:
                return False
            allowed = True
    return allowed
