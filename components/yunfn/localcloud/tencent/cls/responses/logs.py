"""Logs: written and searched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, MissingParameter, Operation
from yunfn.localcloud.tencent.cls.analytics import shown
from yunfn.localcloud.tencent.cls.log_group import read_log_groups
from yunfn.localcloud.tencent.cls.models import ClsState, StoredEntry
from yunfn.localcloud.tencent.cls.responses.names import allowed, resource
from yunfn.localcloud.tencent.cls.search import Search


class LogCalls:
    """UploadLog, SearchLog."""

    def __init__(self, state: ClsState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {"UploadLog": self._upload, "SearchLog": self._search}

    async def _upload(self, request: ApiRequest) -> dict[str, Any]:
        headers = request.call.headers
        topic_id = headers.get("x-cls-topicid", "")
        if not topic_id:
            raise MissingParameter("TopicId")
        request.call.resource = topic_id
        # The right's name is older than the API's ("Access policy templates" in CLS's documentation).
        request.require("cls:pushLog", resource(request, "topic", topic_id))
        self._state.topic(request.region, topic_id)
        entries = read_log_groups(await request.call.body(), headers.get("x-cls-compresstype", ""))
        self._state.append(request.region, topic_id, entries)
        return {}

    async def _search(self, request: ApiRequest) -> dict[str, Any]:
        allowed(request, "topic", request.text("TopicId", "*"))
        search = Search(self._state, request)
        told: dict[str, Any] = {
            "Context": "",
            "ListOver": True,
            "Analysis": bool(search.statement),
            "Results": None,
            "ColNames": None,
            "AnalysisResults": None,
            "AnalysisRecords": None,
            "Columns": None,
            "SamplingRate": 1,
        }
        if search.statement:
            return told | shown(await search.analysis(), new=request.flag("UseNewAnalysis", False))
        found, over, context = await search.page()
        return told | {"Context": context, "ListOver": over, "Results": [_shown(search.topic, one) for one in found]}


def _shown(topic: Document, stored: StoredEntry) -> dict[str, Any]:
    entry = stored.entry
    return {
        "Time": entry.time_ms,
        "TopicId": topic["TopicId"],
        "TopicName": topic["TopicName"],
        "Source": entry.source,
        "FileName": entry.filename,
        "HostName": "",
        "PkgId": f"{stored.package:016X}",
        "PkgLogId": str(stored.number),
        "LogJson": json.dumps(entry.contents, ensure_ascii=False, separators=(",", ":")),
        "RawLog": "",
        "IndexStatus": "",
    }
