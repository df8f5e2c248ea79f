"""Which policies are attached to which roles and users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, MissingParameter, Operation
from yunfn.localcloud.tencent.cam.exceptions import InvalidParameter, PolicyNotFound
from yunfn.localcloud.tencent.cam.models import CamState
from yunfn.localcloud.tencent.cam.responses.paging import page
from yunfn.localcloud.tencent.cam.responses.policies import PRESET, policy_resource
from yunfn.localcloud.tencent.cam.responses.roles import find_role
from yunfn.localcloud.tencent.cam.responses.users import find_user

_LIMIT = 200
"""How many policies a role or user may have (CAM "Use Limits")."""
_TYPES = {"User": 1, "QCS": PRESET}
_FILTERS = {"All": ("user", "role"), "User": ("user",), "Role": ("role",), "Group": ()}


class AttachmentCalls:
    """Attach and detach policies, and list them from either side.

    Attaching what is attached and detaching what is not change nothing and are no errors.
    """

    def __init__(self, state: CamState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "AttachRolePolicy": self._attach_role,
            "DetachRolePolicy": self._detach_role,
            "ListAttachedRolePolicies": self._list_role,
            "AttachUserPolicy": self._attach_user,
            "DetachUserPolicy": self._detach_user,
            "ListAttachedUserPolicies": self._list_user,
            "ListEntitiesForPolicy": self._list_entities,
        }

    async def _attach_role(self, request: ApiRequest) -> dict[str, Any]:
        role = find_role(self._state, request, "cam:AttachRolePolicy", "Attach")
        return self._attach(request, "role", role["RoleId"])

    async def _detach_role(self, request: ApiRequest) -> dict[str, Any]:
        role = find_role(self._state, request, "cam:DetachRolePolicy", "Detach")
        self._state.detach("role", role["RoleId"], self._policy(request)["PolicyId"])
        return {}

    async def _list_role(self, request: ApiRequest) -> dict[str, Any]:
        role = find_role(self._state, request, "cam:ListAttachedRolePolicies")
        kind, keyword = request.text("PolicyType", ""), request.text("Keyword", "")
        if kind and kind not in _TYPES:
            raise InvalidParameter("ParamError", "PolicyType must be User or QCS.")
        rows = [
            {**_shown(policy, attachment), "Description": policy["Description"]}
            for policy, attachment in self._attached("role", role["RoleId"])
            if (not kind or policy["Type"] == _TYPES[kind]) and keyword in policy["PolicyName"]
        ]
        return page(request, rows, default=None)

    async def _attach_user(self, request: ApiRequest) -> dict[str, Any]:
        user = find_user(self._state, request, request.integer("AttachUin"), "cam:AttachUserPolicy")
        return self._attach(request, "user", str(user["Uin"]))

    async def _detach_user(self, request: ApiRequest) -> dict[str, Any]:
        user = find_user(self._state, request, request.integer("DetachUin"), "cam:DetachUserPolicy")
        self._state.detach("user", str(user["Uin"]), self._policy(request)["PolicyId"])
        return {}

    async def _list_user(self, request: ApiRequest) -> dict[str, Any]:
        user = find_user(self._state, request, request.integer("TargetUin"), "cam:ListAttachedUserPolicies")
        rows = [
            {**_shown(policy, attachment), "Remark": policy["Description"]}
            for policy, attachment in self._attached("user", str(user["Uin"]))
        ]
        return page(request, rows)

    async def _list_entities(self, request: ApiRequest) -> dict[str, Any]:
        policy_id, wanted = request.integer("PolicyId"), request.text("EntityFilter", "All")
        request.require("cam:ListEntitiesForPolicy", policy_resource(request, policy_id))
        if wanted not in _FILTERS:
            raise InvalidParameter("EntityFilterError", f"EntityFilter must be one of {', '.join(_FILTERS)}.")
        if self._state.policy(policy_id) is None:
            raise PolicyNotFound(str(policy_id))
        holders = (one for one in self._state.holders(policy_id) if one["kind"] in _FILTERS[wanted])
        return page(request, [self._entity(one) for one in holders])

    def _attach(self, request: ApiRequest, kind: str, holder: str) -> dict[str, Any]:
        policy = self._policy(request)
        attached = {one["PolicyId"] for one in self._state.attached(kind, holder)}
        if len(attached) >= _LIMIT and policy["PolicyId"] not in attached:
            raise InvalidParameter("AttachmentFull", f"At most {_LIMIT} policies can be attached.")
        self._state.attach(kind, holder, policy["PolicyId"])
        return {}

    def _policy(self, request: ApiRequest) -> Document:
        """The policy of PolicyId or PolicyName; raises MissingParameter and InvalidParameter."""
        if "PolicyId" in request:
            number = request.integer("PolicyId")
            policy, called = self._state.policy(number), str(number)
        elif "PolicyName" in request:
            called = request.text("PolicyName")
            policy = self._state.policy_of_name(called)
        else:
            raise MissingParameter("PolicyId")
        if policy is None:
            raise InvalidParameter("PolicyIdNotExist", f"The policy {called} does not exist.")
        return policy

    def _attached(self, kind: str, holder: str) -> list[tuple[Document, Document]]:
        """Policies attached to a role or user, each with its attachment."""
        found = ((self._state.policy(one["PolicyId"]), one) for one in self._state.attached(kind, holder))
        return [(policy, attachment) for policy, attachment in found if policy is not None]

    def _entity(self, attachment: Document) -> dict[str, Any]:
        holder, is_role = attachment["holder"], attachment["kind"] == "role"
        found = self._state.role_of_id(holder) if is_role else self._state.user(holder)
        assert found is not None, "what is attached goes with its holder"
        return {
            "Id": holder,
            "Name": found["RoleName" if is_role else "Name"],
            "Uin": 0 if is_role else found["Uin"],
            "RelatedType": 3 if is_role else 1,
            "AttachmentTime": attachment["AddTime"],
        }


def _shown(policy: Document, attachment: Document) -> dict[str, Any]:
    return {
        "PolicyId": policy["PolicyId"],
        "PolicyName": policy["PolicyName"],
        "AddTime": attachment["AddTime"],
        "PolicyType": "QCS" if policy["Type"] == PRESET else "User",
        "CreateMode": 2,
        "Deactived": 0,
        "DeactivedDetail": [],
    }
