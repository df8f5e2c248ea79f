"""Rule on trust: who may take a role, or, in a policy of a resource, who may use it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yunfn.access.findings import rule
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.subject import Subject
from yunfn.access.statement import Statement

# Everybody: any account, which anybody can have, any service (RAM "Principal"; CAM "Principal": anyone, anonymous).
_ANYBODY = re.compile(
    r"\*+|acs:ram:[^:]*:[^:]*[*?][^:]*:.*|acs:(?:ram|\*):\*:\*:.*|qcs::cam::(?:anyone|anonymous):(?:anyone|anonymous)"
    r"|qcs::cam::uin/\*:.*|qcs::cam::\*|\*\.(?:[a-z]+\.)?com",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"acs:ram:[^:]*:(?P<ram>\d+):(?:root|(?:user/|role/)?\*)"
    r"|qcs::cam::uin/(?P<cam>\d+):(?:root|\*|uin/\*|role(?:Name)?/\*)",
    re.IGNORECASE,
)
# Accounts of the cloud's own services, which take roles by their root as others do by a service's name: Tablestore's
# for its triggers (FCD "Tablestore triggers").
_SERVICES = frozenset(("1604337383174619",))
_OIDC = re.compile(r"(?:acs:ram:[^:]*|qcs::cam:):[^:]*:oidc-provider/(?P<name>.+)", re.IGNORECASE)
_OIDC_KEYS = frozenset(("oidc:sub", "oidc:aud"))


def open_to_many(subject: Subject) -> Iterator[Hit]:
    """YF-…-009: anybody, a whole account without a condition, or every holder of an identity provider's token."""
    for index, statement in enumerate(subject.statements):
        if not statement.principals or not statement.allows:
            continue
        for kind, names in statement.principals:
            for item, name in enumerate(names):
                hit = _hit(statement, name, ("Statement", index, "Principal", kind, item))
                if hit:
                    yield hit


def _hit(statement: Statement, name: str, where: tuple[str | int, ...]) -> Hit | None:
    does = "take the role" if any("assumerole" in action.lower() for action in statement.actions) else "use this"
    if _ANYBODY.fullmatch(name):
        if statement.conditions:
            message = f"anybody whom the condition does not stop may {does}: the principal is {name}"
            return Hit(rule.OPEN_TRUST, message, where, "warning")
        return Hit(rule.OPEN_TRUST, f"anybody may {does}: the principal is {name}", where)
    if account := _ACCOUNT.fullmatch(name):
        number = account["ram"] or account["cam"]
        if statement.conditions or (account["ram"] in _SERVICES and name.lower().endswith(":root")):
            return None
        message = f"every identity of account {number} that its own policies let may {does}"
        remedy = "If that is not your own account, ask for sts:ExternalId in a condition; else name the role or user."
        return Hit(rule.OPEN_TRUST, message, where, "info", remedy)
    if oidc := _OIDC.fullmatch(name):
        if any(condition.key.lower() in _OIDC_KEYS for condition in statement.conditions):
            return None
        message = f"every token of the identity provider {oidc['name']} is enough, whoever it was issued to"
        remedy = "Ask for oidc:aud and oidc:sub in a condition."
        return Hit(rule.OPEN_TRUST, message, where, "warning", remedy)
    return None
