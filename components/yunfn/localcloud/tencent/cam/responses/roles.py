"""Roles: who may take them, and for how long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, MissingParameter, Operation
from yunfn.localcloud.tencent.cam import tags
from yunfn.localcloud.tencent.cam.documents import read_trust
from yunfn.localcloud.tencent.cam.exceptions import InvalidParameter, RoleNotExist
from yunfn.localcloud.tencent.cam.models import CamState
from yunfn.localcloud.tencent.cam.responses.paging import page

_NAME = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_LONGEST_DESCRIPTION = 1000
_LONGEST_SESSION = 43200
_ROLES = 1000
"""How many roles an account may have (CAM "Use Limits")."""


class RoleCalls:
    """CreateRole, GetRole, DescribeRoleList, the four updates, DeleteRole, TagRole, UntagRole."""

    def __init__(self, state: CamState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateRole": self._create,
            "GetRole": self._get,
            "DescribeRoleList": self._list,
            "UpdateRoleDescription": self._update_description,
            "UpdateAssumeRolePolicy": self._update_trust,
            "UpdateRoleConsoleLogin": self._update_login,
            "UpdateRoleSessionDuration": self._update_duration,
            "DeleteRole": self._delete,
            "TagRole": self._tag,
            "UntagRole": self._untag,
        }

    async def _create(self, request: ApiRequest) -> dict[str, Any]:
        name = request.text("RoleName")
        request.call.resource = name
        request.require("cam:CreateRole", role_resource(request, name))
        if not _NAME.fullmatch(name):
            raise InvalidParameter("RoleNameError", "RoleName must be 1 to 128 letters, digits or +=,.@-_.")
        trust = request.text("PolicyDocument")
        read_trust(trust)
        description = _description(request.text("Description", ""))
        # Null where it was not given: terraform-provider-tencentcloud 1.81.90 takes any number for a change.
        duration = _duration(request) if "SessionDuration" in request else None
        labels = tags.read(request, "Tags")
        if self._state.role_count() >= _ROLES:
            raise InvalidParameter("RoleFull", f"There may be {_ROLES} roles at most.")
        now = self._state.now()
        role = {
            "RoleId": self._state.new_role_id(),
            "RoleName": name,
            "PolicyDocument": trust,
            "Description": description,
            "AddTime": now,
            "UpdateTime": now,
            "ConsoleLogin": _login(request, default=0),
            "RoleType": "user",
            "SessionDuration": duration,
        }
        if not self._state.insert_role(role):
            raise InvalidParameter("RoleNameInUse", f"The role name {name} is in use.")
        tags.store(request).replace("cam", "", tags.role(role), labels)
        return {"RoleId": role["RoleId"]}

    async def _get(self, request: ApiRequest) -> dict[str, Any]:
        return {"RoleInfo": _shown(request, self._role(request, "cam:GetRole"))}

    async def _list(self, request: ApiRequest) -> dict[str, Any]:
        request.require("cam:DescribeRoleList", role_resource(request, "*"))
        wanted = tags.read(request, "Tags")
        rows = [
            role
            for role in self._state.roles()
            if not wanted or wanted.items() <= tags.store(request).of("cam", "", tags.role(role)).items()
        ]
        answer = page(request, rows, default=None)
        return {**answer, "List": [_shown(request, role) for role in answer["List"]]}

    async def _update_description(self, request: ApiRequest) -> dict[str, Any]:
        role = self._role(request, "cam:UpdateRoleDescription")
        return self._put(role, Description=_description(request.text("Description")))

    async def _update_trust(self, request: ApiRequest) -> dict[str, Any]:
        role = self._role(request, "cam:UpdateAssumeRolePolicy")
        trust = request.text("PolicyDocument")
        read_trust(trust)
        return self._put(role, PolicyDocument=trust)

    async def _update_login(self, request: ApiRequest) -> dict[str, Any]:
        role = self._role(request, "cam:UpdateRoleConsoleLogin")
        return self._put(role, ConsoleLogin=_login(request))

    async def _update_duration(self, request: ApiRequest) -> dict[str, Any]:
        role = self._role(request, "cam:UpdateRoleSessionDuration")
        return self._put(role, SessionDuration=_duration(request))

    async def _delete(self, request: ApiRequest) -> dict[str, Any]:
        role = self._role(request, "cam:DeleteRole")
        self._state.delete_role(role)
        tags.store(request).forget("cam", "", tags.role(role))
        return {}

    async def _tag(self, request: ApiRequest) -> dict[str, Any]:
        role = self._role(request, "cam:TagRole")
        labels = tags.read(request, "Tags")
        if not labels:
            raise MissingParameter("Tags")
        tags.store(request).replace("cam", "", tags.role(role), labels)
        return {}

    async def _untag(self, request: ApiRequest) -> dict[str, Any]:
        role = self._role(request, "cam:UntagRole")
        tags.store(request).replace("cam", "", tags.role(role), {}, request.texts("TagKeys"))
        return {}

    def _put(self, role: Document, **changed: Any) -> dict[str, Any]:
        self._state.put_role({**role, **changed, "UpdateTime": self._state.now()})
        return {}

    def _role(self, request: ApiRequest, action: str) -> Document:
        return find_role(self._state, request, action)


def find_role(state: CamState, request: ApiRequest, action: str, prefix: str = "") -> Document:
    """The role of RoleId or RoleName (after ``prefix``), if the sender may do ``action`` on it.

    Ids come as texts, and as numbers from UpdateRoleConsoleLogin (the SDKs' models). Raises MissingParameter and
    RoleNotExist.
    """
    name, role_id = request.parameters.get(f"{prefix}RoleName"), request.parameters.get(f"{prefix}RoleId")
    if not name and not role_id:
        raise MissingParameter(f"{prefix}RoleId")
    role = state.role_of_id(str(role_id)) if role_id else state.role(str(name))
    request.call.resource = str(role["RoleName"] if role else name or role_id)
    request.require(action, role_resource(request, request.call.resource))
    if role is None:
        raise RoleNotExist(request.call.resource)
    return role


def role_resource(request: ApiRequest, name: str) -> str:
    """The QCS name of a role."""
    return f"qcs::cam::uin/{request.uin}:roleName/{name}"


def _shown(request: ApiRequest, role: Document) -> dict[str, Any]:
    return {
        **role,
        "DeletionTaskId": None,
        "RoleArn": role_resource(request, role["RoleName"]),
        "Tags": [
            {"Key": key, "Value": value} for key, value in tags.store(request).of("cam", "", tags.role(role)).items()
        ],
    }


def _description(text: str) -> str:
    if len(text) > _LONGEST_DESCRIPTION:
        raise InvalidParameter("DescriptionLengthOverlimit", f"Description is longer than {_LONGEST_DESCRIPTION}.")
    return text


def _duration(request: ApiRequest) -> int:
    duration = request.integer("SessionDuration")
    if not 0 <= duration <= _LONGEST_SESSION:
        raise InvalidParameter("ParamError", f"SessionDuration must be between 0 and {_LONGEST_SESSION}.")
    return duration


def _login(request: ApiRequest, default: int | None = None) -> int:
    login = request.integer("ConsoleLogin", default)
    if login not in (0, 1):
        raise InvalidParameter("ParamError", "ConsoleLogin must be 0 or 1.")
    return login
