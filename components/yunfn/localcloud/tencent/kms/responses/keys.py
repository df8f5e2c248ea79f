"""Create, describe, list and rename keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.keystore import Key
from yunfn.localcloud.keystore.store import new_id
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameter, Operation
from yunfn.localcloud.tencent.kms.exceptions import InvalidValue, Unsupported, UnsupportedKeyUsage
from yunfn.localcloud.tencent.kms.keyring import USAGE, KmsKeys, state_name
from yunfn.localcloud.tencent.kms.responses.descriptions import metadata

# CreateKey's parameters in the SDK.
_ALIAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_LONGEST_DESCRIPTION = 1024
_LARGEST_PAGE, _MOST_KEYS = 200, 100
_OWN_MATERIAL = 1
_STATES = {1: "Enabled", 2: "Disabled", 3: "PendingDelete", 4: "PendingImport", 5: "Archived"}
_BY_USER = 0


class KeyCalls:
    """What keys there are."""

    def __init__(self, keys: KmsKeys) -> None:
        self._keys = keys

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateKey": self._create,
            "DescribeKey": self._describe,
            "DescribeKeys": self._describe_many,
            "ListKeys": self._list,
            "ListKeyDetail": self._list_detail,
            "UpdateAlias": self._update_alias,
            "UpdateKeyDescription": self._update_description,
        }

    async def _create(self, request: ApiRequest) -> dict[str, Any]:
        self._keys.require(request)
        usage = request.text("KeyUsage", "") or USAGE
        if usage != USAGE:
            raise UnsupportedKeyUsage(usage)
        if request.integer("Type", _OWN_MATERIAL) != _OWN_MATERIAL:
            raise InvalidValue("InvalidType", "The local cloud has no imported key material: Type is 1.")
        if request.text("HsmClusterId", ""):
            raise Unsupported("HSM clusters")
        tags = _tags(request)
        alias = self._free_alias(request)
        # A role's keys are its account's: the role itself has no uin.
        creator = request.principal.name if request.principal.kind == "user" else request.uin
        key_id = new_id()
        key = Key(key_id, request.cloud.clock.time(), description=_description(request))
        key.details = {"alias": alias, "creator": creator, "resource": f"creatorUin/{creator}/{key_id}"}
        request.call.resource = key_id
        if tags:
            self._keys.tag(request, key, tags)
        self._keys.store.create(self._keys.place(request), key)
        names = ("KeyId", "Alias", "CreateTime", "Description", "KeyState", "KeyUsage", "HsmClusterId")
        described = metadata(key)
        return {**{name: described[name] for name in names}, "TagCode": 0, "TagMsg": ""}

    async def _describe(self, request: ApiRequest) -> dict[str, Any]:
        return {"KeyMetadata": metadata(self._keys.named(request))}

    async def _describe_many(self, request: ApiRequest) -> dict[str, Any]:
        return {"KeyMetadatas": [metadata(key) for key in named_keys(self._keys, request)]}

    async def _list(self, request: ApiRequest) -> dict[str, Any]:
        self._keys.require(request)
        found = self._keys.all(request) if _by_users(request) else []
        return {"TotalCount": len(found), "Keys": [{"KeyId": key.id} for key in _page(request, found)]}

    async def _list_detail(self, request: ApiRequest) -> dict[str, Any]:
        self._keys.require(request)
        wanted = request.integer("KeyState", 0)
        if wanted not in (0, *_STATES):
            raise InvalidParameter("KeyState", "must be between 0 and 5")
        found = [key for key in self._keys.all(request) if self._fits(request, key, _STATES.get(wanted, ""))]
        if not request.integer("OrderType", 0):
            found.reverse()
        shown = [metadata(key) for key in _page(request, found)]
        return {"TotalCount": len(found), "KeyMetadatas": shown}

    async def _update_alias(self, request: ApiRequest) -> dict[str, Any]:
        key = self._keys.named(request)
        key.details["alias"] = self._free_alias(request, key.id)
        self._keys.save(request, key)
        return {}

    async def _update_description(self, request: ApiRequest) -> dict[str, Any]:
        key = self._keys.named(request)
        request.text("Description")
        key.description = _description(request)
        self._keys.save(request, key)
        return {}

    def _free_alias(self, request: ApiRequest, own: str = "") -> str:
        """The alias of a call, which no other key has: not even one that waits for its deletion, it is believed."""
        alias = request.text("Alias")
        if not _ALIAS.fullmatch(alias) or alias.lower().startswith("kms-"):
            rule = "An alias has 1 to 60 letters, digits, - and _, begins with a letter or digit, and not with kms-."
            raise InvalidValue("InvalidAlias", rule)
        if any(key.details["alias"] == alias and key.id != own for key in self._keys.all(request)):
            raise InvalidValue("AliasAlreadyExists", f"The alias {alias} already exists.")
        return alias

    def _fits(self, request: ApiRequest, key: Key, state: str) -> bool:
        text, usage = request.text("SearchKeyAlias", ""), request.text("KeyUsage", "") or USAGE
        if not _by_users(request) or request.text("Origin", "") not in ("", "ALL", "TENCENT_KMS"):
            return False
        if usage not in ("ALL", USAGE) or state not in ("", state_name(key)):
            return False
        if text not in key.id and text not in key.details["alias"]:
            return False
        filters = [(each.text("TagKey"), each.texts("TagValue", [])) for each in request.inners("TagFilters")]
        tags = self._keys.tags(request, key) if filters else {}
        return all(name in tags and (not values or tags[name] in values) for name, values in filters)


def named_keys(keys: KmsKeys, request: ApiRequest) -> list[Key]:
    """The keys of KeyIds, each of which the sender may use so; raises DuplicatedKeyId."""
    ids = request.texts("KeyIds")
    if not 1 <= len(ids) <= _MOST_KEYS:
        raise InvalidParameter("KeyIds", f"must have 1 to {_MOST_KEYS} elements")
    if len(set(ids)) < len(ids):
        raise InvalidValue("DuplicatedKeyId", "A KeyId comes twice.")
    found = [keys.usable(request, each) for each in ids]
    request.call.resource = ",".join(ids)
    return found


def _tags(request: ApiRequest) -> dict[str, str]:
    tags: dict[str, str] = {}
    for each in request.inners("Tags"):
        name = each.text("TagKey")
        if name in tags:
            raise InvalidValue("TagKeysDuplicated", f"The tag key {name!r} comes twice.")
        tags[name] = each.text("TagValue", "")
    return tags


def _description(request: ApiRequest) -> str:
    text = request.text("Description", "")
    if len(text.encode()) > _LONGEST_DESCRIPTION:
        raise InvalidParameter("Description", f"must have at most {_LONGEST_DESCRIPTION} bytes")
    return text


def _by_users(request: ApiRequest) -> bool:
    """Whether the keys that users made are asked for: there are no others here."""
    return request.integer("Role", _BY_USER) == _BY_USER


def _page(request: ApiRequest, found: list[Key]) -> list[Key]:
    offset, limit = request.integer("Offset", 0), request.integer("Limit", 10)
    if offset < 0 or not 0 <= limit <= _LARGEST_PAGE:
        raise InvalidParameter("Limit", f"must be between 0 and {_LARGEST_PAGE}, and Offset not negative")
    return found[offset : offset + limit]
