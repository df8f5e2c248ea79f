"""Rules on conditions: those that always hold, and keys that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from yunfn.access import tables
from yunfn.access.findings import rule
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.subject import Subject
from yunfn.access.grammar import RAM, Grammar
from yunfn.access.statement import Condition, Statement

# Who asks, when, and from where: what is touched stays the same (RAM documentation, "Condition", common keys; CAM
# documentation, "Conditions").
_CIRCUMSTANCES = frozenset(
    key.lower()
    for key in (
        "acs:CurrentTime", "acs:MFAPresent", "acs:PrincipalARN", "acs:PrincipalRDId", "acs:PrincipalRDPath",
        "acs:SecureTransport", "acs:SourceIp", "acs:SourceVpc", "acs:SourceVpcId", "acs:UserAgent", "acs:VpcSourceIp",
        "qcs:current_time", "qcs:ip", "qcs:mfa", "qcs:source_vpc", "qcs:uin", "vpc:requester_vpc",
    )
)  # fmt: skip
_ADDRESS_OPERATORS = frozenset(("ipaddress", "ip_equal"))
_EVERYWHERE = frozenset(("0.0.0.0/0", "::/0"))
# Keys of the cloud itself, which every service knows; there are more than have been seen in a document.
_GENERAL = {"ram": "acs", "cam": "qcs"}
_KNOWN = {
    "ram": (
        "acs:CurrentTime", "acs:MFAPresent", "acs:PrincipalARN", "acs:PrincipalRDId", "acs:PrincipalRDPath",
        "acs:RequestTag", "acs:ResourceGroupId", "acs:ResourceTag", "acs:SecureTransport", "acs:Service",
        "acs:SourceIp", "acs:SourceVpc", "acs:SourceVpcId", "acs:UserAgent", "acs:VpcSourceIp",
    ),
    "cam": (
        "qcs:current_time", "qcs:ip", "qcs:mfa", "qcs:request_tag", "qcs:resource_tag", "qcs:source_vpc", "qcs:uin",
    ),
}  # fmt: skip
# One letter of a short key amiss, none of two keys that there are: acs:SourceVpc and acs:SourceIp are less alike.
_ALIKE = 0.9


def narrows(condition: Condition) -> bool:
    """Whether a condition limits what is touched, rather than who may, when and from where."""
    return condition.key.lower() not in _CIRCUMSTANCES


def always_true(subject: Subject) -> Iterator[Hit]:
    """YF-…-017: every address there is lies in the block that is asked for."""
    for index, statement in enumerate(subject.statements):
        for condition in statement.conditions:
            operator = condition.operator.lower().rpartition(":")[2].removesuffix("_if_exist").removesuffix("ifexists")
            wide = _EVERYWHERE.intersection(condition.values)
            if operator in _ADDRESS_OPERATORS and wide:
                message = f"every address lies in {min(wide)}: the condition on {condition.key} limits nothing"
                yield Hit(rule.CONDITION_ALWAYS_TRUE, message, _where(index, condition))


def unknown_keys(subject: Subject) -> Iterator[Hit]:
    """YF-…-018: the key is of no service of the statement, or its service, whose keys are known, has none such."""
    for index, statement in enumerate(subject.statements):
        for condition in statement.conditions:
            reason = _unknown(subject.grammar, statement, condition)
            if reason:
                yield Hit(rule.UNKNOWN_CONDITION_KEY, reason, _where(index, condition))


def _unknown(grammar: Grammar, statement: Statement, condition: Condition) -> str:
    """Why the key says nothing here, or ""."""
    service, colon, _ = condition.key.partition(":")
    if not colon:
        return ""
    if service.lower() == _GENERAL[grammar.name]:
        return _misspelt(grammar, condition.key)
    table = tables.table(grammar, service)
    if table is None:
        return ""
    # oss:ExistingObjectTag/<key> and the like stand in the tables with what varies behind the slash.
    own = {each.lower().partition("/")[0] for each in table.conditions}
    is_own = condition.key.lower().partition("/")[0] in own
    if is_own and not statement.not_actions and not any(_is_of(action, service) for action in statement.actions):
        return f"{condition.key} is a key of {table.title}, and no action of the statement is: the test never holds"
    if is_own or not table.complete or not table.conditions:
        return ""
    return f"{table.title} has no condition key {condition.key}"


def _misspelt(grammar: Grammar, key: str) -> str:
    """Why a key of the cloud itself is probably none: it is nearly one that is known."""
    stem = key.partition("/")[0]
    known = {(each.lower() if grammar is RAM else each): each for each in _KNOWN[grammar.name]}
    if (stem.lower() if grammar is RAM else stem) in known:
        return ""
    near = difflib.get_close_matches(stem.lower(), [each.lower() for each in known], n=1, cutoff=_ALIKE)
    meant = next((each for each in _KNOWN[grammar.name] if near and each.lower() == near[0]), "")
    return f"{key} is no key that is known of the cloud; {meant} is nearly the same" if meant else ""


def _is_of(action: str, service: str) -> bool:
    given = action.removeprefix("name/").partition(":")[0].lower()
    return given == service.lower() or "*" in given or "?" in given


def _where(index: int, condition: Condition) -> tuple[str | int, ...]:
    return ("Statement", index, "Condition", condition.operator, condition.key)
