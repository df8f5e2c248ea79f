"""Policies: custom ones are written here, preset (QCS) ones only read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, MissingParameter, Operation
from yunfn.localcloud.tencent.cam import preset_policies, tags
from yunfn.localcloud.tencent.cam.documents import read_policy
from yunfn.localcloud.tencent.cam.exceptions import (
    InvalidParameter,
    PolicyFull,
    PolicyNameInUse,
    PolicyNotFound,
    UnmodifiablePolicy,
)
from yunfn.localcloud.tencent.cam.models import CamState
from yunfn.localcloud.tencent.cam.responses.paging import page

_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_LONGEST_DESCRIPTION = 300
_POLICIES = 1500
"""How many custom policies an account may have (CAM "Use Limits")."""
_SCOPES = {"All": (1, 2), "QCS": (2,), "Local": (1,)}
PRESET = 2
"""``Type`` of preset policies; custom ones have 1."""


class PolicyCalls:
    """CreatePolicy, GetPolicy, UpdatePolicy, DeletePolicy, ListPolicies."""

    def __init__(self, state: CamState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreatePolicy": self._create,
            "GetPolicy": self._get,
            "UpdatePolicy": self._update,
            "DeletePolicy": self._delete,
            "ListPolicies": self._list,
        }

    async def _create(self, request: ApiRequest) -> dict[str, Any]:
        name, text = request.text("PolicyName"), request.text("PolicyDocument")
        request.call.resource = name
        request.require("cam:CreatePolicy", policy_resource(request, "*"))
        _check_name(name)
        read_policy(text)
        labels = tags.read(request, "Tags")
        if self._state.policy_count() >= _POLICIES:
            raise PolicyFull(_POLICIES)
        now = self._state.now()
        policy = {
            "PolicyId": self._state.new_policy_id(),
            "PolicyName": name,
            "Description": _description(request),
            "PolicyDocument": text,
            "Type": 1,
            "AddTime": now,
            "UpdateTime": now,
        }
        if not self._state.insert_policy(policy):
            raise PolicyNameInUse(name)
        tags.store(request).replace("cam", "", tags.policy(policy), labels)
        return {"PolicyId": policy["PolicyId"]}

    async def _get(self, request: ApiRequest) -> dict[str, Any]:
        policy = self._by_id(request, request.integer("PolicyId"), "cam:GetPolicy")
        return {
            **{name: value for name, value in policy.items() if name != "PolicyId"},
            "PresetAlias": "",
            "IsServiceLinkedRolePolicy": 0,
            "Tags": _tags(request, policy),
        }

    async def _update(self, request: ApiRequest) -> dict[str, Any]:
        by_id = "PolicyId" in request
        if by_id:
            policy = self._by_id(request, request.integer("PolicyId"), "cam:UpdatePolicy")
        else:
            found = self._state.policy_of_name(request.text("PolicyName"))
            if found is None:
                raise PolicyNotFound(request.text("PolicyName"))
            policy = self._by_id(request, found["PolicyId"], "cam:UpdatePolicy")
        if policy["Type"] == PRESET:
            raise UnmodifiablePolicy(policy["PolicyName"])
        old_name = policy["PolicyName"]
        name = _check_name(request.text("PolicyName", old_name))
        text = request.text("PolicyDocument", policy["PolicyDocument"])
        read_policy(text)
        changed = {
            **policy,
            "PolicyName": name,
            "Description": _description(request, policy["Description"]),
            "PolicyDocument": text,
            "UpdateTime": self._state.now(),
        }
        if not self._state.put_policy(changed, old_name):
            raise PolicyNameInUse(name)
        return {} if by_id else {"PolicyId": policy["PolicyId"]}

    async def _delete(self, request: ApiRequest) -> dict[str, Any]:
        numbers = request.parameters.get("PolicyId")
        if numbers is None:
            raise MissingParameter("PolicyId")
        if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
            raise InvalidParameter("PolicyIdError", "PolicyId must be a list of numbers.")
        policies = [self._by_id(request, number, "cam:DeletePolicy") for number in numbers]
        for policy in policies:
            if policy["Type"] == PRESET:
                raise UnmodifiablePolicy(policy["PolicyName"])
        for policy in policies:
            self._state.delete_policy(policy)
            tags.store(request).forget("cam", "", tags.policy(policy))
        return {}

    async def _list(self, request: ApiRequest) -> dict[str, Any]:
        request.require("cam:ListPolicies", policy_resource(request, "*"))
        scope, keyword = request.text("Scope", "All"), request.text("Keyword", "")
        if scope not in _SCOPES:
            raise InvalidParameter("ScopeError", f"Scope must be one of {', '.join(_SCOPES)}.")
        rows = [
            policy
            for policy in (*preset_policies.every(), *self._state.policies())
            if policy["Type"] in _SCOPES[scope] and keyword.lower() in policy["PolicyName"].lower()
        ]
        answer, used = page(request, rows), Counter(one["PolicyId"] for one in self._state.attachments())
        shown = [_listed(request, policy, used[policy["PolicyId"]]) for policy in answer["List"]]
        return {**answer, "List": shown, "ServiceTypeList": []}

    def _by_id(self, request: ApiRequest, policy_id: int, action: str) -> Document:
        request.call.resource = str(policy_id)
        request.require(action, policy_resource(request, policy_id))
        policy = self._state.policy(policy_id)
        if policy is None:
            raise PolicyNotFound(str(policy_id))
        return policy


def policy_resource(request: ApiRequest, policy_id: int | str) -> str:
    """The QCS name of a policy."""
    return f"qcs::cam::uin/{request.uin}:policyid/{policy_id}"


def _listed(request: ApiRequest, policy: Document, holders: int) -> dict[str, Any]:
    names = ("PolicyId", "PolicyName", "AddTime", "UpdateTime", "Type", "Description")
    return {
        **{name: policy[name] for name in names},
        "CreateMode": 2,
        "Attachments": holders,
        "AttachEntityCount": holders,
        "AttachEntityBoundaryCount": 0,
        "ServiceType": "",
        "IsAttached": None,
        "Deactived": 0,
        "DeactivedDetail": [],
        "IsServiceLinkedPolicy": 0,
        "Tags": _tags(request, policy),
    }


def _tags(request: ApiRequest, policy: Document) -> list[dict[str, str]]:
    found = tags.store(request).of("cam", "", tags.policy(policy))
    return [{"Key": key, "Value": value} for key, value in found.items()]


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidParameter("PolicyNameError", "PolicyName must be 1 to 128 letters, digits or +=,.@-_.")
    return name


def _description(request: ApiRequest, default: str = "") -> str:
    text = request.text("Description", default)
    if len(text) > _LONGEST_DESCRIPTION:
        raise InvalidParameter("DescriptionLengthOverlimit", f"Description is longer than {_LONGEST_DESCRIPTION}.")
    return text
