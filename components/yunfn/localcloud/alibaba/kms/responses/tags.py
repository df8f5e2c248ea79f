"""Tags of keys, by KMS's own three operations and by the three that all products have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from yunfn.localcloud.alibaba.kms.exceptions import InvalidParameter, LimitExceeded, MissingParameter
from yunfn.localcloud.alibaba.kms.request import KmsRequest
from yunfn.localcloud.keystore import Key

# TagResources: 20 tags of at most 128 characters, 50 resources.
_PER_KEY, _LONGEST, _RESOURCES = 20, 128, 50
_RESERVED = ("aliyun", "acs:")


def tag_resource(request: KmsRequest) -> Mapping[str, Any]:
    """TagResource of one key: Tags in JSON, with TagKey and TagValue."""
    key = request.key()
    _change(request, key, read_tags(request, "Tags", required=True), ())
    return {}


def untag_resource(request: KmsRequest) -> Mapping[str, Any]:
    """UntagResource of one key: TagKeys in JSON."""
    key = request.key()
    request.text("TagKeys")
    _change(request, key, {}, [str(each) for each in request.array("TagKeys")])
    return {}


def list_resource_tags(request: KmsRequest) -> Mapping[str, Any]:
    """ListResourceTags of one key."""
    key = request.key()
    rows = [{"KeyId": key.id, "TagKey": name, "TagValue": value} for name, value in key.details["tags"].items()]
    return {"Tags": {"Tag": rows}}


def tag_resources(request: KmsRequest) -> Mapping[str, Any]:
    """TagResources: the same tags for several keys."""
    keys = _resources(request)
    tags = _checked("Tag", {each.get("Key", ""): each.get("Value", "") for each in request.parameters.objects("Tag")})
    if not tags:
        raise MissingParameter("Tag")
    for key in keys:
        _change(request, key, tags, ())
    return {}


def untag_resources(request: KmsRequest) -> Mapping[str, Any]:
    """UntagResources: the named tags, or all of them."""
    keys, names = _resources(request), request.parameters.texts("TagKey")
    if not names and not request.flag("All", False):
        raise MissingParameter("TagKey")
    for key in keys:
        _change(request, key, {}, names or list(key.details["tags"]))
    return {}


def list_tag_resources(request: KmsRequest) -> Mapping[str, Any]:
    """ListTagResources: tags of the named keys, or of all that have them; in one page."""
    if request.parameters.texts("ResourceId"):
        keys = _resources(request)
    else:
        _type(request)
        request.require("key")
        keys = request.state.keys.all(request.place)
    wanted = [(each.get("Key", ""), each.get("Value")) for each in request.parameters.objects("Tag")]
    rows = [
        {"ResourceId": key.id, "ResourceType": "key", "TagKey": name, "TagValue": value}
        for key in keys
        if all(_has(key, *each) for each in wanted)
        for name, value in key.details["tags"].items()
    ]
    return {"TagResources": {"TagResource": rows}, "NextToken": ""}


def read_tags(request: KmsRequest, parameter: str, *, required: bool = False) -> dict[str, str]:
    """Tags in JSON, with TagKey and TagValue; raises MissingParameter, InvalidParameter, LimitExceeded."""
    if required:
        request.text(parameter)
    tags = {}
    for each in request.array(parameter):
        if not isinstance(each, dict) or not isinstance(each.get("TagKey"), str):
            raise InvalidParameter(parameter, "each has TagKey and TagValue")
        tags[each["TagKey"]] = str(each.get("TagValue", ""))
    return _checked(parameter, tags)


def _checked(parameter: str, tags: Mapping[str, str]) -> dict[str, str]:
    for name, value in tags.items():
        if not name or name.startswith(_RESERVED) or len(name) > _LONGEST or len(value) > _LONGEST:
            rule = f"a tag's key and value have at most {_LONGEST} characters, and no key begins with aliyun or acs:"
            raise InvalidParameter(parameter, rule)
    if len(tags) > _PER_KEY:
        raise LimitExceeded(f"{_PER_KEY} tags")
    return dict(tags)


def _change(request: KmsRequest, key: Key, put: Mapping[str, str], remove: Iterable[str]) -> None:
    tags = {**key.details["tags"], **put}
    for name in remove:
        tags.pop(name, None)
    if len(tags) > _PER_KEY:
        raise LimitExceeded(f"{_PER_KEY} tags of one key")
    key.details["tags"] = tags
    request.save(key)


def _resources(request: KmsRequest) -> list[Key]:
    """The keys of ResourceId.N, which the caller may use so."""
    _type(request)
    ids = request.parameters.texts("ResourceId")
    if not ids:
        raise MissingParameter("ResourceId")
    if len(ids) > _RESOURCES:
        raise InvalidParameter("ResourceId", f"there are at most {_RESOURCES}")
    return [request.key_by_id(each) for each in ids]


def _type(request: KmsRequest) -> None:
    if request.text("ResourceType") != "key":
        raise InvalidParameter("ResourceType", "the local cloud has keys only: key")


def _has(key: Key, name: str, value: str | None) -> bool:
    tags = key.details["tags"]
    return name in tags and value in (None, "", tags[name])
