"""A request for temporary credentials, all of whose rules hold before any cloud is asked."""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.access.grammar import CAM, GRAMMARS, Grammar
from yunfn.access.sts.rules import ASSUME_ROLE, FEDERATION, CallRules
from yunfn.access.sts.session_policy import SessionPolicy
from yunfn.exceptions import ValidationError

_OWNER = "sts.assume"


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """Temporary credentials of ``role`` (its ARN) cut to ``policy``, for ``duration`` seconds (0: the API's default).

    Without a role it is a federation token of Tencent Cloud. ``external_id`` is what the role's trust policy may ask
    for.

    Raises:
        ValidationError: a part of it breaks a rule of the cloud's STS; the error names the property.
    """

    policy: SessionPolicy
    role: str = ""
    session: str = "yunfn"
    duration: int = 0
    external_id: str = ""

    def __post_init__(self) -> None:
        rules = self.rules
        if self.role and self.grammar_of_role() is not self.grammar:
            rule = f"the role is {self.grammar_of_role().cloud}'s, the session policy {self.grammar.cloud}'s"
            raise ValidationError(_OWNER, "role", self.role, rule)
        if not rules.session.fullmatch(self.session):
            raise ValidationError(_OWNER, rules.session_property, self.session, rules.session_rule)
        self.check_duration(rules.longest, f"{rules.api} takes")

    @property
    def grammar(self) -> Grammar:
        """RAM's or CAM's."""
        return self.policy.grammar

    @property
    def rules(self) -> CallRules:
        """The rules of the call that this is; raises ValidationError where the cloud has no such call."""
        if self.role:
            return ASSUME_ROLE[self.grammar.name]
        if self.grammar is not CAM:
            raise ValidationError(_OWNER, "role", self.role, "only Tencent Cloud has credentials without a role")
        return FEDERATION

    @property
    def seconds(self) -> int:
        """How long the credentials are to live."""
        return self.duration or self.rules.default

    @property
    def account(self) -> str:
        """The account (uin on Tencent Cloud) that the role belongs to; "" without a role."""
        found = self.rules.role.fullmatch(self.role) if self.rules.role else None
        return found["account"] if found else ""

    def grammar_of_role(self) -> Grammar:
        """Whose the role is; raises ValidationError for what is no role's ARN."""
        return grammar_of_role(self.role)

    def check_duration(self, longest: int, whose: str) -> None:
        """Raise ValidationError unless the credentials live as long as allowed: ``longest`` seconds at most.

        ``whose`` begins the rule: "the role … allows". The API's default is checked only against its own bounds.
        """
        shortest = self.rules.shortest
        if not shortest <= self.seconds <= longest:
            rule = f"{whose} {shortest} to {longest} seconds"
            value = self.duration or f"{self.seconds} (by default)"
            raise ValidationError(_OWNER, "duration", value, rule)


def grammar_of_role(role: str) -> Grammar:
    """The grammar of the cloud whose role this ARN names; raises ValidationError for what is no role's ARN."""
    for name, rules in ASSUME_ROLE.items():
        if rules.role is not None and rules.role.fullmatch(role):
            return GRAMMARS[name]
    near = next((rules for name, rules in ASSUME_ROLE.items() if role.startswith(_beginning(name))), None)
    rule = near.role_rule if near else "; ".join(each.role_rule for each in ASSUME_ROLE.values())
    raise ValidationError(_OWNER, "role", role, rule)


def _beginning(grammar: str) -> str:
    return "acs:" if grammar == "ram" else "qcs:"
