"""Custom policies and their versions, and the system policies as far as they can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.pop import Operation, Parameters, sender
from yunfn.localcloud.alibaba.ram import system_policies
from yunfn.localcloud.alibaba.ram.documents import read_policy
from yunfn.localcloud.alibaba.ram.exceptions import (
    DeleteConflict,
    EntityAlreadyExists,
    EntityNotExist,
    InvalidParameter,
    LimitExceeded,
)
from yunfn.localcloud.alibaba.ram.models import POLICY_TYPES, RamState
from yunfn.localcloud.alibaba.ram.responses.paging import page
from yunfn.localcloud.alibaba.ram.responses.tags import read_tags
from yunfn.localcloud.call import Call

_NAME = re.compile(r"[A-Za-z0-9-]{1,128}")
_VERSION_LIMIT = 5
_ROTATE = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
_SHOWN = ("PolicyName", "PolicyType", "Description", "DefaultVersion", "CreateDate", "UpdateDate", "AttachmentCount")


class PolicyCalls:
    """Policies and policy versions: create, get, delete, list, change description and default version."""

    def __init__(self, state: RamState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreatePolicy": self._create,
            "GetPolicy": self._get,
            "UpdatePolicyDescription": self._describe,
            "DeletePolicy": self._delete,
            "ListPolicies": self._list,
            "CreatePolicyVersion": self._create_version,
            "GetPolicyVersion": self._get_version,
            "DeletePolicyVersion": self._delete_version,
            "ListPolicyVersions": self._list_versions,
            "SetDefaultPolicyVersion": self._set_default,
        }

    def _create(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = parameters.required("PolicyName")
        account = sender(call).account
        call.resource = name
        call.require("ram:CreatePolicy", f"acs:ram::{account}:policy/*")
        if not _NAME.fullmatch(name):
            raise InvalidParameter("PolicyName", "be 1 to 128 letters, digits or hyphens")
        document = parameters.required("PolicyDocument")
        read_policy(document)
        now = self._state.now()
        policy = {
            "PolicyName": name,
            "Description": parameters.get("Description", ""),
            "DefaultVersion": "v1",
            "CreateDate": now,
            "UpdateDate": now,
            "versions": [{"VersionId": "v1", "PolicyDocument": document, "CreateDate": now}],
            "last": 1,
            "tags": read_tags(parameters),
        }
        if system_policies.document(name) is not None or not self._state.insert(account, "policy", name, policy):
            raise EntityAlreadyExists("Policy", name)
        return {"Policy": self._shown(account, policy)}

    def _get(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy = self._any_policy(call, parameters, "ram:GetPolicy")
        shown = self._shown(sender(call).account, policy)
        version = _version(policy, policy["DefaultVersion"])
        return {"Policy": shown, "DefaultPolicyVersion": _shown_version(policy, version)}

    def _describe(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy = self._policy(call, parameters, "ram:UpdatePolicyDescription")
        policy["Description"] = parameters.get("NewDescription", "")
        self._keep(call, policy)
        return {"Policy": self._shown(sender(call).account, policy)}

    def _delete(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy = self._policy(call, parameters, "ram:DeletePolicy")
        account, name = sender(call).account, policy["PolicyName"]
        for one in self._state.entities(account, "Custom", name):
            raise DeleteConflict(f"Policy.{one['kind'].capitalize()}", name)
        if len(policy["versions"]) > 1 and parameters.get("CascadingDelete", "").lower() != "true":
            raise DeleteConflict("Policy.Version", name)
        self._state.delete(account, "policy", name)
        return {}

    def _list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        account = sender(call).account
        call.require("ram:ListPolicies", f"acs:ram::{account}:policy/*")
        wanted = parameters.get("PolicyType", "")
        found = []
        if wanted != "System":
            found += list(self._state.scan(account, "policy"))
        if wanted != "Custom":
            found += [_system(name) for name in system_policies.names()]
        policies, paging = page(parameters, found, lambda one: one["PolicyName"])
        return {"Policies": {"Policy": [self._shown(account, one) for one in policies]}, **paging}

    def _create_version(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy = self._policy(call, parameters, "ram:CreatePolicyVersion")
        document = parameters.required("PolicyDocument")
        read_policy(document)
        if len(policy["versions"]) >= _VERSION_LIMIT:
            if parameters.get("RotateStrategy") != _ROTATE:
                raise LimitExceeded("Policy.Version", _VERSION_LIMIT)
            oldest = next(one for one in policy["versions"] if one["VersionId"] != policy["DefaultVersion"])
            policy["versions"].remove(oldest)
        policy["last"] += 1
        version = {
            "VersionId": f"v{policy['last']}",
            "PolicyDocument": document,
            "CreateDate": self._state.now(),
        }
        policy["versions"].append(version)
        if parameters.get("SetAsDefault", "").lower() == "true":
            policy["DefaultVersion"] = version["VersionId"]
        self._keep(call, policy)
        return {"PolicyVersion": _shown_version(policy, version)}

    def _get_version(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy = self._any_policy(call, parameters, "ram:GetPolicyVersion")
        version = _version(policy, parameters.required("VersionId"))
        return {"PolicyVersion": _shown_version(policy, version)}

    def _delete_version(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy = self._policy(call, parameters, "ram:DeletePolicyVersion")
        version = _version(policy, parameters.required("VersionId"))
        if version["VersionId"] == policy["DefaultVersion"]:
            raise DeleteConflict("PolicyVersion.Default", version["VersionId"])
        policy["versions"].remove(version)
        self._keep(call, policy)
        return {}

    def _list_versions(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy = self._any_policy(call, parameters, "ram:ListPolicyVersions")
        versions = [_shown_version(policy, one) for one in policy["versions"]]
        return {"PolicyVersions": {"PolicyVersion": versions}}

    def _set_default(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        policy = self._policy(call, parameters, "ram:SetDefaultPolicyVersion")
        policy["DefaultVersion"] = _version(policy, parameters.required("VersionId"))["VersionId"]
        self._keep(call, policy)
        return {}

    def _any_policy(self, call: Call, parameters: Parameters, action: str) -> dict[str, Any]:
        """The custom or system policy that a reading call names."""
        kind = parameters.required("PolicyType")
        if kind not in POLICY_TYPES:
            raise InvalidParameter("PolicyType", "be System or Custom")
        if kind == "Custom":
            return self._policy(call, parameters, action)
        name = parameters.required("PolicyName")
        call.resource = name
        call.require(action, f"acs:ram::system:policy/{name}")
        if system_policies.document(name) is None:
            raise EntityNotExist("Policy", name)
        return _system(name)

    def _policy(self, call: Call, parameters: Parameters, action: str) -> dict[str, Any]:
        name = parameters.required("PolicyName")
        account = sender(call).account
        call.resource = name
        call.require(action, f"acs:ram::{account}:policy/{name}")
        policy = self._state.get(account, "policy", name)
        if policy is None:
            raise EntityNotExist("Policy", name)
        return policy

    def _keep(self, call: Call, policy: dict[str, Any]) -> None:
        policy["UpdateDate"] = self._state.now()
        self._state.put(sender(call).account, "policy", policy["PolicyName"], policy)

    def _shown(self, account: str, policy: Mapping[str, Any]) -> dict[str, Any]:
        kind = policy.get("PolicyType", "Custom")
        count = len(self._state.entities(account, kind, policy["PolicyName"]))
        full = {**policy, "PolicyType": kind, "AttachmentCount": count}
        return {name: full[name] for name in _SHOWN}


def _system(name: str) -> dict[str, Any]:
    version = {
        "VersionId": "v1",
        "PolicyDocument": system_policies.document(name),
        "CreateDate": system_policies.CREATED,
    }
    return {
        "PolicyName": name,
        "PolicyType": "System",
        "Description": system_policies.description(name),
        "DefaultVersion": "v1",
        "CreateDate": system_policies.CREATED,
        "UpdateDate": system_policies.CREATED,
        "versions": [version],
    }


def _version(policy: Mapping[str, Any], version_id: str) -> dict[str, Any]:
    for one in policy["versions"]:
        if one["VersionId"] == version_id:
            found: dict[str, Any] = one
            return found
    raise EntityNotExist("Policy.Version", version_id)


def _shown_version(policy: Mapping[str, Any], version: Mapping[str, Any]) -> dict[str, Any]:
    return {**version, "IsDefaultVersion": version["VersionId"] == policy["DefaultVersion"]}
