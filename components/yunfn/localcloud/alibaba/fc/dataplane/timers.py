"""Function Compute's timer triggers: what is due is queued as an asynchronous call."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from yunfn.localcloud.alibaba.fc.dataplane.async_queue import FcAsyncQueue
from yunfn.localcloud.alibaba.fc.dataplane.schedule import parse_schedule
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, TriggerRecord
from yunfn.localcloud.alibaba.fc.events import TriggerChanged
from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.schedule import Schedule
from yunfn.localcloud.invocation.timers import Timers
from yunfn.localcloud.invocation.unfired import note_unfired

# Account, region, function, trigger.
_Where = tuple[str, str, str, str]


class FcTimers(Timers[_Where, TriggerRecord]):
    """Fires timer triggers."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, queue: FcAsyncQueue) -> None:
        super().__init__(cloud)
        self._directory = directory
        self._queue = queue
        cloud.events.subscribe(TriggerChanged, self._on_trigger)

    def _on_trigger(self, event: TriggerChanged) -> None:
        if event.trigger_type == "timer":
            where = (event.account, event.region, event.function, event.name)
            record = self._directory.trigger(*where)
            self._sync(lambda each: each == where, [record] if record is not None else [])

    def _records(self) -> Iterable[TriggerRecord]:
        return self._directory.triggers("timer")

    def _where(self, record: TriggerRecord) -> _Where:
        return record.account, record.region, record.function, record.name

    def _schedule(self, record: TriggerRecord, now: float) -> Schedule | None:
        if not record.configuration.get("enable"):
            return None
        return parse_schedule(str(record.configuration.get("cronExpression") or ""), now)

    def _fire(self, record: TriggerRecord, moment: float) -> None:
        caller = f"timer trigger {record.name}"
        try:
            function = self._directory.resolve(record.account, record.region, record.function, record.qualifier)
        except CloudError as error:
            at = f"functions/{record.function}/{record.qualifier}"
            note_unfired(self._cloud, error, service="fc", resource=at, region=record.region, caller=caller)
            return
        payload = timer_event(moment, record.name, str(record.configuration.get("payload") or ""))
        self._queue.enqueue(function, payload, request_id=new_request_id(), caller=caller)


def timer_event(moment: float, name: str, payload: str) -> bytes:
    """The event of a timer trigger (FCD "timer trigger", "event format"); ``moment`` is when it was due."""
    due = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"triggerTime": due, "triggerName": name, "payload": payload}, ensure_ascii=False).encode()
