"""How each grammar spells the elements of a policy, and the forms its names have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yunfn.access.grammar import CAM, RAM, Grammar


@dataclass(frozen=True, slots=True)
class Spelling:
    """The words of one grammar: elements, effects as {written: Allow or Deny}, and what actions, resources and the
    kinds of principals look like. An element the grammar lacks is "". ``one_statement`` may stand without a list;
    ``names_resources_of_principals`` if there are documents that name both, as CAM's for its API and for buckets.
    """

    version: str
    statement: str
    effect: str
    action: str
    not_action: str
    resource: str
    not_resource: str
    condition: str
    principal: str
    sid: str
    effects: Mapping[str, str]
    one_statement: bool
    names_resources_of_principals: bool
    action_form: re.Pattern[str]
    action_rule: str
    resource_form: re.Pattern[str]
    resource_rule: str
    principal_forms: Mapping[str, re.Pattern[str]]

    @property
    def elements(self) -> frozenset[str]:
        """What may stand in a statement."""
        return frozenset(
            {
                self.effect,
                self.action,
                self.not_action,
                self.resource,
                self.not_resource,
                self.condition,
                self.principal,
                self.sid,
            }
            - {""}
        )

    def effect_word(self, effect: str) -> str:
        """The grammar's word for ``Allow`` or ``Deny``."""
        return next(word for word, meaning in self.effects.items() if meaning == effect)


_RAM_PRINCIPAL = re.compile(r"\*|acs:ram:[^:]*:[^:]*:.+", re.DOTALL)

#: RAM documentation, "Policy structure and syntax" (93739): Statement is a list, always; a value may stand without one.
_RAM = Spelling(
    version="Version",
    statement="Statement",
    effect="Effect",
    action="Action",
    not_action="NotAction",
    resource="Resource",
    not_resource="NotResource",
    condition="Condition",
    principal="Principal",
    sid="Sid",
    effects={"Allow": "Allow", "Deny": "Deny"},
    one_statement=False,
    names_resources_of_principals=False,
    action_form=re.compile(r"\*|[A-Za-z0-9*?_-]+:[A-Za-z0-9*?_:./-]+"),
    action_rule="<service>:<operation> or *",
    resource_form=re.compile(r"\*|acs:[^:]*:[^:]*:[^:]*:.*", re.DOTALL),
    resource_rule="acs:<service>:<region>:<account>:<resource> or *",
    principal_forms={
        "RAM": _RAM_PRINCIPAL,
        "Service": re.compile(r"\*|[A-Za-z0-9@.*_-]+"),
        "Federated": _RAM_PRINCIPAL,
    },
)
_CAM_PRINCIPAL = re.compile(
    r"\*|qcs::cam::(?:anyone:anyone|anonymous:anonymous|uin/\d+:(?:root|\*|uin/[\d*]+|role(?:Name)?/.+|groupid/\d+))"
    r"|qcs::cam::uin/\d+:(?:saml|oidc)-provider/.+"
)
#: CAM documentation, "Element reference" (598/10603), "Syntax structure" (598/10604): lower case; one statement may
#: stand without its list.
_CAM = Spelling(
    version="version",
    statement="statement",
    effect="effect",
    action="action",
    not_action="",
    resource="resource",
    not_resource="",
    condition="condition",
    principal="principal",
    sid="sid",
    effects={"allow": "Allow", "deny": "Deny"},
    one_statement=True,
    names_resources_of_principals=True,
    action_form=re.compile(r"\*|permid/[0-9]+|(?:name/)?(?:\*|(?:\*|[a-z0-9_-]+):[A-Za-z0-9*?_/-]+)"),
    action_rule="<service>:<operation>, with name/ before it or not, permid/<number> or *",
    resource_form=re.compile(
        r"\*|qcs:[^:]*:[^:]*:[^:]*:(?:|\*|(?:uin|uid)/(?:[0-9]*|\*|\$\{\w+\})):.+",
        re.DOTALL,
    ),
    resource_rule="qcs:<project>:<service>:<region>:<account>:<resource>, the account as uin/ or uid/, or *",
    principal_forms={
        "qcs": _CAM_PRINCIPAL,
        "service": re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:qcloud|tencent|tencentcs|myqcloud)\.com|\*"),
        "federated": _CAM_PRINCIPAL,
    },
)
_SPELLINGS = {RAM.name: _RAM, CAM.name: _CAM}


def spelling(grammar: Grammar) -> Spelling:
    """The words of ``grammar``."""
    return _SPELLINGS[grammar.name]
