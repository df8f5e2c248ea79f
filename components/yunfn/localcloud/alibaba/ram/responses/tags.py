"""Tags of roles, users and policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.pop import Operation, Parameters, sender
from yunfn.localcloud.alibaba.ram.exceptions import EntityNotExist, InvalidParameter, LimitExceeded
from yunfn.localcloud.alibaba.ram.models import RamState
from yunfn.localcloud.call import Call

_LIMIT = 20
_KINDS = {"role": "Role", "user": "User", "policy": "Policy"}


def read_tags(parameters: Parameters) -> dict[str, str]:
    """The tags of a call's ``Tag`` parameter; raises InvalidParameter or LimitExceeded."""
    tags: dict[str, str] = {}
    for one in parameters.objects("Tag"):
        key = one.get("Key", "")
        if not key or len(key) > 128 or key.lower().startswith(("aliyun", "acs:", "http://", "https://")):
            raise InvalidParameter("Tag.Key", 'be 1 to 128 characters and not begin with "aliyun" or "acs:"')
        tags[key] = one.get("Value", "")
    if len(tags) > _LIMIT:
        raise LimitExceeded("Tag", _LIMIT)
    return tags


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as RAM lists them, by key."""
    return [{"TagKey": key, "TagValue": value} for key, value in sorted(tags.items())]


class TagCalls:
    """TagResources, UntagResources, ListTagResources."""

    def __init__(self, state: RamState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"TagResources": self._tag, "UntagResources": self._untag, "ListTagResources": self._list}

    def _tag(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        tags = read_tags(parameters)
        if not tags:
            raise InvalidParameter("Tag", "hold at least one tag")
        for kind, entity in self._entities(call, parameters, "ram:TagResources"):
            entity["tags"].update(tags)
            if len(entity["tags"]) > _LIMIT:
                raise LimitExceeded("Tag", _LIMIT)
            self._keep(call, kind, entity)
        return {}

    def _untag(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        # The provider sends TagKeys as JSON beside the API's own TagKey.1 (terraform-provider-alicloud 1.285.0).
        keys = {*parameters.texts("TagKey"), *parameters.texts("TagKeys")}
        everything = parameters.get("All", "").lower() == "true"
        for kind, entity in self._entities(call, parameters, "ram:UntagResources"):
            entity["tags"] = {key: value for key, value in entity["tags"].items() if not everything and key not in keys}
            self._keep(call, kind, entity)
        return {}

    def _list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        wanted = parameters.objects("Tag")
        found = []
        for kind, entity in self._entities(call, parameters, "ram:ListTagResources"):
            tags = entity["tags"]
            if any(tags.get(one.get("Key", "")) != one.get("Value", tags.get(one.get("Key", ""))) for one in wanted):
                continue
            name = entity[f"{_KINDS[kind]}Name"]
            identity = entity.get(f"{_KINDS[kind]}Id", name)
            found += [
                {"ResourceType": kind, "ResourceName": name, "ResourceId": identity, **tag} for tag in as_list(tags)
            ]
        return {"TagResources": {"TagResource": found}, "IsTruncated": False}

    def _entities(self, call: Call, parameters: Parameters, action: str) -> list[tuple[str, dict[str, Any]]]:
        kind = parameters.required("ResourceType").lower()
        if kind not in _KINDS:
            raise InvalidParameter("ResourceType", "be role, user or policy")
        names = parameters.texts("ResourceNames") or parameters.texts("ResourceName")
        if not names and action != "ram:ListTagResources":
            raise InvalidParameter("ResourceNames", "name at least one resource")
        account = sender(call).account
        call.resource = " ".join(names)
        for name in names or ["*"]:
            call.require(action, f"acs:ram::{account}:{kind}/{name}")
        if not names:
            return [(kind, entity) for entity in self._state.scan(account, kind)]
        found = []
        for name in names:
            entity = self._state.get(account, kind, name)
            if entity is None:
                raise EntityNotExist(_KINDS[kind], name)
            found.append((kind, entity))
        return found

    def _keep(self, call: Call, kind: str, entity: dict[str, Any]) -> None:
        self._state.put(sender(call).account, kind, entity[f"{_KINDS[kind]}Name"], entity)
