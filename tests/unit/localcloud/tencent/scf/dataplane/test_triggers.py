"""Timers by the cloud's clock, and what happens in buckets."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.aws_signature import signed_headers
from unit.localcloud.tencent.scf.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.tencent.scf.dataplane.schedule import parse_cron

SAVE = "def main_handler(event, context): return event"


def at(text: str) -> float:
    """A time of China's clocks, in epoch seconds."""
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=8)).timestamp()


@pytest.mark.parametrize(
    ("cron", "after", "due"),
    [
        ("*/5 * * * * * *", "2026-01-01T00:00:01", "2026-01-01T00:00:05"),
        ("0 0 2 1 * * *", "2026-01-01T02:00:00", "2026-02-01T02:00:00"),
        ("0 15 10 * * MON-FRI *", "2026-01-02T10:15:00", "2026-01-05T10:15:00"),
        ("0 0 12 * * 0 *", "2026-01-01T00:00:00", "2026-01-04T12:00:00"),
        ("0 0 0 1 1 * 2030", "2026-01-01T00:00:00", "2030-01-01T00:00:00"),
        ("*/10 * * * *", "2026-01-01T00:00:01", "2026-01-01T00:10:00"),
    ],
)
def test_seven_fields_in_chinas_time(cron: str, after: str, due: str) -> None:
    assert parse_cron(cron).after(at(after)) == at(due)


@pytest.mark.parametrize("cron", ["", "* * * * * *", "61 * * * * * *", "@every 1m"])
def test_what_is_no_cron_expression(cron: str) -> None:
    with pytest.raises(ValueError, match="'"):
        parse_cron(cron)


async def values(workshop: Workshop, name: str, number: int) -> list[Any]:
    """What ``number`` calls of a function returned, in the order they ran."""

    async def look() -> list[Any]:
        told = await workshop.api("GetFunctionLogs", FunctionName=name, Order="asc", Limit=100)
        return [json.loads(entry["RetMsg"]) for entry in told["Data"]]

    found: list[Any] = await workshop.until(look, lambda seen: len(seen) >= number)
    assert len(found) == number
    return found


async def test_a_timer_fires_by_the_clouds_clock_while_it_is_on(workshop: Workshop) -> None:
    # Half past: no hour ends by itself meanwhile.
    workshop.cloud.clock.move(1800 - workshop.cloud.clock.time() % 3600)
    await workshop.deploy("fn", SAVE)
    timer = {"FunctionName": "fn", "TriggerName": "tick", "Type": "timer", "Qualifier": "$LATEST"}
    made = {"TriggerDesc": "0 0 * * * * *", "CustomArgument": "hi", "Enable": "OPEN"}
    await workshop.api("CreateTrigger", **timer, **made)
    workshop.cloud.clock.move(3600)
    (event,) = await values(workshop, "fn", 1)
    due = datetime.strptime(event.pop("Time"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert (due.minute, due.second) == (0, 0) and abs(due.timestamp() - workshop.cloud.clock.time()) <= 3601
    assert event == {"Type": "Timer", "TriggerName": "tick", "Message": "hi"}
    await workshop.api("UpdateTriggerStatus", Enable="CLOSE", **timer)
    workshop.cloud.clock.move(3600)
    await workshop.api("UpdateTriggerStatus", Enable="OPEN", **timer)
    workshop.cloud.clock.move(7200)
    assert len(await values(workshop, "fn", 3)) == 3
    listed = await workshop.api("ListAsyncEvents", FunctionName="fn")
    assert {event["InvokeType"] for event in listed["EventList"]} == {"timer"}


async def test_what_happens_in_a_bucket_calls_what_waits_for_it(workshop: Workshop) -> None:
    await workshop.deploy("fn", SAVE)
    bucket = f"pictures-{workshop.account.app_id}"
    host = f"{bucket}.cos.{REGION}.myqcloud.com"

    async def cos(method: str, path: str, body: bytes = b"") -> None:
        headers = signed_headers(workshop.account.owner_key, method, host, path, "", {}, body)
        answer = await workshop.client.request(method, f"https://{host}{path}", content=body, headers=headers)
        assert answer.status_code < 300, answer.text

    await cos("PUT", "/")
    desc = {"event": "cos:ObjectCreated:*", "filter": {"Prefix": "in/", "Suffix": ".png"}}
    await workshop.api(
        "CreateTrigger", FunctionName="fn", TriggerName=host, Type="cos", Qualifier="$LATEST", Enable="OPEN",
        TriggerDesc=json.dumps(desc, separators=(",", ":")),
    )  # fmt: skip
    for path in ("/in/a.txt", "/out/a.png", "/in/b%20c.png"):
        await cos("PUT", path, b"bytes")
    await cos("DELETE", "/in/b%20c.png")
    (told,) = await values(workshop, "fn", 1)
    (record,) = told["Records"]
    assert record["event"]["eventName"] == "cos:ObjectCreated:Put"
    assert abs(record["event"]["eventTime"] - workshop.cloud.clock.time()) < 60
    assert record["cos"]["cosBucket"] == {"region": REGION, "name": "pictures", "appid": workshop.account.app_id}
    seen = record["cos"]["cosObject"]
    assert (seen["key"], seen["size"]) == (f"/{workshop.account.app_id}/pictures/in/b c.png", 5)
    assert seen["url"] == f"http://{host}/in/b%20c.png"
    listed = await workshop.api("ListAsyncEvents", FunctionName="fn")
    assert [event["InvokeType"] for event in listed["EventList"]] == ["cos"]
