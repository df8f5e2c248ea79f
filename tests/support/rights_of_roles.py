"""The rights of every role in a cloud, read from it, and each taken away alone by RAM's or CAM's own API."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from support.cloud_calls import ram
from support.local_account import LocalAccount
from support.tencent_api import ask

Document = dict[str, Any]


@dataclass(frozen=True)
class Policy:
    """A policy of the account's own that is attached to a role; ``key`` names it in the cloud's API."""

    key: str
    name: str
    document: Document


@dataclass(frozen=True)
class Right:
    """One right of a role: an action on a resource, or (``policy`` None) a kind of principal and who may take it."""

    role: str
    policy: Policy | None
    statement: int
    does: str
    to: str

    def __str__(self) -> str:
        if self.policy is None:
            return f"role {self.role}: {self.does} {self.to} may take it"
        return f"role {self.role}: policy {self.policy.name}, statement {self.statement}: {self.does} on {self.to}"


class Roles(ABC):
    """All roles of an account; the words of its documents differ by cloud in their case only."""

    def __init__(self, account: LocalAccount) -> None:
        self._account = account

    def rights(self) -> list[Right]:
        """Every right of every role, as the cloud tells them now.

        Raises ValueError for what cannot be taken apart: a policy of the cloud's own, a right that is all but a list.
        """
        found: list[Right] = []
        for role, (trust, policies) in self.documents().items():
            found += [Right(role, None, at, *who) for at, each in enumerate(_statements(trust)) for who in _whom(each)]
            for policy in policies:
                for at, each in enumerate(_statements(policy.document)):
                    found += [Right(role, policy, at, *what) for what in _what(each)]
        return found

    def documents(self) -> dict[str, tuple[Document, list[Policy]]]:
        """Of every role, who may take it, and the policies that are attached to it."""
        return {role: (self._trust(role), self._attached(role)) for role in self._names()}

    @contextmanager
    def without(self, right: Right) -> Iterator[None]:
        """Within the block the role lacks this one right, and has all its others."""
        policy = right.policy
        if policy is None:
            kept = self._trust(right.role)
            self._set_trust(right.role, self._distrusting(kept, right))
            try:
                yield
            finally:
                self._set_trust(right.role, kept)
        elif left := _without(policy.document, right):
            with self._changed(policy, left):
                yield
        else:
            # A document without statements is none; the policy goes.
            self._detach(right.role, policy)
            try:
                yield
            finally:
                self._attach(right.role, policy)

    def _distrusting(self, document: Document, right: Right) -> Document:
        """A trust document that names somebody else in the principal's place: naming nobody is refused."""
        key = _key(document, "statement")
        changed = [dict(each) for each in document[key]]
        statement = changed[right.statement]
        principal = _key(statement, "principal")
        others = {kind: list(_texts(names)) for kind, names in statement[principal].items()}
        others[right.does].remove(right.to)
        kept = {kind: names for kind, names in others.items() if names}
        statement[principal] = kept or self._owner()
        return {**document, key: changed}

    @abstractmethod
    def _names(self) -> list[str]: ...

    @abstractmethod
    def _trust(self, role: str) -> Document: ...

    @abstractmethod
    def _set_trust(self, role: str, document: Document) -> None: ...

    @abstractmethod
    def _owner(self) -> dict[str, list[str]]:
        """The account itself, as a trust document names it."""

    @abstractmethod
    def _attached(self, role: str) -> list[Policy]: ...

    @abstractmethod
    def _attach(self, role: str, policy: Policy) -> None: ...

    @abstractmethod
    def _detach(self, role: str, policy: Policy) -> None: ...

    @abstractmethod
    def _changed(self, policy: Policy, document: Document) -> AbstractContextManager[None]:
        """A context within which the policy has another document."""


class RamRoles(Roles):
    """The roles of an account of Alibaba Cloud."""

    def _names(self) -> list[str]:
        return [each["RoleName"] for each in ram(self._account, "ListRoles", MaxItems="1000")["Roles"]["Role"]]

    def _trust(self, role: str) -> Document:
        answer = ram(self._account, "GetRole", RoleName=role)["Role"]
        return dict(json.loads(answer["AssumeRolePolicyDocument"]))

    def _set_trust(self, role: str, document: Document) -> None:
        ram(self._account, "UpdateRole", RoleName=role, NewAssumeRolePolicyDocument=json.dumps(document))

    def _owner(self) -> dict[str, list[str]]:
        return {"RAM": [f"acs:ram::{self._account.id}:root"]}

    def _attached(self, role: str) -> list[Policy]:
        found = []
        for each in ram(self._account, "ListPoliciesForRole", RoleName=role)["Policies"]["Policy"]:
            name, kind = each["PolicyName"], each["PolicyType"]
            if kind != "Custom":
                raise ValueError(f"role {role} has {name}, a policy of the cloud's own: grant what is used instead")
            answer = ram(self._account, "GetPolicy", PolicyName=name, PolicyType=kind)
            found.append(Policy(name, name, json.loads(answer["DefaultPolicyVersion"]["PolicyDocument"])))
        return found

    def _attach(self, role: str, policy: Policy) -> None:
        ram(self._account, "AttachPolicyToRole", PolicyType="Custom", PolicyName=policy.key, RoleName=role)

    def _detach(self, role: str, policy: Policy) -> None:
        ram(self._account, "DetachPolicyFromRole", PolicyType="Custom", PolicyName=policy.key, RoleName=role)

    @contextmanager
    def _changed(self, policy: Policy, document: Document) -> Iterator[None]:
        before = ram(self._account, "GetPolicy", PolicyName=policy.key, PolicyType="Custom")["Policy"]["DefaultVersion"]
        made = ram(
            self._account,
            "CreatePolicyVersion",
            PolicyName=policy.key,
            PolicyDocument=json.dumps(document),
            SetAsDefault="true",
        )
        try:
            yield
        finally:
            ram(self._account, "SetDefaultPolicyVersion", PolicyName=policy.key, VersionId=before)
            changed = made["PolicyVersion"]["VersionId"]
            ram(self._account, "DeletePolicyVersion", PolicyName=policy.key, VersionId=changed)


class CamRoles(Roles):
    """The roles of an account of Tencent Cloud."""

    def _names(self) -> list[str]:
        return [each["RoleName"] for each in self._ask("DescribeRoleList", Page=1, Rp=200)["List"]]

    def _trust(self, role: str) -> Document:
        return dict(json.loads(self._ask("GetRole", RoleName=role)["RoleInfo"]["PolicyDocument"]))

    def _set_trust(self, role: str, document: Document) -> None:
        self._ask("UpdateAssumeRolePolicy", RoleName=role, PolicyDocument=json.dumps(document))

    def _owner(self) -> dict[str, list[str]]:
        return {"qcs": [f"qcs::cam::uin/{self._account.cloud.home.tencent.uin}:root"]}

    def _attached(self, role: str) -> list[Policy]:
        found = []
        for each in self._ask("ListAttachedRolePolicies", RoleName=role, Page=1, Rp=200)["List"]:
            name = each["PolicyName"]
            if each["PolicyType"] != "User":
                raise ValueError(f"role {role} has {name}, a policy of the cloud's own: grant what is used instead")
            document = self._ask("GetPolicy", PolicyId=int(each["PolicyId"]))["PolicyDocument"]
            found.append(Policy(str(each["PolicyId"]), name, json.loads(document)))
        return found

    def _attach(self, role: str, policy: Policy) -> None:
        self._ask("AttachRolePolicy", PolicyId=int(policy.key), AttachRoleName=role)

    def _detach(self, role: str, policy: Policy) -> None:
        self._ask("DetachRolePolicy", PolicyId=int(policy.key), DetachRoleName=role)

    @contextmanager
    def _changed(self, policy: Policy, document: Document) -> Iterator[None]:
        self._ask("UpdatePolicy", PolicyId=int(policy.key), PolicyDocument=json.dumps(document))
        try:
            yield
        finally:
            self._ask("UpdatePolicy", PolicyId=int(policy.key), PolicyDocument=json.dumps(policy.document))

    def _ask(self, action: str, **parameters: Any) -> Document:
        return ask(self._account.cloud, "cam", action, **parameters)


def _key(mapping: Document, name: str) -> str:
    """The key that is ``name`` but for its case; raises ValueError if there is none."""
    for key in mapping:
        if key.lower() == name:
            return key
    raise ValueError(f"no {name} in {json.dumps(mapping)}: a right that is no list cannot be taken apart")


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _statements(document: Document) -> list[Document]:
    found = document[_key(document, "statement")]
    return [found] if isinstance(found, dict) else list(found)


def _whom(statement: Document) -> list[tuple[str, str]]:
    principals = statement[_key(statement, "principal")]
    return [(kind, name) for kind, names in principals.items() for name in _texts(names)]


def _what(statement: Document) -> list[tuple[str, str]]:
    actions, resources = (_texts(statement[_key(statement, name)]) for name in ("action", "resource"))
    return [(action, resource) for action in actions for resource in resources]


def _without(document: Document, right: Right) -> Document | None:
    """The document without one action on one resource; None if nothing is left."""
    left: list[Document] = []
    for at, statement in enumerate(_statements(document)):
        if at != right.statement:
            left.append(statement)
            continue
        action, resource = _key(statement, "action"), _key(statement, "resource")
        for does in _texts(statement[action]):
            to = [each for each in _texts(statement[resource]) if (does, each) != (right.does, right.to)]
            left += [{**statement, action: [does], resource: to}] if to else []
    return {**document, _key(document, "statement"): left} if left else None
