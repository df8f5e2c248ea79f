"""ListAsyncEvents, GetAsyncEventStatus and TerminateAsyncEvent (models of tencentcloud-sdk-python-scf).

States: RUNNING (waiting counts), FINISHED, ABORTED, FAILED. The local cloud shows the events of every function, with
status tracking (TraceEnable) or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.async_tasks import FINAL, AsyncTask
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue
from yunfn.localcloud.tencent.scf.dataplane.async_queue import ScfAsyncQueue
from yunfn.localcloud.tencent.scf.dataplane.exceptions import AsyncEventFinished, AsyncEventNotFound
from yunfn.localcloud.tencent.scf.dataplane.records import CallRecords
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory
from yunfn.localcloud.tencent.scf.state import DEFAULT_NAMESPACE
from yunfn.localcloud.tencent.scf.times import CHINA

_STATES = {"Succeeded": "FINISHED", "Stopped": "ABORTED", "Failed": "FAILED", "Expired": "FAILED", "Invalid": "FAILED"}
_LARGEST_LIMIT = 100


class AsyncEventApi:
    """Answers what callers ask of asynchronous calls."""

    def __init__(
        self, cloud: LocalCloud, directory: FunctionDirectory, queue: ScfAsyncQueue, records: CallRecords
    ) -> None:
        self._cloud = cloud
        self._directory = directory
        self._queue = queue
        self._records = records

    async def list_async_events(self, request: ApiRequest) -> Mapping[str, Any]:
        """ListAsyncEvents: filtered, ordered, in pages."""
        namespace, name = request.text("Namespace", "") or DEFAULT_NAMESPACE, request.text("FunctionName")
        self._directory.status(request.region, namespace, name)
        offset, limit = request.integer("Offset", 0), request.integer("Limit", 20)
        if offset < 0 or not 0 <= limit <= _LARGEST_LIMIT:
            raise InvalidParameterValue("Limit", f"must be 0 to {_LARGEST_LIMIT}, and Offset 0 or more")
        by = request.text("Orderby", "") or "StartTime"
        if by not in ("StartTime", "EndTime"):
            raise InvalidParameterValue("Orderby", "must be StartTime or EndTime")
        account = self._cloud.tencent.uin
        found = [_event(task) for task in self._queue.tasks.of_function(account, request.region, f"{namespace}/{name}")]
        found = [event for event in found if _wanted(request, event)]
        descending = (request.text("Order", "") or "DESC").upper() == "DESC"
        found.sort(key=lambda event: event[by], reverse=descending)
        return {"TotalCount": len(found), "EventList": found[offset : offset + limit]}

    async def get_async_event_status(self, request: ApiRequest) -> Mapping[str, Any]:
        """GetAsyncEventStatus."""
        task = self._task(request)
        namespace, name = task.function.split("/")
        codes = [record.status for record in self._records.of_function(task.region, namespace, name, task.request_id)]
        over = task.status in FINAL
        told = {
            "Status": _state(task),
            # 202: under way (SCFD "log structure"); 499: ended by its caller ("function status codes").
            "StatusCode": 499 if task.status == "Stopped" else (codes or [500])[-1] if over else 202,
            "InvokeRequestId": task.request_id,
        }
        return {"Result": told}

    async def terminate_async_event(self, request: ApiRequest) -> Mapping[str, Any]:
        """TerminateAsyncEvent: a call that waits never runs, one that runs is killed.

        GraceShutdown changes nothing: the instance is told to end before it is killed, in every case.
        """
        task = self._task(request)
        namespace, name = request.text("Namespace", "") or DEFAULT_NAMESPACE, request.text("FunctionName")
        if task.function != f"{namespace}/{name}":
            raise AsyncEventNotFound(task.request_id)
        if task.status in FINAL:
            raise AsyncEventFinished(task.request_id, _state(task))
        await self._queue.end_task(task)
        return {}

    def _task(self, request: ApiRequest) -> AsyncTask:
        request_id = request.text("InvokeRequestId")
        task = self._queue.tasks.by_request(self._cloud.tencent.uin, request.region, request_id)
        if task is None:
            raise AsyncEventNotFound(request_id)
        return task


def _state(task: AsyncTask) -> str:
    return _STATES.get(task.status, "RUNNING")


def _told(moment: float | None) -> str:
    return datetime.fromtimestamp(moment, CHINA).strftime("%Y-%m-%d %H:%M:%S.%f") if moment is not None else ""


def _event(task: AsyncTask) -> dict[str, Any]:
    return {
        "InvokeRequestId": task.request_id,
        "InvokeType": task.source,
        "Qualifier": task.qualifier,
        "Status": _state(task),
        "StartTime": _told(task.started or task.enqueued),
        "EndTime": _told(task.ended),
    }


def _wanted(request: ApiRequest, event: Mapping[str, Any]) -> bool:
    kinds, states = request.texts("InvokeType", []), request.texts("Status", [])
    return (
        request.text("Qualifier", "") in ("", event["Qualifier"])
        and request.text("InvokeRequestId", "") in ("", event["InvokeRequestId"])
        and (not kinds or event["InvokeType"] in kinds)
        and (not states or event["Status"] in states)
        and _within(request, "StartTimeInterval", event["StartTime"])
        and _within(request, "EndTimeInterval", event["EndTime"])
    )


def _within(request: ApiRequest, name: str, moment: str) -> bool:
    interval = request.inner(name)
    start, end = interval.text("Start", ""), interval.text("End", "")
    return (not start or moment >= start) and (not end or moment < end)
