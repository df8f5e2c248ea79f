"""RAM's documents of one cloud, by account; every change is seen by the evaluator at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from yunfn.localcloud.alibaba.ram import system_policies
from yunfn.localcloud.clock import Clock
from yunfn.localcloud.store import Collection, Document, Store

POLICY_TYPES = ("System", "Custom")


def principal_key(kind: str, name: str) -> str:
    """Where what hangs on a user or role is kept; RAM's names do not differ by case."""
    return f"{kind}/{name.lower()}/"


class RamState:
    """Roles, users and policies as documents; names are unique without regard to case."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.generation = 0
        """Grows with every change, so that what was read from policies can be dropped."""

    def now(self) -> str:
        """The cloud's time as RAM writes it."""
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    @staticmethod
    def new_id(first: str) -> str:
        """An entity id of 18 digits; roles begin with 3, users with 2."""
        return first + "".join(secrets.choice("0123456789") for _ in range(17))

    def get(self, account: str, kind: str, name: str) -> Document | None:
        """The ``role``, ``user`` or ``policy`` of that name, or None."""
        return self._collection(account, kind).get(name.lower())

    def insert(self, account: str, kind: str, name: str, document: Document) -> bool:
        """Keep a new one; False if the name is taken."""
        self.generation += 1
        return self._collection(account, kind).insert(name.lower(), document)

    def put(self, account: str, kind: str, name: str, document: Document) -> None:
        """Keep a changed one."""
        self.generation += 1
        self._collection(account, kind).put(name.lower(), document)

    def delete(self, account: str, kind: str, name: str) -> bool:
        """Remove it; False if there was none."""
        self.generation += 1
        return self._collection(account, kind).delete(name.lower())

    def scan(self, account: str, kind: str, after: str = "", limit: int | None = None) -> Iterator[Document]:
        """All of a kind in the order of their names, those after the name ``after``."""
        for _, document in self._collection(account, kind).scan("", after.lower(), limit):
            yield document

    def attach(self, account: str, kind: str, name: str, policy_type: str, policy: str) -> bool:
        """Attach a policy to a user or role; False if it was attached before."""
        self.generation += 1
        document = {
            "kind": kind,
            "name": name,
            "PolicyType": policy_type,
            "PolicyName": policy,
            "AttachDate": self.now(),
        }
        key = principal_key(kind, name) + f"{policy_type}/{policy.lower()}"
        return self._collection(account, "attachment").insert(key, document)

    def detach(self, account: str, kind: str, name: str, policy_type: str, policy: str) -> bool:
        """Detach a policy; False if it was not attached."""
        self.generation += 1
        key = principal_key(kind, name) + f"{policy_type}/{policy.lower()}"
        return self._collection(account, "attachment").delete(key)

    def attached(self, account: str, kind: str, name: str) -> list[Document]:
        """The attachments of a user or role."""
        return [one for _, one in self._collection(account, "attachment").scan(principal_key(kind, name))]

    def entities(self, account: str, policy_type: str, policy: str) -> list[Document]:
        """The attachments of a policy, to users and roles."""
        return [
            one
            for _, one in self._collection(account, "attachment").scan()
            if one["PolicyType"] == policy_type and one["PolicyName"].lower() == policy.lower()
        ]

    def documents_of(self, account: str, kind: str, name: str) -> list[tuple[str, str]]:
        """The policies in force for a user or role, by name and document; none if it is gone."""
        if self.get(account, kind, name) is None:
            return []
        found = (
            (one["PolicyName"], self.policy_document(account, one["PolicyType"], one["PolicyName"]))
            for one in self.attached(account, kind, name)
        )
        return [(policy, text) for policy, text in found if text is not None]

    def policy_document(self, account: str, policy_type: str, name: str) -> str | None:
        """The document of a policy's default version, or None if there is no such policy."""
        if policy_type == "System":
            return system_policies.document(name)
        policy = self.get(account, "policy", name)
        if policy is None:
            return None
        version: dict[str, Any] = next(
            one for one in policy["versions"] if one["VersionId"] == policy["DefaultVersion"]
        )
        return str(version["PolicyDocument"])

    def _collection(self, account: str, kind: str) -> Collection:
        return self._store.collection(account, "", f"ram/{kind}")
