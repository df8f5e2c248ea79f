"""Timer triggers: what is due by the cloud's clock is queued as an asynchronous call, once per due moment, in order.

Moving the clock forward fires every moment passed over, of each trigger the newest ``MAX_CATCH_UP`` at most; moving it
back fires the moments again that come again. Moments that pass while the cloud is not running are not made up for.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from yunfn.localcloud.alibaba.fc.dataplane.alarm import Alarm
from yunfn.localcloud.alibaba.fc.dataplane.async_queue import AsyncQueue
from yunfn.localcloud.alibaba.fc.dataplane.schedule import Schedule, parse_schedule
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, TriggerRecord
from yunfn.localcloud.alibaba.fc.events import TriggerChanged
from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError

logger = logging.getLogger(__name__)
MAX_CATCH_UP = 100
_Where = tuple[str, str, str, str]


@dataclass(slots=True)
class _Timer:
    """A trigger that is on, its schedule, and the time up to which it has fired."""

    record: TriggerRecord
    schedule: Schedule
    fired: float


class Timers:
    """Fires timer triggers."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, queue: AsyncQueue) -> None:
        self._cloud = cloud
        self._directory = directory
        self._queue = queue
        self._timers: dict[_Where, _Timer] = {}
        self._alarm: Alarm | None = None
        self._loop: asyncio.Task[None] | None = None
        cloud.events.subscribe(TriggerChanged, self._on_trigger)

    async def start(self) -> None:
        """Begin to fire, from now on."""
        self._timers.clear()
        for record in self._directory.triggers("timer"):
            self._take_up(record)
        self._alarm = Alarm(self._cloud.clock)
        self._loop = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Fire no more."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None

    def _on_trigger(self, event: TriggerChanged) -> None:
        if event.trigger_type != "timer" or self._alarm is None:
            return
        record = self._directory.trigger(event.account, event.region, event.function, event.name)
        before = self._timers.get((event.account, event.region, event.function, event.name))
        if before is not None and before.record != record:
            del self._timers[event.account, event.region, event.function, event.name]
        if record is not None and (before is None or before.record != record):
            self._take_up(record)
        self._alarm.ring()

    def _take_up(self, record: TriggerRecord) -> None:
        """Fire a trigger from now on, if it is switched on."""
        if not record.configuration.get("enable"):
            return
        now = self._cloud.clock.time()
        try:
            schedule = parse_schedule(str(record.configuration.get("cronExpression") or ""), now)
        except ValueError as error:
            logger.warning("timer trigger %s of %s never fires: %s", record.name, record.function, error)
            return
        self._timers[record.account, record.region, record.function, record.name] = _Timer(record, schedule, now)

    async def _run(self) -> None:
        assert self._alarm is not None
        while True:
            now = self._cloud.clock.time()
            due = []
            for timer in self._timers.values():
                moments = timer.schedule.latest(timer.fired, now, MAX_CATCH_UP)
                due += [(moment, timer.record) for moment in moments]
                timer.fired = now
            for moment, record in sorted(due, key=lambda pair: pair[0]):
                self._fire(record, moment)
            await self._alarm.wait(min((timer.schedule.after(now) for timer in self._timers.values()), default=None))

    def _fire(self, record: TriggerRecord, moment: float) -> None:
        try:
            function = self._directory.resolve(record.account, record.region, record.function, record.qualifier)
        except CloudError as error:
            self._cloud.journal.record(
                time=self._cloud.clock.now(),
                service="fc",
                operation="InvokeFunction",
                resource=f"functions/{record.function}/{record.qualifier}",
                status=error.status,
                ms=0.0,
                region=record.region,
                principal=f"timer trigger {record.name}",
                code=error.code,
            )
            return
        payload = timer_event(moment, record.name, str(record.configuration.get("payload") or ""))
        caller = f"timer trigger {record.name}"
        self._queue.enqueue(function, payload, request_id=new_request_id(), caller=caller)


def timer_event(moment: float, name: str, payload: str) -> bytes:
    """The event of a timer trigger (FCD "timer trigger", "event format"); ``moment`` is when it was due."""
    due = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"triggerTime": due, "triggerName": name, "payload": payload}, ensure_ascii=False).encode()
