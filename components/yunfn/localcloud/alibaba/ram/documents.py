"""Policy documents: RAM's grammar, read once into statements that can be matched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yunfn.localcloud.alibaba.ram.conditions import OPERATORS, ConditionBlock
from yunfn.localcloud.alibaba.ram.exceptions import MalformedPolicyDocument, PolicyDocumentTooLong
from yunfn.localcloud.globs import matches

POLICY_LENGTH = 6144
"""How long a custom policy may be, in characters (RAM "Limits")."""
TRUST_LENGTH = 2048
"""How long a role's trust policy may be, in characters (RAM "Limits")."""

_ELEMENTS = {"Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal", "Sid"}
_NAMED = re.compile(r"\*|acs:ram:[^:]*:[^:]*:.+", re.DOTALL)
_PRINCIPALS = {"RAM": _NAMED, "Service": re.compile(r"\*|[A-Za-z0-9@.*_-]+"), "Federated": _NAMED}
_ACTION = re.compile(r"\*|[A-Za-z0-9*?_-]+:[A-Za-z0-9*?_:./-]+")
_RESOURCE = re.compile(r"\*|acs:[^:]*:[^:]*:[^:]*:.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; actions and resources are globs, ``not_`` turns their meaning round."""

    allow: bool
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool
    principals: Mapping[str, tuple[str, ...]]
    conditions: ConditionBlock

    def covers(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Whether the statement speaks of this action on this resource under these condition keys."""
        return (
            any(matches(glob, action, ignore_case=True) for glob in self.actions) is not self.not_actions
            and any(_names(glob, resource) for glob in self.resources) is not self.not_resources
            and self.conditions.hold(context)
        )


def read_policy(text: str, limit: int = POLICY_LENGTH) -> tuple[Statement, ...]:
    """The statements of a permission policy.

    Raises MalformedPolicyDocument, or PolicyDocumentTooLong past ``limit`` characters.
    """
    return _read(text, limit, trust=False)


def read_trust(text: str) -> tuple[Statement, ...]:
    """The statements of a role's trust policy; raises MalformedPolicyDocument or PolicyDocumentTooLong."""
    return _read(text, TRUST_LENGTH, trust=True)


def _read(text: str, limit: int, *, trust: bool) -> tuple[Statement, ...]:
    if len(text) > limit:
        raise PolicyDocumentTooLong(limit)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedPolicyDocument(f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise MalformedPolicyDocument("not an object")
    if unknown := set(document) - {"Version", "Statement"}:
        raise MalformedPolicyDocument(f"unknown element {min(unknown)}")
    if document.get("Version") != "1":
        raise MalformedPolicyDocument('Version must be "1"')
    statements = document.get("Statement")
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicyDocument("Statement must be a list with at least one statement")
    return tuple(_statement(index, item, trust=trust) for index, item in enumerate(statements))


def _statement(index: int, item: Any, *, trust: bool) -> Statement:
    where = f"Statement[{index}]"
    if not isinstance(item, dict):
        raise MalformedPolicyDocument(f"{where} is not an object")
    if unknown := set(item) - _ELEMENTS:
        raise MalformedPolicyDocument(f"{where} has an unknown element {min(unknown)}")
    if item.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicyDocument(f"{where}.Effect must be Allow or Deny")
    if not isinstance(item.get("Sid", ""), str):
        raise MalformedPolicyDocument(f"{where}.Sid must be a string")
    actions, not_actions = _either(where, item, "Action", _ACTION)
    resources: tuple[str, ...] = ("*",)
    not_resources = False
    if trust:
        if "Resource" in item or "NotResource" in item:
            raise MalformedPolicyDocument(f"{where}: a trust policy has no Resource")
    else:
        if "Principal" in item:
            raise MalformedPolicyDocument(f"{where}: Principal belongs in a role's trust policy only")
        resources, not_resources = _either(where, item, "Resource", _RESOURCE)
    return Statement(
        allow=item["Effect"] == "Allow",
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=_principals(where, item.get("Principal")) if trust else {},
        conditions=_conditions(where, item.get("Condition", {})),
    )


def _either(where: str, item: Mapping[str, Any], name: str, form: re.Pattern[str]) -> tuple[tuple[str, ...], bool]:
    """The values of ``name`` or ``Not<name>``, of which a statement has exactly one, and whether it is the latter."""
    if (name in item) == (f"Not{name}" in item):
        raise MalformedPolicyDocument(f"{where} must have either {name} or Not{name}")
    key = name if name in item else f"Not{name}"
    values = _texts(f"{where}.{key}", item[key])
    for value in values:
        if not form.fullmatch(value):
            raise MalformedPolicyDocument(f"{where}.{key}: {value!r} is not well formed")
    return values, key != name


def _principals(where: str, value: Any) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not value:
        raise MalformedPolicyDocument(f"{where}.Principal must be an object of RAM, Service or Federated")
    if unknown := set(value) - set(_PRINCIPALS):
        raise MalformedPolicyDocument(f"{where}.Principal has an unknown kind {min(unknown)}")
    found = {kind: _texts(f"{where}.Principal.{kind}", names) for kind, names in value.items()}
    for kind, names in found.items():
        for name in names:
            if not _PRINCIPALS[kind].fullmatch(name):
                raise MalformedPolicyDocument(f"{where}.Principal.{kind}: {name!r} is not well formed")
    return found


def _conditions(where: str, value: Any) -> ConditionBlock:
    if not isinstance(value, dict):
        raise MalformedPolicyDocument(f"{where}.Condition must be an object")
    tests = []
    for operator, keys in value.items():
        if operator not in OPERATORS:
            raise MalformedPolicyDocument(f"{where}.Condition: unknown operator {operator}")
        if not isinstance(keys, dict):
            raise MalformedPolicyDocument(f"{where}.Condition.{operator} must be an object")
        for key, wanted in keys.items():
            values = wanted if isinstance(wanted, list) else [wanted]
            if not values or not all(isinstance(item, str | int | float) for item in values):
                raise MalformedPolicyDocument(f"{where}.Condition.{operator}.{key} must be a value or a list of values")
            tests.append((operator, key, tuple(_plain(item) for item in values)))
    return ConditionBlock(tuple(tests))


def _plain(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(where: str, value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(item, str) and item for item in values):
        raise MalformedPolicyDocument(f"{where} must be a string or a list of strings")
    return tuple(values)


def _names(glob: str, resource: str) -> bool:
    # RAM writes role names in lower case in its own resource names; elsewhere case counts.
    return matches(glob, resource, ignore_case=resource.startswith("acs:ram:"))
