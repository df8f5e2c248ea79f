"""GetFunctionLogs and GetRequestStatus: what became of calls (models of tencentcloud-sdk-python-scf)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue
from yunfn.localcloud.tencent.scf.dataplane.async_queue import ScfAsyncQueue
from yunfn.localcloud.tencent.scf.dataplane.records import CallRecord, CallRecords
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory
from yunfn.localcloud.tencent.scf.state import DEFAULT_NAMESPACE
from yunfn.localcloud.tencent.scf.times import CHINA, written

_LATEST = 10_000
_RECENT = timedelta(minutes=15)
_LONGEST = timedelta(days=1)
_ORDER: Mapping[str, Callable[[CallRecord], Any]] = {
    "start_time": lambda record: record.start,
    "function_name": lambda record: record.function,
    "duration": lambda record: record.duration_ms,
    "mem_usage": lambda record: record.memory_mb,
}
# Filter.RetCode: which status codes are shown.
_WANTED: Mapping[str, Callable[[int], bool]] = {
    "not0": lambda status: status != 200,
    "is0": lambda status: status == 200,
    "TimeLimitExceeded": lambda status: status == 433,
    "ResourceLimitExceeded": lambda status: status in (432, 434),
    "UserCodeException": lambda status: status in (430, 443),
}


class LogApi:
    """Answers what became of calls."""

    def __init__(
        self, cloud: LocalCloud, directory: FunctionDirectory, records: CallRecords, queue: ScfAsyncQueue
    ) -> None:
        self._cloud = cloud
        self._directory = directory
        self._records = records
        self._queue = queue

    async def get_function_logs(self, request: ApiRequest) -> Mapping[str, Any]:
        """GetFunctionLogs: filtered, ordered, in pages; the last day where no times are given."""
        namespace, name = self._function(request)
        offset, limit = request.integer("Offset", 0), request.integer("Limit", 20)
        if offset < 0 or limit < 0 or offset + limit > _LATEST:
            raise InvalidParameterValue("Offset", f"and Limit must be 0 or more, and together at most {_LATEST}")
        by, order = request.text("OrderBy", "") or "start_time", (request.text("Order", "") or "desc").lower()
        if by not in _ORDER or order not in ("asc", "desc"):
            raise InvalidParameterValue("OrderBy", f"must be one of {', '.join(_ORDER)}, and Order asc or desc")
        code = request.inner("Filter").text("RetCode", "")
        if code and code not in _WANTED:
            raise InvalidParameterValue("Filter.RetCode", f"must be one of {', '.join(_WANTED)}")
        start, end = self._interval(request, _LONGEST, _LONGEST)
        qualifier = request.text("Qualifier", "")
        found = [
            record
            for record in self._records.of_function(
                request.region, namespace, name, request.text("FunctionRequestId", "")
            )
            if start <= record.start <= end
            and (not qualifier or qualifier in (record.qualifier, record.version))
            and (not code or _WANTED[code](record.status))
        ]
        found.sort(key=_ORDER[by], reverse=order == "desc")
        data = [_log(record) for record in found[offset : offset + limit]]
        return {"TotalCount": len(found), "Data": data, "SearchContext": None}

    async def get_request_status(self, request: ApiRequest) -> Mapping[str, Any]:
        """GetRequestStatus: whether a call is over, and what it answered; nothing for a call that is not known."""
        namespace, name = self._function(request)
        request_id = request.text("FunctionRequestId")
        at = (request.region, namespace, name)
        start, end = self._interval(request, _RECENT, None)
        shown = None
        for record in self._records.of_function(*at, request_id):
            shown = _status(record)
            began = record.start
        task = self._queue.tasks.find(self._cloud.tencent.uin, request.region, f"{namespace}/{name}", request_id)
        under_way = self._records.began(*at, request_id)
        if under_way is None and task is not None and task.ended is None:
            under_way = task.enqueued
        if under_way is not None:
            shown, began = _running(name, request_id, under_way, task.retries if task else 0), under_way
        elif shown is None and task is not None and task.ended is not None:
            # It ended without ever running: too old, or its function is gone.
            shown, began = _running(name, request_id, task.enqueued, 0) | {"RetCode": -1}, task.enqueued
            shown["RetMsg"] = task.error_message
        if shown is None or not start <= began <= end:
            return {"TotalCount": 0, "Data": []}
        return {"TotalCount": 1, "Data": [shown]}

    def _function(self, request: ApiRequest) -> tuple[str, str]:
        """Namespace and name; raises FunctionNotFound."""
        namespace, name = request.text("Namespace", "") or DEFAULT_NAMESPACE, request.text("FunctionName")
        self._directory.status(request.region, namespace, name)
        return namespace, name

    def _interval(self, request: ApiRequest, recent: timedelta, longest: timedelta | None) -> tuple[float, float]:
        """The times asked for (``recent`` where none are), in epoch seconds; raises InvalidParameterValue."""
        first, last = _time(request, "StartTime"), _time(request, "EndTime")
        if (first is None) != (last is None) and first is not None:
            raise InvalidParameterValue("EndTime", "must be given where StartTime is")
        now = self._cloud.clock.now()
        end = last or now
        start = first or end - recent
        if start > end or (longest is not None and end - start > longest):
            raise InvalidParameterValue("EndTime", "must be later than StartTime, for logs by a day at most")
        # Times are told to the second: a call in the last of them counts.
        return start.timestamp(), end.timestamp() + 1


def _time(request: ApiRequest, name: str) -> datetime | None:
    text = request.text(name, "")
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        raise InvalidParameterValue(name, "must be of the form 2017-05-16 20:00:00") from None


def _told(moment: float) -> str:
    return written(datetime.fromtimestamp(moment, CHINA))


def _log(record: CallRecord) -> dict[str, Any]:
    return {
        "FunctionName": record.function,
        "RetMsg": record.value,
        "RequestId": record.request_id,
        "StartTime": _told(record.start),
        "RetCode": 0 if record.status == 200 else record.status,
        "InvokeFinished": 1,
        "Duration": round(record.duration_ms, 3),
        "BillDuration": record.billed_ms,
        "MemUsage": int(record.memory_mb * (1 << 20)),
        "Log": record.log,
        "Level": "",
        "Source": "",
        "RetryNum": record.retry,
    }


def _status(record: CallRecord) -> dict[str, Any]:
    return {
        "FunctionName": record.function,
        "RetMsg": record.value,
        "RequestId": record.request_id,
        "StartTime": _told(record.start),
        "RetCode": 0 if record.status == 200 else -1,
        "Duration": round(record.duration_ms, 3),
        "MemUsage": round(record.memory_mb, 6),
        "RetryNum": record.retry,
    }


def _running(function: str, request_id: str, began: float, retry: int) -> dict[str, Any]:
    return {
        "FunctionName": function,
        "RetMsg": "",
        "RequestId": request_id,
        "StartTime": _told(began),
        "RetCode": 1,
        "Duration": 0,
        "MemUsage": 0,
        "RetryNum": retry,
    }
