"""Parse and answer Tag's calls."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue, MissingParameter, Operation
from yunfn.localcloud.tencent.tag.exceptions import IllegalTag, TooMany
from yunfn.localcloud.tencent.tag.paging import page
from yunfn.localcloud.tencent.tag.resource import TaggedResource, parse
from yunfn.localcloud.tencent.tag.store import TagStore, check

# TagResources, ModifyResourceTags, DescribeResourceTagsByResourceIds: their parameters' descriptions in the SDK.
_PER_REQUEST, _IDS, _LARGEST_PAGE = 10, 50, 200


class TagCalls:
    """Tags by resource: write, read, and find resources by them."""

    def __init__(self, store: TagStore) -> None:
        self._store = store

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "ModifyResourceTags": self._modify,
            "TagResources": self._tag,
            "UnTagResources": self._untag,
            "DescribeResourceTagsByResourceIds": self._describe_ids,
            "DescribeResourceTags": self._describe,
            "GetResources": self._get_resources,
        }

    async def _modify(self, request: ApiRequest) -> dict[str, Any]:
        resource = _resource(request, request.text("Resource"), "tag:ModifyResourceTags")
        put, remove = _tags(request, "ReplaceTags"), _deleted(request)
        if not put and not remove:
            raise MissingParameter("ReplaceTags")
        if both := set(put) & set(remove):
            raise IllegalTag("TagKeyDuplicate", f"The tag key {min(both)!r} is both replaced and deleted.")
        self._store.replace(resource, put, remove)
        return {}

    async def _tag(self, request: ApiRequest) -> dict[str, Any]:
        tags = _tags(request, "Tags")
        if not tags:
            raise MissingParameter("Tags")
        return self._each(request, "tag:TagResources", tags, ())

    async def _untag(self, request: ApiRequest) -> dict[str, Any]:
        keys = request.texts("TagKeys")
        return self._each(request, "tag:UnTagResources", {}, keys)

    def _each(self, request: ApiRequest, action: str, put: Mapping[str, str], remove: Iterable[str]) -> dict[str, Any]:
        """Change the tags of every resource of ResourceList; those that cannot be changed are told, the rest are."""
        resources = request.texts("ResourceList")
        if len(resources) > _PER_REQUEST:
            raise TooMany("ResourceNumPerRequest", "resources in one request", _PER_REQUEST)
        for key, value in put.items():
            check(key, value)
        failed = []
        for text in resources:
            resource = _resource(request, text, action)
            try:
                self._store.replace(resource, put, remove)
            except CloudError as error:
                failed.append({"Resource": text, "Code": error.code, "Message": error.message})
        return {"FailedResources": failed}

    async def _describe_ids(self, request: ApiRequest) -> dict[str, Any]:
        service, prefix = request.text("ServiceType"), request.text("ResourcePrefix")
        region, ids = request.text("ResourceRegion", ""), request.texts("ResourceIds")
        if len(ids) > _IDS:
            raise InvalidParameterValue("ResourceIds", f"must have at most {_IDS} elements")
        # Of no single resource (CLS documentation, "Access policy templates").
        request.require("tag:DescribeResourceTagsByResourceIds", "*")
        rows = []
        for each in ids:
            resource = TaggedResource(service, region, f"{prefix}/{each}")
            rows += [_row(resource, each, key, value) for key, value in self._store.of(resource).items()]
        shown, paging = page(request, rows)
        return {**paging, "Tags": shown}

    async def _describe(self, request: ApiRequest) -> dict[str, Any]:
        request.require("tag:DescribeResourceTags", "*")
        wanted = {name: request.text(name, "") for name in ("ServiceType", "ResourcePrefix", "ResourceId")}
        region = request.text("ResourceRegion", "")
        rows = []
        for resource, tags in self._store.all():
            prefix, _, name = resource.name.rpartition("/")
            found = {"ServiceType": resource.service, "ResourcePrefix": prefix, "ResourceId": name}
            if all(value in ("", found[key]) for key, value in wanted.items()) and region in ("", resource.region):
                rows += [_row(resource, name, key, value) for key, value in tags.items()]
        shown, paging = page(request, rows)
        return {**paging, "Rows": shown}

    async def _get_resources(self, request: ApiRequest) -> dict[str, Any]:
        request.require("tag:GetResources", "*")
        account = request.cloud.tencent
        size = request.integer("MaxResults", 50)
        if not 1 <= size <= _LARGEST_PAGE:
            raise InvalidParameterValue("MaxResults", f"must be between 1 and {_LARGEST_PAGE}")
        named = {parse(text, account).key for text in request.texts("ResourceList", [])}
        filters = [(each.text("TagKey"), each.texts("TagValue", [])) for each in request.inners("TagFilters")]
        after = request.text("PaginationToken", "")
        found = [
            (resource, tags)
            for resource, tags in self._store.all()
            if resource.key > after
            and (not named or resource.key in named)
            and all(key in tags and (not values or tags[key] in values) for key, values in filters)
        ]
        # "MaxResults does not count where ResourceList is given" (its description in the SDK).
        shown = found if named else found[:size]
        return {
            "PaginationToken": shown[-1][0].key if len(shown) < len(found) else "",
            "ResourceTagMappingList": [
                {
                    "Resource": resource.qcs(account),
                    "Tags": [{"TagKey": key, "TagValue": value, "Category": "Custom"} for key, value in tags.items()],
                }
                for resource, tags in shown
            ],
        }


def _resource(request: ApiRequest, text: str, action: str) -> TaggedResource:
    resource = parse(text, request.cloud.tencent)
    request.call.resource = text
    request.require(action, resource.qcs(request.cloud.tencent))
    return resource


def _tags(request: ApiRequest, name: str) -> dict[str, str]:
    """The key and value pairs of a parameter; raises IllegalTag for a key that comes twice, TooMany past 10."""
    tags: dict[str, str] = {}
    for each in request.inners(name):
        key = each.text("TagKey", "")
        if key in tags:
            raise IllegalTag("TagKeyDuplicate", f"The tag key {key!r} comes twice.")
        tags[key] = each.text("TagValue", "")
    if len(tags) > _PER_REQUEST:
        raise TooMany("TagNumPerRequest", "tags in one request", _PER_REQUEST)
    return tags


def _deleted(request: ApiRequest) -> list[str]:
    return [each.text("TagKey") for each in request.inners("DeleteTags")]


def _row(resource: TaggedResource, resource_id: str, key: str, value: str) -> dict[str, Any]:
    return {
        "TagKey": key,
        "TagValue": value,
        "ResourceId": resource_id,
        "TagKeyMd5": _md5(key),
        "TagValueMd5": _md5(value),
        "ServiceType": resource.service,
        "Category": "Custom",
    }


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
