"""SCF's timer triggers: what is due is queued as an asynchronous call."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime

from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.schedule import Schedule
from yunfn.localcloud.invocation.timers import Timers
from yunfn.localcloud.invocation.unfired import note_unfired
from yunfn.localcloud.tencent.scf.dataplane.async_queue import ScfAsyncQueue
from yunfn.localcloud.tencent.scf.dataplane.schedule import parse_cron
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory, TriggerRecord
from yunfn.localcloud.tencent.scf.events import TriggerChanged

# Region, namespace, function, qualifier, trigger.
_Where = tuple[str, str, str, str, str]


class ScfTimers(Timers[_Where, TriggerRecord]):
    """Fires timer triggers."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, queue: ScfAsyncQueue) -> None:
        super().__init__(cloud)
        self._directory = directory
        self._queue = queue
        cloud.events.subscribe(TriggerChanged, self._on_trigger)

    def _on_trigger(self, event: TriggerChanged) -> None:
        # The event names no qualifier: all timers of the function are looked at.
        at = (event.region, event.namespace, event.function)
        if event.trigger_type == "timer":
            records = [record for record in self._records() if self._where(record)[:3] == at]
            self._sync(lambda where: where[:3] == at, records)

    def _records(self) -> Iterable[TriggerRecord]:
        return self._directory.triggers("timer")

    def _where(self, record: TriggerRecord) -> _Where:
        return record.region, record.namespace, record.function, record.qualifier, record.name

    def _schedule(self, record: TriggerRecord, now: float) -> Schedule | None:
        return parse_cron(str(record.configuration.get("cron") or "")) if record.enabled else None

    def _fire(self, record: TriggerRecord, moment: float) -> None:
        caller = f"timer trigger {record.name}"
        try:
            function = self._directory.resolve(record.region, record.namespace, record.function, record.qualifier)
        except CloudError as error:
            at = f"{record.namespace}/{record.function}:{record.qualifier}"
            note_unfired(self._cloud, error, service="scf", resource=at, region=record.region, caller=caller)
            return
        payload = timer_event(moment, record.name, str(record.document.get("CustomArgument") or ""))
        request_id = new_request_id().lower()
        self._queue.enqueue(function, payload, request_id=request_id, caller=caller, source="timer")


def timer_event(moment: float, name: str, message: str) -> bytes:
    """The event of a timer trigger (SCFD "timer trigger", "parameters"); ``moment`` is when it was due."""
    due = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {"Type": "Timer", "TriggerName": name, "Time": due, "Message": message}
    return json.dumps(told, ensure_ascii=False).encode()
