"""Sub-users and their access keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, Operation
from yunfn.localcloud.tencent.cam.exceptions import InvalidParameter, KeyNotExist, OperationDenied, UserNotExist
from yunfn.localcloud.tencent.cam.models import CamState
from yunfn.localcloud.tencent.cam.models.access_keys import UserKeys

_NAME = re.compile(r"[\w.@-]{1,64}", re.ASCII)
_FIELDS = ("Remark", "PhoneNum", "CountryCode", "Email")
_KEYS = 2


class UserCalls:
    """Sub-users (add, get, update, delete, list, describe) and their keys (create, update, delete, list).

    There is no console, so no passwords: ConsoleLogin is only kept.
    """

    def __init__(self, state: CamState, keys: UserKeys) -> None:
        self._state = state
        self._keys = keys

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "AddUser": self._add,
            "GetUser": self._get,
            "UpdateUser": self._update,
            "DeleteUser": self._delete,
            "ListUsers": self._list,
            "DescribeSubAccounts": self._describe,
            "GetUserAppId": self._app_id,
            "CreateAccessKey": self._create_key,
            "UpdateAccessKey": self._update_key,
            "DeleteAccessKey": self._delete_key,
            "ListAccessKeys": self._list_keys,
        }

    async def _add(self, request: ApiRequest) -> dict[str, Any]:
        name = request.text("Name")
        request.call.resource = name
        request.require("cam:AddUser", _resource(request, "*"))
        if not _NAME.fullmatch(name):
            raise InvalidParameter("UserNameIllegal", "Name must be 1 to 64 letters, digits or .@-_.")
        if self._named(name) is not None:
            raise InvalidParameter("SubUserNameInUse", f"The user name {name} is in use.")
        uin = self._state.new_user_uin()
        user = {
            "Uin": uin,
            "Name": name,
            "Uid": uin % 10**8,
            **{field: request.text(field, "") for field in _FIELDS},
            "ConsoleLogin": request.integer("ConsoleLogin", 0),
            "CreateTime": self._state.now(),
        }
        self._state.put_user(user)
        answer = {"Uin": uin, "Name": name, "Uid": user["Uid"], "Password": None}
        if request.integer("UseApi", 0) == 1:
            key = self._keys.create(str(uin), "")
            answer |= {"SecretId": key.id, "SecretKey": key.secret}
        return answer

    async def _get(self, request: ApiRequest) -> dict[str, Any]:
        user = self._by_name(request, "cam:GetUser")
        shown = {name: value for name, value in user.items() if name != "CreateTime"}
        return {**shown, "RecentlyLoginIP": "", "RecentlyLoginTime": ""}

    async def _update(self, request: ApiRequest) -> dict[str, Any]:
        user = self._by_name(request, "cam:UpdateUser")
        changed = {field: request.text(field, user[field]) for field in _FIELDS}
        login = request.integer("ConsoleLogin", user["ConsoleLogin"])
        self._state.put_user({**user, **changed, "ConsoleLogin": login})
        return {}

    async def _delete(self, request: ApiRequest) -> dict[str, Any]:
        user = self._by_name(request, "cam:DeleteUser")
        uin = str(user["Uin"])
        keys = self._keys.list(uin)
        if keys and request.integer("Force", 0) != 1:
            raise OperationDenied("HaveKeys", f"The user {user['Name']} still has keys.")
        for key in keys:
            self._keys.delete(uin, key["AccessKeyId"])
        self._state.delete_user(uin)
        return {}

    async def _list(self, request: ApiRequest) -> dict[str, Any]:
        request.require("cam:ListUsers", _resource(request, "*"))
        return {"Data": [{**user, "NickName": ""} for user in self._state.users()]}

    async def _describe(self, request: ApiRequest) -> dict[str, Any]:
        wanted = request.parameters.get("FilterSubAccountUin")
        if not isinstance(wanted, list) or not all(type(uin) is int for uin in wanted):
            raise InvalidParameter("UinError", "FilterSubAccountUin must be a list of numbers.")
        request.require("cam:DescribeSubAccounts", _resource(request, "*"))
        found = (self._state.user(str(uin)) for uin in wanted)
        return {"SubAccounts": [_sub_account(user) for user in found if user is not None]}

    async def _app_id(self, request: ApiRequest) -> dict[str, Any]:
        principal = request.principal
        own = principal.name if principal.kind in ("user", "federated-user") else principal.account
        return {"Uin": own, "OwnerUin": principal.account, "AppId": int(request.cloud.tencent.app_id)}

    async def _create_key(self, request: ApiRequest) -> dict[str, Any]:
        uin = self._owner(request, "cam:CreateAccessKey")
        if len(self._keys.list(uin)) >= _KEYS:
            raise OperationDenied("AccessKeyOverLimit", f"A user has {_KEYS} keys at most.")
        key = self._keys.create(uin, request.text("Description", ""))
        shown = next(one for one in self._keys.list(uin) if one["AccessKeyId"] == key.id)
        return {"AccessKey": {**shown, "SecretAccessKey": key.secret}}

    async def _update_key(self, request: ApiRequest) -> dict[str, Any]:
        uin = self._owner(request, "cam:UpdateAccessKey")
        key_id, status = request.text("AccessKeyId"), request.text("Status")
        if status not in ("Active", "Inactive"):
            raise InvalidParameter("ParamError", "Status must be Active or Inactive.")
        if not self._keys.set_status(uin, key_id, status):
            raise KeyNotExist(key_id)
        return {}

    async def _delete_key(self, request: ApiRequest) -> dict[str, Any]:
        uin = self._owner(request, "cam:DeleteAccessKey")
        if not self._keys.delete(uin, request.text("AccessKeyId")):
            raise KeyNotExist(request.text("AccessKeyId"))
        return {}

    async def _list_keys(self, request: ApiRequest) -> dict[str, Any]:
        return {"AccessKeys": self._keys.list(self._owner(request, "cam:ListAccessKeys"))}

    def _owner(self, request: ApiRequest, action: str) -> str:
        """The uin of the user whose keys are meant: the one named, or the calling user itself."""
        principal = request.principal
        own = int(principal.name) if principal.kind == "user" else None
        uin = request.integer("TargetUin", own if own is not None else int(principal.account))
        if str(uin) == principal.account:
            reason = "the account owner's own keys are the local cloud's: name a sub-user in TargetUin"
            raise OperationDenied("SubUin", reason)
        return str(find_user(self._state, request, uin, action)["Uin"])

    def _by_name(self, request: ApiRequest, action: str) -> Document:
        name = request.text("Name")
        user = self._named(name)
        request.call.resource = name
        request.require(action, _resource(request, user["Uin"] if user else "*"))
        if user is None:
            raise UserNotExist(name)
        return user

    def _named(self, name: str) -> Document | None:
        return next((user for user in self._state.users() if user["Name"] == name), None)


def find_user(state: CamState, request: ApiRequest, uin: int, action: str) -> Document:
    """The user of that uin, if the sender may do ``action`` on it; raises UserNotExist."""
    request.call.resource = str(uin)
    request.require(action, _resource(request, uin))
    user = state.user(str(uin))
    if user is None:
        raise UserNotExist(str(uin))
    return user


def _resource(request: ApiRequest, uin: int | str) -> str:
    return f"qcs::cam::uin/{request.uin}:uin/{uin}"


def _sub_account(user: Document) -> dict[str, Any]:
    shown = {name: user[name] for name in ("Uin", "Name", "Uid", "Remark", "CreateTime")}
    return {**shown, "UserType": 2, "LastLoginIp": "", "LastLoginTime": None}
