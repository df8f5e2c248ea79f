"""Tablestore triggers: each change calls once, in order; failures are tried again; rights are asked by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cbor2
import pytest

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.alibaba.fc.dataplane import tablestore_triggers
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.alibaba.fc.events import TriggerChanged
from yunfn.localcloud.alibaba.tablestore.models.streams import Change, Streams
from yunfn.localcloud.alibaba.tablestore.models.table_key import TableKey
from yunfn.localcloud.invocation.invoker import Outcome
from yunfn.localcloud.invocation.request import Request

ACCOUNT = "acs:ram::1604337383174619:root"
STREAM = ("ListStream", "DescribeStream", "GetShardIterator", "GetStreamRecord")
WELL = "def handler(event, context):\n    return event\n"
BROKEN = "def handler(event, context):\n    raise ValueError('not now')\n"
SLOW = "import time\n\n\ndef handler(event, context):\n    time.sleep({seconds})\n    raise ValueError('late')\n"


class Desk:
    """A table with a stream, a function behind a trigger, and what it was called with."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.table = TableKey(workshop.account, REGION, "shop", "orders")
        self.arn = f"acs:ots:{REGION}:{workshop.account}:instance/shop/table/orders"
        self.streams = Streams(workshop.cloud)
        self.events: list[dict[str, Any]] = []
        self._listen()

    def _listen(self) -> None:
        """Keep each event that the function was called with, once the call is over."""
        invoker = self.workshop.plane._invoker
        invoke = invoker.invoke_apart

        async def listened(function: ResolvedFunction, request: Request, caller: str) -> Outcome:
            outcome: Outcome = await invoke(function, request, caller)
            self.events.append(cbor2.loads(request.payload))
            if outcome.result.error_type is None:
                assert outcome.result.payload == request.payload
            return outcome

        invoker.invoke_apart = listened

    def works(self) -> None:
        self.workshop.deploy("note", WELL)

    def breaks(self) -> None:
        self.workshop.deploy("note", BROKEN)

    def role(self, *left_out: str) -> str:
        """A caller's role with all it needs but ``left_out``."""
        rights = {operation: (f"ots:{operation}", self.arn) for operation in STREAM}
        rights["InvokeFunction"] = ("fc:InvokeFunction", "acs:fc:*:*:functions/note/LATEST")
        return self.workshop.role("caller", ACCOUNT, *(rights[name] for name in rights if name not in left_out))

    def trigger(self, role: str, **fields: Any) -> None:
        self.workshop.trigger("note", "t", "tablestore", {}, sourceArn=self.arn, invocationRole=role, **fields)

    def remove(self) -> None:
        self.workshop.state.triggers.delete("note/t")
        self.workshop.cloud.events.publish(TriggerChanged(self.table.account, REGION, "note", "t", "tablestore"))

    def put(self, *ids: int) -> None:
        for each in ids:
            columns = (("Put", "total", each * 1.5, 1_700_000_000_000),)
            self.streams.append(self.table, Change("PutRow", (("id", each),), columns))

    def calls(self) -> list[list[int]]:
        """The rows' ids of each call so far."""
        return [[record["PrimaryKey"][0]["Value"] for record in event["Records"]] for event in self.events]

    async def called(self, *wanted: int) -> list[list[int]]:
        """The calls, once the last rows are ``wanted``."""

        def flat() -> list[int]:
            return [each for call in self.calls() for each in call]

        await self.workshop.until(flat, lambda ids: ids[-len(wanted) :] == list(wanted))
        return self.calls()


@pytest.fixture
def desk(workshop: Workshop) -> Desk:
    # A call that failed is made again when the test says so.
    workshop.stop_clock()
    made = Desk(workshop)
    made.works()
    return made


async def test_the_event_is_that_of_the_cloud(desk: Desk) -> None:
    desk.streams.enable(desk.table, 24)
    desk.put(1)
    desk.trigger(desk.role())
    before = desk.workshop.cloud.clock.time()
    key = (("id", -7), ("name", "ü"), ("raw", b"\x00\xff"))
    columns = (
        ("Put", "a", True, 12),
        ("Put", "b", 2**62, 13),
        ("DeleteOneVersion", "c", None, 14),
        ("DeleteAllVersions", "d", None, None),
    )
    desk.streams.append(desk.table, Change("UpdateRow", key, columns))
    # What happened before the trigger was made is not its business.
    (event,) = await desk.workshop.until(lambda: desk.events, lambda events: events)
    (record,) = event.pop("Records")
    assert event == {"Version": "Sync-v1"}
    assert 0 <= record.pop("Info")["Timestamp"] / 1e6 - before < 60
    assert record == {
        "Type": "UpdateRow",
        "PrimaryKey": [
            {"ColumnName": "id", "Value": -7},
            {"ColumnName": "name", "Value": "ü"},
            {"ColumnName": "raw", "Value": b"\x00\xff"},
        ],
        "Columns": [
            {"Type": "Put", "ColumnName": "a", "Value": True, "Timestamp": 12},
            {"Type": "Put", "ColumnName": "b", "Value": 2**62, "Timestamp": 13},
            {"Type": "DeleteOneVersion", "ColumnName": "c", "Value": None, "Timestamp": 14},
            {"Type": "DeleteAllVersions", "ColumnName": "d", "Value": None, "Timestamp": None},
        ],
    }


async def test_each_right_is_asked_by_name_and_noted(desk: Desk) -> None:
    desk.streams.enable(desk.table, 24)
    desk.trigger(desk.role())
    desk.put(1)
    await desk.called(1)
    lines = await desk.workshop.until(
        lambda: desk.workshop.journal(region=REGION), lambda lines: lines and lines[-1]["operation"] == "InvokeFunction"
    )
    caller = f"acs:ram::{desk.table.account}:assumed-role/caller/tablestore"
    assert [(line["service"], line["operation"], line["status"]) for line in lines] == [
        *(("ots", operation, 200) for operation in STREAM),
        ("fc", "FireTrigger", 200),
        ("fc", "InvokeFunction", 200),
    ]
    assert {line["principal"] for line in lines} == {caller}
    rights = [(each["action"], each["resource"], each["allowed"]) for line in lines for each in line.get("rights", ())]
    function = f"acs:fc:{REGION}:{desk.table.account}:functions/note/LATEST"
    assert rights == [
        *((f"ots:{operation}", desk.arn, True) for operation in STREAM),
        ("fc:InvokeFunction", function, True),
    ]


@pytest.mark.parametrize("left_out", [*STREAM, "InvokeFunction"])
async def test_a_role_without_one_right_calls_nothing_until_it_has_it(desk: Desk, left_out: str) -> None:
    desk.streams.enable(desk.table, 24)
    desk.trigger(desk.role(left_out))
    desk.put(1, 2)
    (line, *_) = await desk.workshop.until(lambda: desk.workshop.journal(status=403), lambda lines: lines)
    assert line["operation"] == left_out
    function = f"acs:fc:{REGION}:{desk.table.account}:functions/note/LATEST"
    denied = f"fc:InvokeFunction {function}" if left_out == "InvokeFunction" else f"ots:{left_out} {desk.arn}"
    assert line["denied"] == denied
    assert [each["allowed"] for each in line["rights"]] == [False]
    assert desk.calls() == []
    desk.role()
    desk.workshop.cloud.clock.move(60)
    assert await desk.called(1, 2) == [[1, 2]]


async def test_a_role_that_does_not_trust_tablestores_account_calls_nothing(desk: Desk) -> None:
    desk.streams.enable(desk.table, 24)
    desk.trigger(desk.workshop.role("stranger", "ots.aliyuncs.com", ("*", "*")))
    desk.put(1)
    (line, *_) = await desk.workshop.until(lambda: desk.workshop.journal(status=403), lambda lines: lines)
    assert line["code"] == "AccessDenied"
    assert line["rights"][0]["missing"]["principal"] == {"RAM": [ACCOUNT]}
    desk.trigger("")
    await desk.workshop.until(lambda: desk.workshop.journal(principal=ACCOUNT, status=403), lambda lines: lines)
    assert desk.calls() == []


async def test_a_failing_call_is_made_again_with_the_same_changes_and_then_goes_on_in_order(desk: Desk) -> None:
    desk.streams.enable(desk.table, 24)
    desk.trigger(desk.role())
    desk.breaks()
    desk.put(1, 2)
    await desk.called(1, 2)
    desk.put(3)
    for tries in (2, 3, 4):
        desk.workshop.cloud.clock.move(60)
        await desk.workshop.until(desk.calls, lambda calls, tries=tries: len(calls) == tries)
    assert desk.calls() == [[1, 2]] * 4
    desk.works()
    desk.workshop.cloud.clock.move(60)
    assert await desk.called(1, 2, 3) == [[1, 2]] * 5 + [[3]]


async def test_a_call_gets_no_more_than_an_event_may_hold(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes of megabytes each: a hundred of them are no event of the cloud's."""
    desk.streams.enable(desk.table, 24)
    desk.trigger(desk.role())
    monkeypatch.setattr(tablestore_triggers, "_LARGEST_EVENT", 300)
    desk.put(*range(1, 8))
    calls = await desk.called(7)
    assert [each for call in calls for each in call] == list(range(1, 8))
    assert max(len(cbor2.dumps(event)) for event in desk.events) <= 300 < len(cbor2.dumps(desk.events[0])) * 3
    # One change that is too large by itself is the function's to refuse, not ours to lose.
    monkeypatch.setattr(tablestore_triggers, "_LARGEST_EVENT", 10)
    desk.put(8, 9)
    assert (await desk.called(8, 9))[-2:] == [[8], [9]]


async def test_what_expires_from_the_stream_is_not_called_for_any_more(desk: Desk) -> None:
    desk.streams.enable(desk.table, 1)
    desk.trigger(desk.role())
    desk.breaks()
    desk.put(1)
    await desk.called(1)
    desk.workshop.cloud.clock.move(1800)
    desk.put(2)
    await desk.workshop.until(desk.calls, lambda calls: len(calls) > 1)
    desk.workshop.cloud.clock.move(1900)
    await desk.called(2)
    desk.works()
    desk.workshop.cloud.clock.move(60)
    desk.put(3)
    calls = await desk.called(3)
    assert calls[0] == [1]
    assert calls[-2:] == [[2], [3]]


async def test_off_and_on_the_stream_is_another_and_a_removed_trigger_calls_no_more(desk: Desk) -> None:
    desk.trigger(desk.role())
    desk.put(1)
    desk.streams.enable(desk.table, 24)
    desk.breaks()
    desk.put(2)
    await desk.called(2)
    desk.streams.disable(desk.table)
    desk.works()
    desk.workshop.cloud.clock.move(60)
    desk.streams.enable(desk.table, 24)
    desk.put(3)
    assert (await desk.called(3))[-1] == [3]
    desk.remove()
    desk.put(4)
    desk.workshop.cloud.clock.move(60)
    desk.trigger(desk.role(), triggerId="another")
    desk.put(5)
    calls = await desk.called(5)
    assert calls[-2:] == [[3], [5]]
    desk.remove()
    assert [kind for _, _, kind, _ in desk.workshop.cloud.store.kinds("fc/") if "position" in kind] == []


async def test_a_trigger_that_is_removed_while_its_call_runs_does_not_call_again(desk: Desk) -> None:
    desk.streams.enable(desk.table, 24)
    desk.trigger(desk.role())
    desk.workshop.deploy("note", SLOW.format(seconds=0.5))
    desk.put(1)
    await desk.workshop.until(lambda: desk.workshop.journal(operation="FireTrigger"), lambda lines: lines)
    desk.remove()
    desk.put(2)
    assert await desk.called(1) == [[1]]
    desk.workshop.cloud.clock.move(60)
    triggers = desk.workshop.plane._tables
    await desk.workshop.until(lambda: triggers._readers, lambda readers: not readers)
    assert desk.calls() == [[1]]


async def test_a_call_that_takes_too_long_is_ended_and_made_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tablestore_triggers, "_LONGEST_CALL", 0.3)
    desk.streams.enable(desk.table, 24)
    desk.trigger(desk.role())
    desk.workshop.deploy("note", SLOW.format(seconds=30))
    desk.put(1)
    (line, *_) = await desk.workshop.until(
        lambda: desk.workshop.journal(operation="InvokeFunction", status=499), lambda lines: lines
    )
    # Not the half minute that the function sleeps.
    assert line["ms"] < 20_000
    monkeypatch.undo()
    desk.works()
    desk.workshop.cloud.clock.move(60)
    assert await desk.called(1) == [[1]]


async def test_a_version_by_its_alias_is_called(desk: Desk) -> None:
    desk.streams.enable(desk.table, 24)
    role = desk.workshop.role(
        "caller",
        ACCOUNT,
        *((f"ots:{operation}", desk.arn) for operation in STREAM),
        ("fc:InvokeFunction", "acs:fc:*:*:functions/note/live"),
    )
    desk.trigger(role, qualifier="live")
    desk.put(1)
    # There is no such alias yet: nothing is lost meanwhile.
    (line, *_) = await desk.workshop.until(lambda: desk.workshop.journal(status=404), lambda lines: lines)
    assert line["code"] == "AliasNotFound"
    desk.workshop.publish("note", 1)
    desk.workshop.alias("note", "live", 1)
    desk.workshop.cloud.clock.move(60)
    assert await desk.called(1) == [[1]]
    (line, *_) = await desk.workshop.until(
        lambda: desk.workshop.journal(operation="InvokeFunction", status=200), lambda lines: lines
    )
    assert line["resource"] == "functions/note/1"


async def test_a_cloud_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    async with Workshop(tmp_path) as first:
        desk = Desk(first)
        desk.works()
        desk.streams.enable(desk.table, 24)
        desk.trigger(desk.role())
        desk.put(1)
        await desk.called(1)
        desk.breaks()
        desk.put(2, 3)
        await desk.called(2, 3)
        desk.works()
    async with Workshop(tmp_path) as second:
        again = Desk(second)
        assert await again.called(2, 3) == [[2, 3]]
        again.put(4)
        assert await again.called(4) == [[2, 3], [4]]
