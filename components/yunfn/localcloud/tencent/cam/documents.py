"""Policy documents: CAM's grammar ("Syntax logic", 598/10603), read once into statements that can be matched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yunfn.localcloud.globs import matches
from yunfn.localcloud.tencent.cam import conditions
from yunfn.localcloud.tencent.cam.conditions import Condition, Context
from yunfn.localcloud.tencent.cam.exceptions import InvalidParameter, MalformedPolicyDocument
from yunfn.localcloud.tencent.cam.resources import ResourceGlob, read_resource

POLICY_LENGTH = 6144
"""How long a policy or trust policy may be, in characters without white space (CAM "Use Limits")."""

_ELEMENTS = {"effect", "action", "resource", "condition", "principal", "sid"}
_ACTION = re.compile(r"\*|permid/[0-9]+|(?:name/)?(?:\*|(?:\*|[a-z0-9_-]+):[A-Za-z0-9*?_/-]+)")
_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:qcloud|tencent|tencentcs|myqcloud)\.com|\*")
_PRINCIPAL = re.compile(
    r"\*|qcs::cam::(?:anyone:anyone|anonymous:anonymous|uin/\d+:(?:root|\*|uin/[\d*]+|role(?:Name)?/.+|groupid/\d+))"
    r"|qcs::cam::uin/\d+:saml-provider/.+|qcs::cam::uin/\d+:oidc-provider/.+"
)
_PRINCIPALS = {"qcs", "service", "federated"}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; ``actions`` are globs without the prefix ``name/``, which says nothing."""

    allow: bool
    actions: tuple[str, ...]
    resources: tuple[ResourceGlob, ...]
    principals: Mapping[str, tuple[str, ...]]
    conditions: tuple[Condition, ...]

    def covers(self, action: str, resource: str, context: Context) -> bool:
        """Whether the statement speaks of ``action`` (``scf:GetFunction``) on a full QCS name, in this context."""
        return (
            any(matches(glob, action) for glob in self.actions)
            and any(glob.covers(resource, context) for glob in self.resources)
            and all(condition.holds(context) for condition in self.conditions)
        )


def read_policy(text: str) -> tuple[Statement, ...]:
    """The statements of a permission policy; raises InvalidParameter."""
    return _read(text, trust=False)


def read_trust(text: str) -> tuple[Statement, ...]:
    """The statements of a role's trust policy; raises InvalidParameter."""
    return _read(text, trust=True)


def plain_action(action: str) -> str:
    """An action without ``name/``: ``name/cos:GetObject`` and ``cos:GetObject`` are the same."""
    return action.removeprefix("name/")


def _read(text: str, *, trust: bool) -> tuple[Statement, ...]:
    if len("".join(text.split())) > POLICY_LENGTH:
        raise InvalidParameter("PolicyDocumentLengthOverLimit", f"The document is longer than {POLICY_LENGTH}.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicyDocument(f"The document is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise MalformedPolicyDocument("The document is not an object.")
    if unknown := set(document) - {"version", "statement"}:
        raise MalformedPolicyDocument(f"The document has an unknown element {min(unknown)}.")
    if document.get("version") != "2.0":
        raise MalformedPolicyDocument('version must be "2.0".', "VersionError")
    statements = document.get("statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicyDocument("statement must be a list with at least one statement.", "StatementError")
    return tuple(_statement(f"statement[{at}]", item, trust=trust) for at, item in enumerate(statements))


def _statement(where: str, item: Any, *, trust: bool) -> Statement:
    if not isinstance(item, dict):
        raise MalformedPolicyDocument(f"{where} is not an object.", "StatementError")
    if unknown := set(item) - _ELEMENTS:
        raise MalformedPolicyDocument(f"{where} has an unknown element {min(unknown)}.", "StatementError")
    if item.get("effect") not in ("allow", "deny"):
        raise MalformedPolicyDocument(f"{where}.effect must be allow or deny.", "EffectError")
    if not isinstance(item.get("sid", ""), str):
        raise MalformedPolicyDocument(f"{where}.sid must be a string.", "StatementError")
    if trust and "resource" in item:
        raise MalformedPolicyDocument(f"{where}: a trust policy has no resource.", "ResourceError")
    if not trust and "principal" in item:
        raise MalformedPolicyDocument(f"{where}: principal belongs in a role's trust policy.", "PrincipalError")
    resources = ("*",) if trust else _texts(f"{where}.resource", item.get("resource"), "ResourceError")
    return Statement(
        allow=item["effect"] == "allow",
        actions=_actions(where, item),
        resources=tuple(read_resource(f"{where}.resource", each) for each in resources),
        principals=_principals(where, item.get("principal")) if trust else {},
        conditions=_conditions(where, item.get("condition", {})),
    )


def _actions(where: str, item: Mapping[str, Any]) -> tuple[str, ...]:
    if "action" not in item:
        raise MalformedPolicyDocument(f"{where} has no action.", "ActionMiss")
    actions = _texts(f"{where}.action", item["action"], "ActionError")
    for action in actions:
        if not _ACTION.fullmatch(action):
            raise MalformedPolicyDocument(f"{where}.action: {action!r} is not <service>:<operation>.", "ActionError")
    return tuple(plain_action(action) for action in actions)


def _principals(where: str, value: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not value or set(value) - _PRINCIPALS:
        raise MalformedPolicyDocument(
            f"{where}.principal must be an object of qcs, service or federated.", "PrincipalError"
        )
    found = {kind: _texts(f"{where}.principal.{kind}", names, "PrincipalError") for kind, names in value.items()}
    for name in found.get("service", ()):
        if not _SERVICE.fullmatch(name):
            raise MalformedPolicyDocument(
                f"{where}.principal.service: there is no service {name!r}.", "PrincipalServiceNotExist"
            )
    for name in (*found.get("qcs", ()), *found.get("federated", ())):
        if not _PRINCIPAL.fullmatch(name):
            raise MalformedPolicyDocument(f"{where}.principal: {name!r} names nobody.", "PrincipalQcsError")
    return found


def _conditions(where: str, value: Any) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise MalformedPolicyDocument(f"{where}.condition must be an object.", "ConditionError")
    found = []
    for operator, keys in value.items():
        if not isinstance(keys, dict):
            raise MalformedPolicyDocument(f"{where}.condition.{operator} must be an object.", "ConditionContentError")
        for key, wanted in keys.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            if not values or not all(isinstance(item, str | int | float) for item in values):
                raise MalformedPolicyDocument(
                    f"{where}.condition.{operator}.{key} must be a value or a list of values.", "ConditionContentError"
                )
            condition = conditions.read(operator, key, tuple(_plain(item) for item in values))
            if condition is None:
                raise MalformedPolicyDocument(f"{where}.condition: unknown operator {operator}.", "ConditionTypeError")
            found.append(condition)
    return tuple(found)


def _plain(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(where: str, value: Any, kind: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(item, str) and item for item in values):
        raise MalformedPolicyDocument(f"{where} must be a string or a list of strings.", kind)
    return tuple(values)
