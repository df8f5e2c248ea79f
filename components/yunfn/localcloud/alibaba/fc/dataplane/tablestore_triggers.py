"""Tablestore triggers: the changes of a table, in order, call a function that must take each of them.

A trigger reads the stream of its table as its role, which must trust the account below and may list, describe and
read the stream and call the function; else nothing is called and the journal shows each denial. Calls are
synchronous, one at a time; one that fails is made again with the same changes, without end, until they expire from
the stream, or the stream or the trigger goes (FCD "Tablestore triggers"). A call takes a minute at most.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.invoker import FcInvoker
from yunfn.localcloud.alibaba.fc.dataplane.table_event import table_event
from yunfn.localcloud.alibaba.fc.dataplane.table_positions import TablePositions
from yunfn.localcloud.alibaba.fc.dataplane.trigger_caller import TriggerCaller
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, TriggerRecord
from yunfn.localcloud.alibaba.fc.events import TriggerChanged
from yunfn.localcloud.alibaba.tablestore.events import TableChanged
from yunfn.localcloud.alibaba.tablestore.models.streams import Record, Stream, Streams
from yunfn.localcloud.alibaba.tablestore.models.table_key import TableKey
from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.alarm import Alarm
from yunfn.localcloud.invocation.invoker import error_message
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.rights import denied_text
from yunfn.runtimes import FC_LIMITS

logger = logging.getLogger(__name__)

# FCD "Tablestore triggers": the account by which Tablestore takes the trigger's role.
OTS_ACCOUNT = "acs:ram::1604337383174619:root"
# FCD "Tablestore triggers": a call takes no longer (seconds of real time).
_LONGEST_CALL = 60.0
# How many changes one call gets at most; not documented.
_BATCH = 100
# What a synchronous call may hold, in bytes; how much Tablestore sends at once is not documented.
_LARGEST_EVENT = FC_LIMITS.payload_sync_mb << 20
# Pauses before a call is made again, in seconds of the cloud's clock; not documented.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0

_Where = tuple[str, str, str, str]
_OPENING = ("ListStream", "DescribeStream", "GetShardIterator")


@dataclass(slots=True)
class _Reader:
    """What reads a table's stream for a trigger."""

    where: _Where
    alarm: Alarm
    changed: bool = False
    """Whether the trigger changed since the last look."""
    failures: int = 0
    """How often the call was made in vain with the changes up to ``last``."""
    last: int = -1
    opened: str = ""
    """The stream whose shard was asked for already."""
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class TablestoreTriggers:
    """Calls functions for what happens in tables."""

    def __init__(
        self, cloud: LocalCloud, directory: FunctionDirectory, authority: Authority, invoker: FcInvoker
    ) -> None:
        self._cloud = cloud
        self._directory = directory
        self._authority = authority
        self._caller = TriggerCaller(cloud, directory, authority, trusted=OTS_ACCOUNT, session="tablestore", status=200)
        self._invoker = invoker
        self._streams = Streams(cloud)
        self._positions = TablePositions(cloud.store, self._streams)
        self._readers: dict[_Where, _Reader] = {}
        self._running = False
        cloud.events.subscribe(TriggerChanged, self._on_trigger)
        cloud.events.subscribe(TableChanged, self._on_table)

    async def start(self) -> None:
        """Begin to read, each trigger from where it was."""
        self._running = True
        for record in list(self._directory.triggers("tablestore")):
            self._read_for(record)

    async def stop(self) -> None:
        """Read no more; changes whose call is under way are called for again at the next start."""
        self._running = False
        tasks = [reader.task for reader in self._readers.values() if reader.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._readers.clear()

    def _on_trigger(self, event: TriggerChanged) -> None:
        if event.trigger_type != "tablestore":
            return
        where = (event.account, event.region, event.function, event.name)
        record = self._directory.trigger(*where)
        if record is None:
            self._positions.forget(*where)
        else:
            self._positions.begin(record, self._streams.of_table(table_of(record)))
            if self._running:
                self._read_for(record)
        if (reader := self._readers.get(where)) is not None:
            reader.changed = True
            reader.alarm.ring()

    def _on_table(self, event: TableChanged) -> None:
        for reader in self._readers.values():
            # Whether it is the reader's table is for the reader to see.
            if reader.where[:2] == (event.account, event.region):
                reader.alarm.ring()

    def _read_for(self, record: TriggerRecord) -> None:
        where = (record.account, record.region, record.function, record.name)
        if where not in self._readers:
            self._positions.begin(record, self._streams.of_table(table_of(record)))
            reader = self._readers[where] = _Reader(where, Alarm(self._cloud.clock))
            reader.task = asyncio.ensure_future(self._run(reader))

    async def _run(self, reader: _Reader) -> None:
        """Call for what comes, until the trigger is gone."""
        while (record := self._directory.trigger(*reader.where)) is not None:
            reader.changed = False
            try:
                due = await self._step(reader, record)
            except Exception:
                # A defect of ours must not end the trigger.
                logger.exception("table trigger %s failed", record.name)
                due = self._pause(reader)
            await self._wait(reader, due)
        self._readers.pop(reader.where, None)

    async def _wait(self, reader: _Reader, due: float | None) -> None:
        """Return at ``due``, or where that is None when the table changes; a change of the trigger ends each wait."""
        if due is None:
            await reader.alarm.wait(None)
        while due is not None and due > self._cloud.clock.time() and not reader.changed:
            await reader.alarm.wait(due)

    async def _step(self, reader: _Reader, record: TriggerRecord) -> float | None:
        """Call once for what is there; when to look again, or None when nothing is left to be called for."""
        stream = self._streams.of_table(table_of(record))
        records = self._records(reader, record, stream) if stream else []
        if stream is None or not records:
            reader.failures, reader.last = 0, -1
            return None
        if await self._call(reader, record, stream, records):
            self._positions.advance(record, stream, records[-1].number + 1)
            reader.failures, reader.last = 0, -1
            return self._cloud.clock.time()
        reader.last = records[-1].number
        return self._pause(reader)

    def _records(self, reader: _Reader, record: TriggerRecord, stream: Stream) -> list[Record]:
        """What the next call gets: after a failure the same again, without what expired meanwhile."""
        records = self._streams.records(stream, self._positions.next(record, stream), _BATCH)
        records = [each for each in records if each.number <= reader.last] or records
        # A put of 4 MB is one change at most: the half of them, and the half of that, ends with what a call may hold.
        while len(records) > 1 and len(table_event(records)) > _LARGEST_EVENT:
            records = records[: len(records) // 2]
        return records

    def _pause(self, reader: _Reader) -> float:
        reader.failures += 1
        pause = min(_FIRST_PAUSE * 2.0 ** min(reader.failures - 1, 10), _LONGEST_PAUSE)
        return self._cloud.clock.time() + pause

    async def _call(self, reader: _Reader, record: TriggerRecord, stream: Stream, records: Sequence[Record]) -> bool:
        """Whether the function took the changes."""
        request_id = new_request_id()
        principal = self._caller.principal(record, request_id)
        if principal is None or not self._may_read(reader, record, stream, principal, request_id):
            return False
        function = self._caller.function(record, principal, request_id)
        if function is None:
            return False
        try:
            async with asyncio.timeout(_LONGEST_CALL):
                request = Request(request_id, table_event(records))
                outcome = await self._invoker.invoke_apart(function, request, principal.arn)
        except CloudError as error:
            why = error.message
        except TimeoutError:
            why = f"it took more than {_LONGEST_CALL:g} seconds"
        else:
            if outcome.result.error_type is None:
                return True
            why = error_message(outcome.result.payload)
        logger.warning("table trigger %s will call %s again: %s", record.name, record.function, why)
        return False

    def _may_read(
        self, reader: _Reader, record: TriggerRecord, stream: Stream, principal: Principal, request_id: str
    ) -> bool:
        """Whether the role may do what reading the stream takes; each step is asked for and noted as in the cloud."""
        key = stream.table
        resource = f"acs:ots:{key.region}:{key.account}:instance/{key.instance}/table/{key.table}"
        operations = ("GetStreamRecord",) if reader.opened == stream.id else (*_OPENING, "GetStreamRecord")
        for operation in operations:
            right = self._authority.right(principal, f"ots:{operation}", resource)
            denied = denied_text([right])
            self._cloud.journal.record(
                time=self._cloud.clock.now(),
                service="ots",
                operation=operation,
                resource=f"{key.instance}/{key.table}",
                status=403 if denied else 200,
                ms=0.0,
                region=record.region,
                principal=principal.arn,
                request_id=request_id,
                code="OTSNoPermissionAccess" if denied else "",
                denied=denied,
                rights=[right],
            )
            if denied:
                logger.warning("table trigger %s may not %s", record.name, denied)
                return False
        reader.opened = stream.id
        return True


def table_of(record: TriggerRecord) -> TableKey:
    """The table whose changes a trigger is there for."""
    return TableKey.of(record.document["sourceArn"])
