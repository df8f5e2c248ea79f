"""RAM users and their access keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.pop import Operation, Parameters, sender
from yunfn.localcloud.alibaba.ram.exceptions import (
    DeleteConflict,
    EntityAlreadyExists,
    EntityNotExist,
    InvalidParameter,
    LimitExceeded,
)
from yunfn.localcloud.alibaba.ram.models import RamState
from yunfn.localcloud.alibaba.ram.models.access_keys import UserKeys
from yunfn.localcloud.alibaba.ram.responses.paging import page
from yunfn.localcloud.call import Call

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FIELDS = ("DisplayName", "MobilePhone", "Email", "Comments")
_KEY_LIMIT = 2


class UserCalls:
    """Users (create, get, update, delete, list) and their keys (create, update, delete, list)."""

    def __init__(self, state: RamState, keys: UserKeys) -> None:
        self._state = state
        self._keys = keys

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateUser": self._create,
            "GetUser": self._get,
            "UpdateUser": self._update,
            "DeleteUser": self._delete,
            "ListUsers": self._list,
            "CreateAccessKey": self._create_key,
            "UpdateAccessKey": self._update_key,
            "DeleteAccessKey": self._delete_key,
            "ListAccessKeys": self._list_keys,
        }

    def _create(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = parameters.required("UserName")
        account = sender(call).account
        call.resource = name
        call.require("ram:CreateUser", f"acs:ram::{account}:user/*")
        now = self._state.now()
        user = {
            "UserName": _checked(name),
            "UserId": self._state.new_id("2"),
            **{field: parameters.get(field, "") for field in _FIELDS},
            "CreateDate": now,
            "UpdateDate": now,
            "tags": {},
        }
        if not self._state.insert(account, "user", name, user):
            raise EntityAlreadyExists("User", name)
        return {"User": _shown(user)}

    def _get(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        return {"User": _shown(self._user(call, parameters, "ram:GetUser"))}

    def _update(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        user = self._user(call, parameters, "ram:UpdateUser")
        account, old = sender(call).account, user["UserName"]
        for field in _FIELDS:
            user[field] = parameters.get(f"New{field}", user[field])
        new = _checked(parameters.get("NewUserName") or old)
        user.update(UserName=new, UpdateDate=self._state.now())
        if new.lower() == old.lower():
            self._state.put(account, "user", new, user)
        else:
            if not self._state.insert(account, "user", new, user):
                raise EntityAlreadyExists("User", new)
            for one in self._state.attached(account, "user", old):
                self._state.attach(account, "user", new, one["PolicyType"], one["PolicyName"])
                self._state.detach(account, "user", old, one["PolicyType"], one["PolicyName"])
            self._state.delete(account, "user", old)
        self._keys.rename(account, old, new)
        return {"User": _shown(user)}

    def _delete(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = self._user(call, parameters, "ram:DeleteUser")["UserName"]
        account = sender(call).account
        if self._state.attached(account, "user", name):
            raise DeleteConflict("User.Policy", name)
        if self._keys.list(account, name):
            raise DeleteConflict("User.AccessKey", name)
        self._state.delete(account, "user", name)
        return {}

    def _list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        account = sender(call).account
        call.require("ram:ListUsers", f"acs:ram::{account}:user/*")
        users, paging = page(parameters, list(self._state.scan(account, "user")), lambda one: one["UserName"])
        return {"Users": {"User": [_shown(user) for user in users]}, **paging}

    def _create_key(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        account, name = self._owner(call, parameters, "ram:CreateAccessKey")
        if len(self._keys.list(account, name)) >= _KEY_LIMIT:
            raise LimitExceeded("User.AccessKey", _KEY_LIMIT)
        key = self._keys.create(account, name)
        shown = next(one for one in self._keys.list(account, name) if one["AccessKeyId"] == key.id)
        return {"AccessKey": {**shown, "AccessKeySecret": key.secret}}

    def _update_key(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        account, name = self._owner(call, parameters, "ram:UpdateAccessKey")
        key_id, status = parameters.required("UserAccessKeyId"), parameters.required("Status")
        if status not in ("Active", "Inactive"):
            raise InvalidParameter("Status", "be Active or Inactive")
        if not self._keys.set_status(account, name, key_id, status):
            raise EntityNotExist("User.AccessKey", key_id)
        return {}

    def _delete_key(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        account, name = self._owner(call, parameters, "ram:DeleteAccessKey")
        key_id = parameters.required("UserAccessKeyId")
        if not self._keys.delete(account, name, key_id):
            raise EntityNotExist("User.AccessKey", key_id)
        return {}

    def _list_keys(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        account, name = self._owner(call, parameters, "ram:ListAccessKeys")
        return {"AccessKeys": {"AccessKey": self._keys.list(account, name)}}

    def _owner(self, call: Call, parameters: Parameters, action: str) -> tuple[str, str]:
        """Account and user whose keys are meant: the named one's, or the calling user's own."""
        principal = sender(call)
        name = parameters.get("UserName") or (principal.name if principal.kind == "user" else "")
        if not name:
            raise InvalidParameter("UserName", "name a user; the account owner's own keys are not kept by RAM")
        return principal.account, self._named(call, name, action)["UserName"]

    def _user(self, call: Call, parameters: Parameters, action: str) -> dict[str, Any]:
        return self._named(call, parameters.required("UserName"), action)

    def _named(self, call: Call, name: str, action: str) -> dict[str, Any]:
        account = sender(call).account
        call.resource = name
        call.require(action, f"acs:ram::{account}:user/{name}")
        user = self._state.get(account, "user", name)
        if user is None:
            raise EntityNotExist("User", name)
        return user


def _shown(user: Mapping[str, Any]) -> dict[str, Any]:
    return {name: user[name] for name in ("UserId", "UserName", *_FIELDS, "CreateDate", "UpdateDate")}


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidParameter("UserName", "be 1 to 64 letters, digits, periods, hyphens or underscores")
    return name
