"""Topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue, Operation
from yunfn.localcloud.tencent.cls.models import ClsState
from yunfn.localcloud.tencent.cls.models.entries import FOREVER
from yunfn.localcloud.tencent.cls.responses.filters import Filters, Fits, exactly, page, partly
from yunfn.localcloud.tencent.cls.responses.names import (
    allowed,
    forget_tags,
    new_id,
    new_name,
    put_tags,
    tags_of,
    written,
)

_FLAGS = ("AutoSplit", "IsWebTracking", "IsSourceFrom")
# What the local cloud has no counterpart of; a topic that looks encrypted and is not would be a lie.
_ABSENT = ("Encryption", "CustomKmsInfo", "Extends", "CancelTopicAsyncTaskID", "BillingMode")
_HIDDEN = ("index",)
# CreateTopic's and ModifyTopic's parameters in the API's reference: days, partitions.
_LONGEST, _SHORTEST_COLD = 3600, 7
_PARTITIONS_AT_FIRST, _PARTITIONS = 10, 50


class TopicCalls:
    """CreateTopic, DescribeTopics, ModifyTopic, DeleteTopic."""

    def __init__(self, state: ClsState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateTopic": self._create,
            "DescribeTopics": self._describe,
            "ModifyTopic": self._modify,
            "DeleteTopic": self._delete,
        }

    async def _create(self, request: ApiRequest) -> dict[str, Any]:
        logset_id = request.text("LogsetId")
        allowed(request, "logset", logset_id)
        topic_id = new_id(request, "TopicId")
        topic: Document = {
            "LogsetId": logset_id,
            "TopicId": topic_id,
            "TopicName": new_name(request, "TopicName"),
            "PartitionCount": 1,
            "AutoSplit": True,
            "MaxSplitPartitions": _PARTITIONS,
            "StorageType": "hot",
            "Period": 30,
            "HotPeriod": 0,
            "Describes": "",
            "Status": True,
            "BizType": 0,
            "IsWebTracking": False,
            "IsSourceFrom": False,
            "CreateTime": self._state.moment(),
            "index": None,
        }
        _read(request, topic)
        if not 1 <= topic["PartitionCount"] <= _PARTITIONS_AT_FIRST:
            raise InvalidParameterValue("PartitionCount", f"must be between 1 and {_PARTITIONS_AT_FIRST}")
        if request.integer("BizType", 0) != 0:
            raise UnknownOperationError("cls", "CreateTopic with BizType 1 (metrics)")
        self._state.create_topic(request.region, topic)
        try:
            put_tags(request, f"topic/{topic_id}")
        except BaseException:
            self._state.delete_topic(request.region, topic_id)
            raise
        return {"TopicId": topic_id}

    async def _describe(self, request: ApiRequest) -> dict[str, Any]:
        allowed(request, "topic", "*")
        logsets = {one["LogsetId"]: one["LogsetName"] for one in self._state.logsets(request.region)}
        filters = Filters(request, _filters(request, logsets), lambda one: tags_of(request, f"topic/{one['TopicId']}"))
        wanted = (one for one in self._state.topics(request.region) if filters.fits(one))
        found = sorted(wanted, key=lambda one: (one["CreateTime"], one["TopicName"]))
        found = [one for one in found if one["BizType"] == request.integer("BizType", 0)]
        return {"Topics": [_shown(request, one) for one in page(request, found)], "TotalCount": len(found)}

    async def _modify(self, request: ApiRequest) -> dict[str, Any]:
        topic_id = request.text("TopicId")
        allowed(request, "topic", topic_id)
        topic = self._state.topic(request.region, topic_id)
        if "TopicName" in request:
            topic["TopicName"] = new_name(request, "TopicName")
        topic["Status"] = request.flag("Status", topic["Status"])
        _read(request, topic)
        topic["PartitionCount"] = max(topic["PartitionCount"], 1)
        if topic["PartitionCount"] > topic["MaxSplitPartitions"]:
            raise InvalidParameterValue("PartitionCount", f"must be at most {topic['MaxSplitPartitions']}")
        put_tags(request, f"topic/{topic_id}")
        self._state.put_topic(request.region, topic)
        return {}

    async def _delete(self, request: ApiRequest) -> dict[str, Any]:
        topic_id = request.text("TopicId")
        allowed(request, "topic", topic_id)
        self._state.delete_topic(request.region, topic_id)
        forget_tags(request, f"topic/{topic_id}")
        return {}


def _read(request: ApiRequest, topic: Document) -> None:
    """Put into ``topic`` the settings that are sent; raises InvalidParameter and InvalidParameterValue."""
    for name in _ABSENT:
        if request.parameters.get(name):
            raise UnknownOperationError("cls", f"{request.call.operation} with {name}")
    for name in ("PartitionCount", "MaxSplitPartitions", "Period", "HotPeriod"):
        topic[name] = request.integer(name, topic[name])
    for name in _FLAGS:
        topic[name] = request.flag(name, topic[name])
    for name in ("StorageType", "Describes"):
        topic[name] = request.text(name, topic[name])
    if topic["StorageType"] not in ("hot", "cold"):
        raise InvalidParameterValue("StorageType", "must be hot or cold")
    if not 1 <= topic["MaxSplitPartitions"] <= _PARTITIONS:
        raise InvalidParameterValue("MaxSplitPartitions", f"must be between 1 and {_PARTITIONS}")
    shortest = _SHORTEST_COLD if topic["StorageType"] == "cold" else 1
    if not shortest <= topic["Period"] <= _LONGEST and topic["Period"] != FOREVER:
        raise InvalidParameterValue("Period", f"must be between {shortest} and {_LONGEST} days, or {FOREVER}: for ever")
    if topic["HotPeriod"] != 0 and not _SHORTEST_COLD <= topic["HotPeriod"] < topic["Period"]:
        raise InvalidParameterValue("HotPeriod", f"must be 0, or {_SHORTEST_COLD} at least and less than Period")


def _filters(request: ApiRequest, logsets: Mapping[str, str]) -> Mapping[str, Fits]:
    precise = request.integer("PreciseSearch", 0)
    if not 0 <= precise <= 3:
        raise InvalidParameterValue("PreciseSearch", "must be between 0 and 3")

    def in_logset(topic: Document, value: str) -> bool:
        name = logsets[topic["LogsetId"]]
        return value == name if precise & 2 else value in name

    return {
        "topicId": exactly("TopicId"),
        "topicName": exactly("TopicName") if precise & 1 else partly("TopicName"),
        "logsetId": exactly("LogsetId"),
        "logsetName": in_logset,
        "storageType": exactly("StorageType"),
    }


def _shown(request: ApiRequest, topic: Document) -> dict[str, Any]:
    return {
        **{name: value for name, value in topic.items() if name not in _HIDDEN},
        "Index": topic["index"] is not None and topic["index"]["Status"],
        "Tags": written(tags_of(request, f"topic/{topic['TopicId']}")),
        "AssumerName": "",
        "SubAssumerName": "",
        "RoleName": "",
    }
