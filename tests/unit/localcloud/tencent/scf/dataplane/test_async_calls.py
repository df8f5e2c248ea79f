"""Asynchronous calls: queued, retried by the cloud's clock, followed by their request id, ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unit.localcloud.tencent.scf.dataplane.workshop import Refused, Workshop

ONCE = "def main_handler(event, context):\n    print('ran')\n    return {'got': event}"
NEVER = "def main_handler(event, context): raise ValueError('no')"


async def test_a_call_is_accepted_run_and_remembered(workshop: Workshop) -> None:
    await workshop.deploy("fn", ONCE)
    result = await workshop.invoke("fn", {"a": 1}, InvocationType="Event", LogType="Tail")
    request_id = result.pop("FunctionRequestId")
    assert result == {
        "Log": "", "RetMsg": "", "ErrMsg": "", "MemUsage": 0, "Duration": 0, "BillDuration": 0, "InvokeResult": 0,
    }  # fmt: skip
    told = await workshop.finished("fn", request_id)
    assert (json.loads(told["RetMsg"]), told["RetCode"], told["RetryNum"]) == ({"got": {"a": 1}}, 0, 0)
    assert told["Duration"] > 0 and told["MemUsage"] > 1 and told["FunctionName"] == "fn"
    (line,) = workshop.journal(operation="InvokeFunction")
    assert (line["request_id"], line["resource"]) == (request_id, "default/fn:$LATEST")


async def test_failures_are_tried_again_a_minute_apart_as_often_as_is_said(workshop: Workshop) -> None:
    workshop.stop_clock()
    await workshop.deploy("fn", NEVER)
    config = {"RetryConfig": [{"RetryNum": 1}], "MsgTTL": 21600}
    await workshop.api("UpdateFunctionEventInvokeConfig", FunctionName="fn", AsyncTriggerConfig=config)
    request_id = await workshop.later("fn")

    def tries() -> list[dict[str, Any]]:
        return workshop.journal(operation="InvokeFunction", code="430")

    await workshop.until(tries, lambda lines: len(lines) == 1)
    waiting = await workshop.status("fn", request_id)
    assert (waiting["RetCode"], waiting["RetryNum"]) == (1, 1)
    workshop.cloud.clock.move(59)
    assert len(tries()) == 1
    workshop.cloud.clock.move(2)
    told = await workshop.finished("fn", request_id)
    assert (told["RetCode"], told["RetryNum"], len(tries())) == (-1, 1, 2)
    assert json.loads(told["RetMsg"])["stackTrace"].endswith("ValueError: no")
    logs = await workshop.api("GetFunctionLogs", FunctionName="fn", FunctionRequestId=request_id, Order="asc")
    assert [(entry["RetCode"], entry["RetryNum"]) for entry in logs["Data"]] == [(430, 0), (430, 1)]
    status = await workshop.api("GetAsyncEventStatus", InvokeRequestId=request_id)
    assert status["Result"] == {"Status": "FAILED", "StatusCode": 430, "InvokeRequestId": request_id}


async def test_throttled_calls_wait_and_old_ones_are_dropped_into_a_queue_that_is_not_here(workshop: Workshop) -> None:
    dead = {"Type": "CMQ-QUEUE", "Name": "dead", "FilterType": ""}
    await workshop.deploy("fn", ONCE, DeadLetterConfig=dead)
    await workshop.api("PutReservedConcurrencyConfig", FunctionName="fn", ReservedConcurrencyMem=0)
    config = {"RetryConfig": [{"RetryNum": 2}], "MsgTTL": 120}
    await workshop.api("UpdateFunctionEventInvokeConfig", FunctionName="fn", AsyncTriggerConfig=config)
    request_id = await workshop.later("fn")
    await workshop.until(lambda: workshop.journal(operation="InvokeFunction", status=432), bool)
    assert (await workshop.status("fn", request_id))["RetCode"] == 1
    workshop.cloud.clock.move(200)
    told = await workshop.finished("fn", request_id)
    assert (told["RetCode"], told["RetMsg"]) == (-1, "older than 120 seconds")
    (line,) = workshop.journal(code="YunfnLocalNoDestination")
    assert (line["resource"], line["request_id"]) == ("CMQ-QUEUE dead", request_id)


async def test_events_are_listed_and_ended(workshop: Workshop) -> None:
    await workshop.deploy(
        "fn", "import time\ndef main_handler(event, context): time.sleep(event)", AsyncRunEnable="TRUE", Timeout=90
    )
    quick, slow = await workshop.later("fn", 0), await workshop.later("fn", 60)
    await workshop.finished("fn", quick)
    # Both run before one is ended.
    await workshop.until(lambda: workshop.plane._records.began("ap-guangzhou", "default", "fn", slow), bool)
    listed = await workshop.api("ListAsyncEvents", FunctionName="fn", Order="ASC")
    assert [(event["InvokeRequestId"], event["Status"]) for event in listed["EventList"]] == [
        (quick, "FINISHED"), (slow, "RUNNING"),
    ]  # fmt: skip
    assert (listed["TotalCount"], listed["EventList"][0]["InvokeType"]) == (2, "cloudapi")
    running = await workshop.api("ListAsyncEvents", FunctionName="fn", Status=["RUNNING"])
    assert [event["InvokeRequestId"] for event in running["EventList"]] == [slow]
    await workshop.api("TerminateAsyncEvent", FunctionName="fn", InvokeRequestId=slow)
    status = await workshop.api("GetAsyncEventStatus", InvokeRequestId=slow)
    assert status["Result"] == {"Status": "ABORTED", "StatusCode": 499, "InvokeRequestId": slow}
    for request_id, code in ((slow, "FailedOperation.AsyncEventStatus"), ("none", "ResourceNotFound.AsyncEvent")):
        with pytest.raises(Refused) as refused:
            await workshop.api("TerminateAsyncEvent", FunctionName="fn", InvokeRequestId=request_id)
        assert refused.value.code == code


async def test_queued_calls_outlive_the_cloud_and_nothing_outlives_the_function(tmp_path: Path) -> None:
    async with Workshop(tmp_path / "home") as first:
        await first.deploy("fn", ONCE)
        await first.plane.queue.stop()
        request_id = await first.later("fn", 7)
    async with Workshop(tmp_path / "home") as second:
        told = await second.finished("fn", request_id)
        assert json.loads(told["RetMsg"]) == {"got": 7}
        await second.api("DeleteFunction", FunctionName="fn")
        with pytest.raises(Refused):
            await second.api("GetFunction", FunctionName="fn")
        left = [kind for _, _, kind, number in second.cloud.store.kinds("scf/") if number]
        assert left == []
