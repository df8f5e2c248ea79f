"""Logsets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, Operation
from yunfn.localcloud.tencent.cls.models import ClsState
from yunfn.localcloud.tencent.cls.responses.filters import Filters, exactly, page, partly
from yunfn.localcloud.tencent.cls.responses.names import (
    allowed,
    forget_tags,
    new_id,
    new_name,
    put_tags,
    tags_of,
    written,
)

_FILTERS = {"logsetId": exactly("LogsetId"), "logsetName": partly("LogsetName")}


class LogsetCalls:
    """CreateLogset, DescribeLogsets, ModifyLogset, DeleteLogset."""

    def __init__(self, state: ClsState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateLogset": self._create,
            "DescribeLogsets": self._describe,
            "ModifyLogset": self._modify,
            "DeleteLogset": self._delete,
        }

    async def _create(self, request: ApiRequest) -> dict[str, Any]:
        allowed(request, "logset", "*")
        name, logset_id = new_name(request, "LogsetName"), new_id(request, "LogsetId")
        request.call.resource = logset_id
        document = {"LogsetId": logset_id, "LogsetName": name, "CreateTime": self._state.moment()}
        self._state.create_logset(request.region, document)
        try:
            put_tags(request, f"logset/{logset_id}")
        except BaseException:
            self._state.delete_logset(request.region, logset_id)
            raise
        return {"LogsetId": logset_id}

    async def _describe(self, request: ApiRequest) -> dict[str, Any]:
        allowed(request, "logset", "*")
        filters = Filters(request, _FILTERS, lambda one: tags_of(request, f"logset/{one['LogsetId']}"))
        found = sorted(filter(filters.fits, self._state.logsets(request.region)), key=_newest_last)
        topics = Counter(one["LogsetId"] for one in self._state.topics(request.region))
        return {
            "Logsets": [_shown(request, one, topics[one["LogsetId"]]) for one in page(request, found)],
            "TotalCount": len(found),
        }

    async def _modify(self, request: ApiRequest) -> dict[str, Any]:
        # With the id alone where only tags change, by the Tag API (terraform-provider-tencentcloud 1.81.90).
        logset_id = request.text("LogsetId")
        allowed(request, "logset", logset_id)
        logset = self._state.logset(request.region, logset_id)
        name = new_name(request, "LogsetName") if "LogsetName" in request else logset["LogsetName"]
        put_tags(request, f"logset/{logset_id}")
        self._state.rename_logset(request.region, logset, name)
        return {}

    async def _delete(self, request: ApiRequest) -> dict[str, Any]:
        logset_id = request.text("LogsetId")
        allowed(request, "logset", logset_id)
        self._state.delete_logset(request.region, logset_id)
        forget_tags(request, f"logset/{logset_id}")
        return {}


def _shown(request: ApiRequest, logset: Document, topics: int) -> dict[str, Any]:
    return {
        **logset,
        "AssumerUin": None,
        "AssumerName": "",
        "RoleName": "",
        "Tags": written(tags_of(request, f"logset/{logset['LogsetId']}")),
        "TopicCount": topics,
        "MetricTopicCount": 0,
    }


def _newest_last(logset: Document) -> tuple[str, str]:
    return logset["CreateTime"], logset["LogsetName"]
