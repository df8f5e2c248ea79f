"""Roles: who may take them, and for how long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.pop import Operation, Parameters, sender
from yunfn.localcloud.alibaba.ram.documents import read_trust
from yunfn.localcloud.alibaba.ram.exceptions import (
    DeleteConflict,
    EntityAlreadyExists,
    EntityNotExist,
    InvalidParameter,
)
from yunfn.localcloud.alibaba.ram.models import RamState
from yunfn.localcloud.alibaba.ram.responses.paging import page
from yunfn.localcloud.alibaba.ram.responses.tags import as_list, read_tags
from yunfn.localcloud.call import Call

_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_SHORTEST, _LONGEST = 3600, 43200
_SHOWN = ("RoleName", "RoleId", "Arn", "Description", "CreateDate", "UpdateDate", "MaxSessionDuration")


class RoleCalls:
    """CreateRole, GetRole, UpdateRole, DeleteRole, ListRoles."""

    def __init__(self, state: RamState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateRole": self._create,
            "GetRole": self._get,
            "UpdateRole": self._update,
            "DeleteRole": self._delete,
            "ListRoles": self._list,
        }

    def _create(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = parameters.required("RoleName")
        account = sender(call).account
        call.resource = name
        call.require("ram:CreateRole", f"acs:ram::{account}:role/*")
        if not _NAME.fullmatch(name):
            raise InvalidParameter("RoleName", "be 1 to 64 letters, digits, periods, hyphens or underscores")
        trust = parameters.required("AssumeRolePolicyDocument")
        read_trust(trust)
        now = self._state.now()
        role = {
            "RoleName": name,
            "RoleId": self._state.new_id("3"),
            # RAM writes role names in lower case in ARNs (AliyunFCDefaultRole is role/aliyunfcdefaultrole).
            "Arn": f"acs:ram::{account}:role/{name.lower()}",
            "Description": _description(parameters, "Description"),
            "AssumeRolePolicyDocument": trust,
            "CreateDate": now,
            "UpdateDate": now,
            "MaxSessionDuration": _duration(parameters.number("MaxSessionDuration", _SHORTEST)),
            "tags": read_tags(parameters),
        }
        if not self._state.insert(account, "role", name, role):
            raise EntityAlreadyExists("Role", name)
        return {"Role": _shown(role)}

    def _get(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        return {"Role": _shown(self._role(call, parameters, "ram:GetRole"))}

    def _update(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        role = self._role(call, parameters, "ram:UpdateRole")
        if "NewDescription" in parameters:
            role["Description"] = _description(parameters, "NewDescription")
        if "NewAssumeRolePolicyDocument" in parameters:
            role["AssumeRolePolicyDocument"] = parameters.required("NewAssumeRolePolicyDocument")
            read_trust(role["AssumeRolePolicyDocument"])
        role["MaxSessionDuration"] = _duration(parameters.number("NewMaxSessionDuration", role["MaxSessionDuration"]))
        role["UpdateDate"] = self._state.now()
        self._state.put(sender(call).account, "role", role["RoleName"], role)
        return {"Role": _shown(role)}

    def _delete(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        role = self._role(call, parameters, "ram:DeleteRole")
        account = sender(call).account
        if self._state.attached(account, "role", role["RoleName"]):
            raise DeleteConflict("Role.Policy", role["RoleName"])
        self._state.delete(account, "role", role["RoleName"])
        return {}

    def _list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        account = sender(call).account
        call.require("ram:ListRoles", f"acs:ram::{account}:role/*")
        roles, paging = page(parameters, list(self._state.scan(account, "role")), lambda one: one["RoleName"])
        return {"Roles": {"Role": [{name: role[name] for name in _SHOWN} for role in roles]}, **paging}

    def _role(self, call: Call, parameters: Parameters, action: str) -> dict[str, Any]:
        name = parameters.required("RoleName")
        account = sender(call).account
        call.resource = name
        call.require(action, f"acs:ram::{account}:role/{name}")
        role = self._state.get(account, "role", name)
        if role is None:
            raise EntityNotExist("Role", name)
        return role


def _shown(role: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: role[name] for name in (*_SHOWN, "AssumeRolePolicyDocument")}
    return {**shown, "Tags": {"Tag": as_list(role["tags"])}} if role["tags"] else shown


def _description(parameters: Parameters, name: str) -> str:
    text = parameters.get(name, "")
    if len(text) > 1024:
        raise InvalidParameter(name, "not be longer than 1024 characters")
    return text


def _duration(seconds: int) -> int:
    if not _SHORTEST <= seconds <= _LONGEST:
        raise InvalidParameter("MaxSessionDuration", f"be between {_SHORTEST} and {_LONGEST} seconds")
    return seconds
