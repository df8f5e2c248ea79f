"""Which policies are attached to which roles and users."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from yunfn.localcloud.alibaba.pop import Operation, Parameters, sender
from yunfn.localcloud.alibaba.ram import system_policies
from yunfn.localcloud.alibaba.ram.exceptions import (
    EntityAlreadyExists,
    EntityNotExist,
    InvalidParameter,
    LimitExceeded,
)
from yunfn.localcloud.alibaba.ram.models import POLICY_TYPES, RamState
from yunfn.localcloud.call import Call

_LIMIT = 20
"""How many policies of one type a role or user may have (RAM "Limits")."""


class AttachmentCalls:
    """Attach and detach policies, and list them from either side."""

    def __init__(self, state: RamState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        routes: dict[str, Operation] = {"ListEntitiesForPolicy": self._entities}
        for kind in ("Role", "User"):
            routes[f"AttachPolicyTo{kind}"] = self._for(kind, self._attach)
            routes[f"DetachPolicyFrom{kind}"] = self._for(kind, self._detach)
            routes[f"ListPoliciesFor{kind}"] = self._for(kind, self._list)
        return routes

    @staticmethod
    def _for(kind: str, operation: Callable[[str, Call, Parameters], dict[str, Any]]) -> Operation:
        return lambda call, parameters: operation(kind, call, parameters)

    def _attach(self, kind: str, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy_type, policy = self._policy(call, parameters, f"ram:AttachPolicyTo{kind}")
        name = self._holder(kind, call, parameters, f"ram:AttachPolicyTo{kind}")
        account = sender(call).account
        of_type = [one for one in self._state.attached(account, kind.lower(), name) if one["PolicyType"] == policy_type]
        if len(of_type) >= _LIMIT:
            raise LimitExceeded(f"{kind}.Policy", _LIMIT)
        if not self._state.attach(account, kind.lower(), name, policy_type, policy):
            raise EntityAlreadyExists(f"{kind}.Policy", f"{policy} of {name}")
        return {}

    def _detach(self, kind: str, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy_type, policy = self._policy(call, parameters, f"ram:DetachPolicyFrom{kind}")
        name = self._holder(kind, call, parameters, f"ram:DetachPolicyFrom{kind}")
        if not self._state.detach(sender(call).account, kind.lower(), name, policy_type, policy):
            raise EntityNotExist(f"{kind}.Policy", f"{policy} of {name}")
        return {}

    def _list(self, kind: str, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = self._holder(kind, call, parameters, f"ram:ListPoliciesFor{kind}")
        account = sender(call).account
        policies = []
        for one in self._state.attached(account, kind.lower(), name):
            policy = self._state.get(account, "policy", one["PolicyName"]) if one["PolicyType"] == "Custom" else None
            policies.append(
                {
                    "PolicyName": one["PolicyName"],
                    "PolicyType": one["PolicyType"],
                    "Description": policy["Description"] if policy else system_policies.description(one["PolicyName"]),
                    "DefaultVersion": policy["DefaultVersion"] if policy else "v1",
                    "AttachDate": one["AttachDate"],
                }
            )
        return {"Policies": {"Policy": policies}}

    def _entities(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy_type, policy = self._policy(call, parameters, "ram:ListEntitiesForPolicy")
        account = sender(call).account
        found: dict[str, list[dict[str, Any]]] = {"role": [], "user": []}
        for one in self._state.entities(account, policy_type, policy):
            entity = self._state.get(account, one["kind"], one["name"])
            if entity is not None:
                found[one["kind"]].append({**entity, "AttachDate": one["AttachDate"]})
        role = ("RoleName", "RoleId", "Arn", "Description", "AttachDate")
        user = ("UserName", "UserId", "DisplayName", "AttachDate")
        return {
            "Users": {"User": [{name: one[name] for name in user} for one in found["user"]]},
            "Groups": {"Group": []},
            "Roles": {"Role": [{name: one[name] for name in role} for one in found["role"]]},
        }

    def _policy(self, call: Call, parameters: Parameters, action: str) -> tuple[str, str]:
        """Type and true name of the policy; raises EntityNotExist."""
        policy_type, name = parameters.required("PolicyType"), parameters.required("PolicyName")
        if policy_type not in POLICY_TYPES:
            raise InvalidParameter("PolicyType", "be System or Custom")
        account = sender(call).account
        call.resource = name
        owner = account if policy_type == "Custom" else "system"
        call.require(action, f"acs:ram::{owner}:policy/{name}")
        if policy_type == "System":
            if system_policies.document(name) is None:
                raise EntityNotExist("Policy", name)
            return policy_type, name
        policy = self._state.get(account, "policy", name)
        if policy is None:
            raise EntityNotExist("Policy", name)
        return policy_type, policy["PolicyName"]

    def _holder(self, kind: str, call: Call, parameters: Parameters, action: str) -> str:
        """The true name of the role or user; raises EntityNotExist."""
        name = parameters.required(f"{kind}Name")
        account = sender(call).account
        call.resource = f"{name} {call.resource}".strip()
        call.require(action, f"acs:ram::{account}:{kind.lower()}/{name}")
        entity = self._state.get(account, kind.lower(), name)
        if entity is None:
            raise EntityNotExist(kind, name)
        return str(entity[f"{kind}Name"])
