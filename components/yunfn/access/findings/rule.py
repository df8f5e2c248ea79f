"""The rules of the linter: their numbers, which stay for ever, and how grave each is."""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.access.findings.finding import Severity
from yunfn.access.grammar import CAM, RAM, Grammar


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the linter, the same in every grammar it speaks of.

    ``severity`` is the gravest that its findings have; one may be less grave where the case is. ``summary`` says what
    is wrong, ``remedy`` how it is mended in general. ``about`` is what it looks at: a ``document``, what is attached
    to a ``role``, or an ``environment``.
    """

    number: int
    name: str
    severity: Severity
    summary: str
    remedy: str
    about: str = "document"
    grammars: tuple[Grammar, ...] = (RAM, CAM)

    def id(self, grammar: Grammar) -> str:
        """Its id in a grammar, such as ``YF-RAM-001``."""
        return f"{grammar.finding}-{self.number:03}"


MALFORMED = Rule(
    0,
    "malformed",
    "error",
    "The text is no policy document of the cloud, which would refuse it.",
    "Mend what the message names.",
)
UNKNOWN_ACTION = Rule(
    1,
    "unknown-action",
    "error",
    "The service has no such action: nothing is allowed, or nothing denied, by it.",
    "Write the name as the service's documentation has it; the nearest one is in the message.",
)
MISMATCH = Rule(
    2,
    "action-resource-mismatch",
    "error",
    "An action and the resources of its statement cannot meet: no request is ever about both.",
    "Name the kind of resource the action takes, or move the action to a statement of its own.",
)
WILDCARD_RESOURCE = Rule(
    3,
    "wildcard-resource",
    "warning",
    "Resource is '*', and the action takes a narrower one.",
    "Name the resources that are used; keep '*' for actions that take nothing narrower, in a statement of their own.",
)
EFFECTIVE_WILDCARD = Rule(
    4,
    "effective-wildcard",
    "warning",
    "A resource looks narrower than '*', but every resource that the action takes fits it.",
    "Name the bucket, instance, project or function that is used.",
)
ADMINISTRATOR = Rule(
    5,
    "administrator",
    "error",
    "All actions of all services are allowed on all resources.",
    "List the actions that are used, and the resources they are used on.",
)
MANAGED_FULL_ACCESS = Rule(
    6,
    "managed-full-access",
    "warning",
    "A policy of the cloud is attached that gives full access to a service, or to all.",
    "Attach a policy of your own with what is used; the message names the narrower grant.",
    about="role",
)
SERVICE_WILDCARD = Rule(
    7,
    "service-wildcard",
    "warning",
    "All actions of a service are allowed, those that change rights and delete data included.",
    "List the actions that are used.",
)
ESCALATION = Rule(
    8,
    "escalation",
    "error",
    "The rights together let their holder take rights that nobody gave it.",
    "Name exact roles, users or policies as resources, or take one of the rights away.",
)
OPEN_TRUST = Rule(
    9,
    "open-trust",
    "error",
    "Anybody may take the role, or more than are meant to.",
    "Name the service, role or user as principal, and ask other accounts for an ExternalId.",
)
ALLOW_NOT_ACTION = Rule(
    10,
    "allow-not-action",
    "warning",
    "Allow with NotAction: every action not listed is allowed, those of services to come included.",
    "List the actions to allow under Action, or deny the listed ones in a statement with Deny.",
    grammars=(RAM,),
)
ALLOW_NOT_RESOURCE = Rule(
    11,
    "allow-not-resource",
    "warning",
    "Allow with NotResource: every resource not listed is allowed, those to come included.",
    "List the resources to allow under Resource, or deny the listed ones in a statement with Deny.",
    grammars=(RAM,),
)
SECRET_IN_DOCUMENT = Rule(
    12,
    "secret-in-document",
    "error",
    "A document holds what looks like a key or a password; whoever may read policies reads it.",
    "Revoke the secret, then take it out of the document.",
)
SECRET_IN_ENVIRONMENT = Rule(
    13,
    "secret-in-environment",
    "error",
    "A variable of a function's environment holds what looks like a key or a password, in plain text.",
    "Revoke the secret; give the function a role, or pass the new one through secrets=.",
    about="environment",
)
NEVER_EFFECTIVE = Rule(
    14,
    "never-effective",
    "info",
    "An Allow never has effect: a Deny of the same rights takes all of it away.",
    "Remove one of the two.",
)
REDUNDANT = Rule(
    15,
    "redundant",
    "info",
    "A statement, or an action in a list, says what another says already.",
    "Remove it; if the narrower one is what is meant, remove the wider.",
)
DENY_ALL = Rule(
    16,
    "deny-all",
    "warning",
    "A Deny of all actions on all resources leaves nothing of what the other statements allow.",
    "Remove the Deny, or name what it is to deny.",
)
CONDITION_ALWAYS_TRUE = Rule(
    17,
    "condition-always-true",
    "info",
    "A condition holds for every request, and limits nothing.",
    "Remove the condition, or name the addresses that are meant.",
)
UNKNOWN_CONDITION_KEY = Rule(
    18,
    "unknown-condition-key",
    "info",
    "No service of the statement knows the condition key.",
    "Write the key as the service's documentation has it.",
)
IMPOSSIBLE_VALUE = Rule(
    19,
    "impossible-value",
    "error",
    "A condition's value is no address, date, number or boolean, which its operator compares with.",
    "Write the value in the form that the operator compares, such as 192.0.2.0/24, 2026-01-31T00:00:00Z, 10 or true.",
)

_ALL = (
    MALFORMED, UNKNOWN_ACTION, MISMATCH, WILDCARD_RESOURCE, EFFECTIVE_WILDCARD, ADMINISTRATOR, MANAGED_FULL_ACCESS,
    SERVICE_WILDCARD, ESCALATION, OPEN_TRUST, ALLOW_NOT_ACTION, ALLOW_NOT_RESOURCE, SECRET_IN_DOCUMENT,
    SECRET_IN_ENVIRONMENT, NEVER_EFFECTIVE, REDUNDANT, DENY_ALL, CONDITION_ALWAYS_TRUE, UNKNOWN_CONDITION_KEY,
    IMPOSSIBLE_VALUE,
)  # fmt: skip
#: Every rule by its ids; one of both grammars stands there twice.
RULES: dict[str, Rule] = {rule.id(grammar): rule for grammar in (RAM, CAM) for rule in _ALL if grammar in rule.grammars}
