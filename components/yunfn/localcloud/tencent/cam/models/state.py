"""CAM's documents of one cloud; every change is seen by the evaluator at once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING

from yunfn.localcloud.store import Collection, Document
from yunfn.localcloud.tencent.api.times import china_time
from yunfn.localcloud.tencent.cam import preset_policies

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class CamState:
    """Roles by name, users by uin, custom policies by number, and which of them are attached to which."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self.generation = 0
        """Grows with every change, so that what was read from policies can be dropped."""

    def now(self) -> str:
        """The cloud's time as CAM writes it."""
        return china_time(self._cloud.clock.now())

    def role(self, name: str) -> Document | None:
        """The role of that name, or None."""
        return self._collection("role").get(name)

    def role_of_id(self, role_id: str) -> Document | None:
        """The role of that id, or None."""
        found = self._collection("role-id").get(role_id)
        return None if found is None else self.role(found["RoleName"])

    def roles(self) -> list[Document]:
        """All roles, by name."""
        return [document for _, document in self._collection("role").scan()]

    def role_count(self) -> int:
        """How many roles there are."""
        return self._collection("role").count()

    def insert_role(self, role: Document) -> bool:
        """Keep a new role; False if its name is taken."""
        self.generation += 1
        if not self._collection("role").insert(role["RoleName"], role):
            return False
        self._collection("role-id").put(role["RoleId"], {"RoleName": role["RoleName"]})
        return True

    def put_role(self, role: Document) -> None:
        """Keep a changed role."""
        self.generation += 1
        self._collection("role").put(role["RoleName"], role)

    def delete_role(self, role: Document) -> None:
        """Remove a role and what is attached to it."""
        self.generation += 1
        self._detach_all("role", role["RoleId"])
        self._collection("role-id").delete(role["RoleId"])
        self._collection("role").delete(role["RoleName"])

    def user(self, uin: str) -> Document | None:
        """The user of that uin, or None."""
        return self._collection("user").get(uin)

    def users(self) -> list[Document]:
        """All users, by uin."""
        return [document for _, document in self._collection("user").scan()]

    def put_user(self, user: Document) -> None:
        """Keep a new or changed user."""
        self.generation += 1
        self._collection("user").put(str(user["Uin"]), user)

    def delete_user(self, uin: str) -> None:
        """Remove a user and what is attached to it."""
        self.generation += 1
        self._detach_all("user", uin)
        self._collection("user").delete(uin)

    def policy(self, policy_id: int) -> Document | None:
        """The custom or preset policy of that number, or None."""
        return preset_policies.of_id(policy_id) or self._collection("policy").get(str(policy_id))

    def policy_of_name(self, name: str) -> Document | None:
        """The custom or preset policy of that name, or None."""
        found = preset_policies.of_name(name)
        if found is None and (pointer := self._collection("policy-name").get(name)) is not None:
            return self.policy(pointer["PolicyId"])
        return found

    def policies(self) -> list[Document]:
        """All custom policies, by number."""
        return [document for _, document in self._collection("policy").scan()]

    def policy_count(self) -> int:
        """How many custom policies there are."""
        return self._collection("policy").count()

    def insert_policy(self, policy: Document) -> bool:
        """Keep a new policy; False if its name is taken."""
        self.generation += 1
        if preset_policies.of_name(policy["PolicyName"]) is not None:
            return False
        if not self._collection("policy-name").insert(policy["PolicyName"], {"PolicyId": policy["PolicyId"]}):
            return False
        self._collection("policy").put(str(policy["PolicyId"]), policy)
        return True

    def put_policy(self, policy: Document, old_name: str) -> bool:
        """Keep a changed policy that was called ``old_name``; False if its new name is taken."""
        self.generation += 1
        name = policy["PolicyName"]
        if name != old_name:
            if self.policy_of_name(name) is not None:
                return False
            self._collection("policy-name").delete(old_name)
            self._collection("policy-name").put(name, {"PolicyId": policy["PolicyId"]})
        self._collection("policy").put(str(policy["PolicyId"]), policy)
        return True

    def delete_policy(self, policy: Document) -> None:
        """Remove a policy and detach it from everybody."""
        self.generation += 1
        for attachment in self.holders(policy["PolicyId"]):
            self.detach(attachment["kind"], attachment["holder"], policy["PolicyId"])
        self._collection("policy-name").delete(policy["PolicyName"])
        self._collection("policy").delete(str(policy["PolicyId"]))

    def attach(self, kind: str, holder: str, policy_id: int) -> bool:
        """Attach a policy to a ``role`` (by its id) or ``user`` (by its uin); False if it was attached before."""
        self.generation += 1
        document = {"kind": kind, "holder": holder, "PolicyId": policy_id, "AddTime": self.now()}
        return self._collection("attachment").insert(f"{kind}/{holder}/{policy_id}", document)

    def detach(self, kind: str, holder: str, policy_id: int) -> bool:
        """Detach a policy; False if it was not attached."""
        self.generation += 1
        return self._collection("attachment").delete(f"{kind}/{holder}/{policy_id}")

    def attached(self, kind: str, holder: str) -> list[Document]:
        """The attachments of a role or user, by the policies' numbers."""
        return [document for _, document in self._collection("attachment").scan(f"{kind}/{holder}/")]

    def attachments(self) -> Iterator[Document]:
        """All attachments: ``kind``, ``holder``, PolicyId, AddTime."""
        for _, document in self._collection("attachment").scan():
            yield document

    def holders(self, policy_id: int) -> list[Document]:
        """The attachments of a policy."""
        return [one for one in self.attachments() if one["PolicyId"] == policy_id]

    def documents_of(self, kind: str, name: str) -> list[tuple[str, str]]:
        """The policies in force, by name and document, for a ``role`` (by its name) or ``user`` (by its uin).

        None if it is gone.
        """
        if kind == "role":
            role = self.role(name)
            holder = role["RoleId"] if role else ""
        else:
            holder = name if self.user(name) else ""
        policies = (self.policy(one["PolicyId"]) for one in self.attached(kind, holder)) if holder else ()
        return [(policy["PolicyName"], policy["PolicyDocument"]) for policy in policies if policy is not None]

    def new_role_id(self) -> str:
        """A role's id: 19 digits that begin as true ones do, and fit into 64 bits."""
        return "46116860184" + _digits(8)

    def new_user_uin(self) -> int:
        """A sub-user's uin: 12 digits, another than the account's."""
        while (uin := int("1000" + _digits(8))) == int(self._cloud.tencent.uin) or self.user(str(uin)):
            pass
        return uin

    def new_policy_id(self) -> int:
        """A custom policy's number, far from those of preset ones."""
        while self._collection("policy").get(str(number := int("2" + _digits(8)))):
            pass
        return number

    def _detach_all(self, kind: str, holder: str) -> None:
        for attachment in self.attached(kind, holder):
            self.detach(kind, holder, attachment["PolicyId"])

    def _collection(self, kind: str) -> Collection:
        return self._cloud.store.collection(self._cloud.tencent.uin, "", f"cam/{kind}")


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))
