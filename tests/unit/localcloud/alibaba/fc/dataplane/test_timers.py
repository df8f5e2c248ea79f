"""Timer triggers by the cloud's clock, which is moved."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop

NOTE = "def handler(event, context):\n    return event\n"


def set_clock(workshop: Workshop, text: str) -> None:
    wanted = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    workshop.cloud.clock.move(wanted - workshop.cloud.clock.time())


def fired(workshop: Workshop, function: str) -> list[dict[str, Any]]:
    """The events of all calls made so far, in the order they were queued."""
    tasks = workshop.plane.queue.tasks.of_function(workshop.account, REGION, function)
    return [json.loads(task.body) for task in sorted(tasks, key=lambda task: (task.enqueued, task.body))]


async def settle() -> None:
    """Let the timers' loop look once."""
    for _ in range(10):
        await asyncio.sleep(0.005)


async def test_due_moments_fire_once_each_and_in_order(workshop: Workshop) -> None:
    set_clock(workshop, "2026-03-01 03:59:30")
    workshop.deploy("note", NOTE)
    config = {"cronExpression": "0 0 4 * * *", "enable": True, "payload": "water the plants"}
    workshop.trigger("note", "daily", "timer", config)
    await settle()
    assert fired(workshop, "note") == []
    workshop.cloud.clock.move(60)
    await workshop.until(lambda: fired(workshop, "note"), lambda events: len(events) == 1)
    assert fired(workshop, "note") == [
        {"triggerTime": "2026-03-01T04:00:00Z", "triggerName": "daily", "payload": "water the plants"}
    ]
    workshop.cloud.clock.move(3 * 86400)
    await settle()
    assert [event["triggerTime"] for event in fired(workshop, "note")] == [
        f"2026-03-0{day}T04:00:00Z" for day in (1, 2, 3, 4)
    ]
    lines = await workshop.until(lambda: workshop.journal(operation="InvokeFunction"), lambda lines: len(lines) == 4)
    assert {line["resource"] for line in lines} == {"functions/note/LATEST"}
    assert {line["principal"] for line in lines} == {"timer trigger daily"}


async def test_zones_intervals_and_switches(workshop: Workshop) -> None:
    set_clock(workshop, "2026-03-01 00:00:10")
    workshop.deploy("zone", NOTE)
    workshop.deploy("every", NOTE)
    workshop.deploy("off", NOTE)
    workshop.trigger("zone", "t", "timer", {"cronExpression": "CRON_TZ=Asia/Shanghai 0 30 9 * * *", "enable": True})
    workshop.trigger("every", "t", "timer", {"cronExpression": "@every 25m", "enable": True})
    workshop.trigger("off", "t", "timer", {"cronExpression": "@every 1m", "enable": False})
    workshop.cloud.clock.move(2 * 3600)
    await workshop.until(lambda: fired(workshop, "every"), lambda events: len(events) == 4)
    assert [event["triggerTime"][11:16] for event in fired(workshop, "every")] == ["00:25", "00:50", "01:15", "01:40"]
    assert [event["triggerTime"] for event in fired(workshop, "zone")] == ["2026-03-01T01:30:00Z"]
    assert fired(workshop, "off") == []
    workshop.trigger("every", "t", "timer", {"cronExpression": "@every 25m", "enable": False})
    workshop.cloud.clock.move(3600)
    await settle()
    assert len(fired(workshop, "every")) == 4


async def test_a_long_jump_is_bounded_and_a_step_back_fires_again(workshop: Workshop) -> None:
    set_clock(workshop, "2026-03-01 00:00:30")
    workshop.deploy("note", NOTE)
    workshop.state.concurrency.put("note", {"reservedConcurrency": 0})
    workshop.trigger("note", "t", "timer", {"cronExpression": "0 * * * * *", "enable": True})
    workshop.cloud.clock.move(30 * 86400)
    await workshop.until(lambda: fired(workshop, "note"), len)
    events = fired(workshop, "note")
    assert len(events) == 100
    assert events[-1]["triggerTime"] == "2026-03-31T00:00:00Z"
    workshop.cloud.clock.move(-600)
    workshop.plane._timers._alarm.ring()
    await settle()
    assert len(fired(workshop, "note")) == 100
    workshop.cloud.clock.move(120)
    await settle()
    again = [event["triggerTime"] for event in fired(workshop, "note")]
    assert again.count("2026-03-30T23:52:00Z") == 2
    assert len(again) == 102


async def test_moments_pass_unfired_while_the_cloud_is_stopped(workshop: Workshop) -> None:
    set_clock(workshop, "2026-03-01 00:00:30")
    workshop.deploy("note", NOTE)
    workshop.trigger("note", "t", "timer", {"cronExpression": "0 * * * * *", "enable": True})
    await settle()
    await workshop.plane.stop()
    workshop.cloud.clock.move(timedelta(hours=1).total_seconds())
    await workshop.plane.start()
    await settle()
    assert fired(workshop, "note") == []
    workshop.cloud.clock.move(60)
    await settle()
    assert len(fired(workshop, "note")) == 1


async def test_a_qualifier_that_is_gone_is_journaled(workshop: Workshop) -> None:
    set_clock(workshop, "2026-03-01 00:00:30")
    workshop.deploy("note", NOTE)
    workshop.trigger("note", "t", "timer", {"cronExpression": "0 * * * * *", "enable": True}, qualifier="prod")
    workshop.cloud.clock.move(60)
    (line,) = await workshop.until(lambda: workshop.journal(code="AliasNotFound"), lambda lines: lines)
    assert (line["resource"], line["principal"]) == ("functions/note/prod", "timer trigger t")
