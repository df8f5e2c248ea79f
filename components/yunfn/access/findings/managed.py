"""Rule on the clouds' own policies: those that give full access, and what would be enough."""

from __future__ import annotations

import re

from yunfn.access import tables
from yunfn.access.findings import rule
from yunfn.access.findings.hit import Hit
from yunfn.access.grammar import RAM, Grammar, PolicyDocument

_FULL = re.compile(r"(?:Aliyun|Qcloud|QCloud)\w+FullAccess|AdministratorAccess|PowerUserAccess")


def full_access(grammar: Grammar, name: str) -> Hit | None:
    """YF-…-006: the system policy ``name`` allows everything of a service, or of the account."""
    known = tables.managed(grammar).get(name)
    if not (known.full if known else _FULL.fullmatch(name)):
        return None
    remedy = "Look whether the name is right; if so, attach a policy of your own with what is used instead."
    if known:
        remedy = f"Attach a policy of your own instead; usually enough: {known.narrower}."
    everything = name in ("AdministratorAccess", "PowerUserAccess")
    what = "every service" if everything else "a service"
    by_name = "" if known else ", going by its name, which is not known here,"
    return Hit(
        rule.MANAGED_FULL_ACCESS,
        f"the policy {name} of {'Alibaba' if grammar is RAM else 'Tencent'} Cloud{by_name} gives full access to {what}",
        severity="error" if everything else None,
        remedy=remedy,
    )


def document_of(grammar: Grammar, name: str) -> PolicyDocument | None:
    """What a system policy says, as a document; None for one that is not known."""
    known = tables.managed(grammar).get(name)
    return None if known is None else PolicyDocument(grammar, known.statements, source=name)
