"""Asynchronous calls: kept, tried again by the cloud's clock, found again, stopped, sent on."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop

GREET = "def handler(event, context):\n    return 'hello ' + event.decode()\n"
FAIL = "def handler(event, context):\n    raise RuntimeError('no luck')\n"
SLEEP = "import time\ndef handler(event, context):\n    time.sleep(30)\n"


def configure(workshop: Workshop, name: str, **settings: Any) -> None:
    workshop.state.async_invoke.put(f"{name}/LATEST", settings)


async def enqueue(workshop: Workshop, name: str, body: bytes = b"", **headers: str) -> str:
    response = await workshop.invoke(name, body, x_fc_invocation_type="Async", **headers)
    assert response.status_code == 202, response.text
    return response.headers["x-fc-request-id"]


async def test_a_result_is_found_again_by_its_request_id(workshop: Workshop) -> None:
    workshop.deploy("greet", GREET)
    request_id = await enqueue(workshop, "greet", b"you")
    task = await workshop.finished("greet", request_id)
    assert {name: task[name] for name in ("status", "returnPayload", "taskPayload", "requestId", "taskId")} == {
        "status": "Succeeded",
        "returnPayload": "hello you",
        "taskPayload": "you",
        "requestId": request_id,
        "taskId": request_id,
    }
    assert task["functionArn"] == f"acs:fc:{REGION}:{workshop.account}:functions/greet"
    assert [event["status"] for event in task["events"]] == ["Enqueued", "Running", "Succeeded"]
    assert task["endTime"] >= task["startedTime"] > 1.6e12
    lines = workshop.journal(request_id=request_id)
    assert [(line["status"], line["resource"]) for line in lines] == [
        (202, "functions/greet/LATEST"),
        (200, "functions/greet/LATEST"),
    ]
    assert lines[1]["principal"] == f"acs:ram::{workshop.account}:root"


async def test_function_errors_are_tried_again_three_times_by_the_cloud_clock(workshop: Workshop) -> None:
    workshop.stop_clock()
    workshop.deploy("fail", FAIL)
    request_id = await enqueue(workshop, "fail")
    for retries, wait in ((1, 1), (2, 2), (3, 4)):
        task = await workshop.until(
            lambda: workshop.task("fail", request_id),
            lambda task, retries=retries: (task["status"], task["alreadyRetriedTimes"]) == ("Retrying", retries),
        )
        assert task["taskErrorMessage"] == "no luck"
        workshop.cloud.clock.move(wait)
    task = await workshop.finished("fail", request_id)
    assert (task["status"], task["alreadyRetriedTimes"]) == ("Failed", 3)
    assert workshop.plane.metrics.of(workshop.account, REGION, "fail", "LATEST").errors == 4


async def test_the_number_of_retries_can_be_none(workshop: Workshop) -> None:
    workshop.deploy("fail", FAIL)
    configure(workshop, "fail", maxAsyncRetryAttempts=0)
    task = await workshop.finished("fail", await enqueue(workshop, "fail"))
    assert (task["status"], task["alreadyRetriedTimes"], len(task["events"])) == ("Failed", 0, 3)


async def test_a_call_too_old_expires(workshop: Workshop) -> None:
    workshop.stop_clock()
    workshop.deploy("fail", FAIL)
    configure(workshop, "fail", maxAsyncEventAgeInSeconds=60)
    request_id = await enqueue(workshop, "fail")
    await workshop.until(lambda: workshop.task("fail", request_id), lambda task: task["status"] == "Retrying")
    workshop.cloud.clock.move(61)
    assert (await workshop.finished("fail", request_id))["status"] == "Expired"


async def test_what_finds_no_room_waits_and_does_not_count(workshop: Workshop) -> None:
    workshop.deploy("greet", GREET)
    workshop.state.concurrency.put("greet", {"reservedConcurrency": 0})
    request_id = await enqueue(workshop, "greet", b"you")
    await workshop.until(lambda: workshop.task("greet", request_id), lambda task: len(task["events"]) >= 3)
    workshop.state.concurrency.delete("greet")
    workshop.cloud.clock.move(60)
    task = await workshop.finished("greet", request_id)
    assert (task["status"], task["alreadyRetriedTimes"]) == ("Succeeded", 0)


async def test_the_queue_outlives_the_cloud(tmp_path: Path) -> None:
    async with Workshop(tmp_path / "home") as workshop:
        workshop.stop_clock()
        workshop.deploy("slow", SLEEP, timeout=60)
        workshop.deploy("fail", FAIL)
        running = await enqueue(workshop, "slow")
        waiting = await enqueue(workshop, "fail")
        await workshop.until(lambda: workshop.task("slow", running), lambda task: task["status"] == "Running")
        await workshop.until(lambda: workshop.task("fail", waiting), lambda task: task["status"] == "Retrying")
    async with Workshop(tmp_path / "home") as workshop:
        workshop.deploy("slow", GREET)
        workshop.deploy("fail", GREET)
        for name, request_id in (("slow", running), ("fail", waiting)):
            assert (await workshop.finished(name, request_id))["status"] == "Succeeded"


async def test_stateful_tasks_have_ids_of_their_own_and_are_listed(workshop: Workshop) -> None:
    workshop.deploy("greet", GREET)
    await workshop.finished("greet", await enqueue(workshop, "greet", b"unseen"))
    configure(workshop, "greet", asyncTask=True)
    response = await workshop.invoke("greet", b"a", x_fc_invocation_type="Async", x_fc_async_task_id="film-1")
    assert (response.status_code, response.headers["x-fc-async-task-id"]) == (202, "film-1")
    again = await workshop.invoke("greet", b"a", x_fc_invocation_type="Async", x_fc_async_task_id="film-1")
    assert (again.status_code, again.json()["Code"]) == (409, "AsyncTaskAlreadyExists")
    for number in (2, 3):
        await enqueue(workshop, "greet", b"b", x_fc_async_task_id=f"film-{number}")
    await enqueue(workshop, "greet", b"c", x_fc_async_task_id="song-1")
    assert (await workshop.finished("greet", "film-1"))["returnPayload"] == "hello a"
    assert (await workshop.task("greet", response.headers["x-fc-request-id"]))["taskId"] == "film-1"

    async def listed(query: str) -> dict[str, Any]:
        response = await workshop.api("GET", f"/functions/greet/async-tasks?{query}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    first = await listed("limit=2&prefix=film-")
    assert [task["taskId"] for task in first["tasks"]] == ["film-1", "film-2"]
    assert "taskPayload" not in first["tasks"][0]
    rest = await listed(f"includePayload=true&limit=2&nextToken={first['nextToken']}&prefix=film-")
    assert [(task["taskId"], task["taskPayload"]) for task in rest["tasks"]] == [("film-3", "b")]
    assert "nextToken" not in rest
    assert len((await listed(""))["tasks"]) == 4
    newest = await listed("sortOrderByTime=desc&limit=1")
    assert [task["taskId"] for task in newest["tasks"]] == ["song-1"]
    assert (await workshop.api("GET", "/functions/greet/async-tasks?limit=1000")).json()["Code"] == "InvalidArgument"


async def test_only_who_is_allowed_sees_tasks(workshop: Workshop) -> None:
    workshop.deploy("greet", GREET)
    request_id = await enqueue(workshop, "greet")
    reader = workshop.user("reader", ("fc:GetAsyncTask", f"acs:fc:{REGION}:{workshop.account}:functions/greet"))
    for method, end, status in (("GET", f"/{request_id}", 200), ("GET", "", 403), ("PUT", f"/{request_id}/stop", 403)):
        response = await workshop.api(method, f"/functions/greet/async-tasks{end}", key=reader)
        assert response.status_code == status


async def test_a_running_task_is_stopped_for_good(workshop: Workshop) -> None:
    workshop.stop_clock()
    workshop.deploy("sleep", SLEEP, timeout=60)
    request_id = await enqueue(workshop, "sleep")
    await workshop.until(lambda: workshop.task("sleep", request_id), lambda task: task["status"] == "Running")
    await workshop.until(lambda: workshop.runner._pool.instances(), lambda seen: seen and seen[0].ready)
    (instance,) = workshop.runner._pool.instances()
    began = time.monotonic()
    response = await workshop.api("PUT", f"/functions/sleep/async-tasks/{request_id}/stop")
    assert response.status_code == 204
    assert time.monotonic() - began < 20
    assert (await workshop.task("sleep", request_id))["status"] == "Stopped"
    await workshop.until(lambda: instance.alive, lambda alive: not alive)
    again = await workshop.api("PUT", f"/functions/sleep/async-tasks/{request_id}/stop")
    assert (again.status_code, again.json()["Code"]) == (412, "AsyncTaskStatusConflict")
    workshop.deploy("fail", FAIL)
    waiting = await enqueue(workshop, "fail")
    await workshop.until(lambda: workshop.task("fail", waiting), lambda task: task["status"] == "Retrying")
    response = await workshop.api("PUT", f"/functions/fail/async-tasks/{waiting}/stop")
    assert response.status_code == 204
    workshop.cloud.clock.move(100)
    await asyncio.sleep(0.2)
    assert (await workshop.task("fail", waiting))["status"] == "Stopped"
    for name, task_id in (("sleep", "nothing"), ("sleep", waiting)):
        missing = await workshop.api("GET", f"/functions/{name}/async-tasks/{task_id}")
        assert (missing.status_code, missing.json()["Code"]) == (404, "AsyncTaskNotFound")


async def test_results_are_sent_to_functions_the_role_may_call(workshop: Workshop) -> None:
    base = f"acs:fc:{REGION}:{workshop.account}:functions"
    role = workshop.role("sender", "fc.aliyuncs.com", ("fc:InvokeFunction", f"{base}/collect/LATEST"))
    workshop.deploy("collect", "def handler(event, context):\n    return event\n")
    workshop.deploy("secret", "def handler(event, context):\n    return event\n")
    workshop.deploy("greet", GREET, role=role)
    workshop.deploy("fail", FAIL, role=role)
    destinations = {"onSuccess": {"destination": f"{base}/collect"}, "onFailure": {"destination": f"{base}/secret"}}
    configure(workshop, "greet", destinationConfig=destinations)
    configure(workshop, "fail", destinationConfig=destinations, maxAsyncRetryAttempts=0)
    request_id = await enqueue(workshop, "greet", b"you")
    assert (await workshop.finished("greet", request_id))["destinationStatus"] == "Succeeded"
    (line,) = await workshop.until(lambda: workshop.journal(resource="functions/collect/LATEST"), lambda lines: lines)
    assert line["principal"].startswith(f"acs:ram::{workshop.account}:assumed-role/sender/")
    told = json.loads((await workshop.finished("collect", line["request_id"]))["taskPayload"])
    assert told["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"{base}/greet/LATEST",
        "condition": "Succeeded",
        "approximateInvokeCount": 1,
    }
    assert (told["requestPayload"], told["responsePayload"]) == ("you", "hello you")
    failed = await workshop.finished("fail", await enqueue(workshop, "fail"))
    assert (failed["status"], failed["destinationStatus"]) == ("Failed", "Failed")
    used, denial = workshop.journal(operation="DeliverAsyncResult")
    assert [(right["allowed"], right["resource"]) for right in used["rights"]] == [(True, f"{base}/collect/LATEST")]
    assert denial["denied"] == f"fc:InvokeFunction {base}/secret/LATEST"
    assert denial["rights"][0]["missing"] == {"in": ["policies"]}
    assert not workshop.journal(resource="functions/secret/LATEST")


async def test_a_destination_that_is_not_here_is_said_loudly(workshop: Workshop) -> None:
    workshop.deploy("greet", GREET)
    queue = f"acs:mns:{REGION}:{workshop.account}:/queues/results/messages"
    configure(workshop, "greet", destinationConfig={"onSuccess": {"destination": queue}})
    task = await workshop.finished("greet", await enqueue(workshop, "greet"))
    assert (task["status"], task["destinationStatus"]) == ("Succeeded", "Failed")
    (line,) = workshop.cloud.journal.lines(unknown_only=True)
    assert (line["resource"], line["code"]) == (queue, "YunfnLocalNoDestination")


async def test_a_function_that_went_away_makes_its_calls_invalid(workshop: Workshop) -> None:
    workshop.stop_clock()
    workshop.deploy("fail", FAIL)
    request_id = await enqueue(workshop, "fail")
    await workshop.until(lambda: workshop.task("fail", request_id), lambda task: task["status"] == "Retrying")
    record = workshop.state.functions.get("fail")
    workshop.state.functions.delete("fail")
    workshop.changed("fail")
    workshop.cloud.clock.move(10)
    tasks = workshop.plane.queue.tasks
    await workshop.until(
        lambda: tasks.find(workshop.account, REGION, "fail", request_id), lambda task: task.status == "Invalid"
    )
    assert record
