"""What functions print reaches their logstore, if their role may write there."""

from __future__ import annotations

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.log.models import LogEntry

TALK = """
import logging
def handler(event, context):
    print("first")
    logging.getLogger().warning("second")
    print("third\\n\\nfourth")
    if event == b"fail":
        raise RuntimeError("gave up")
    return "done"
"""
PLACE = {"project": "diary", "logstore": "lines"}


def make_place(workshop: Workshop) -> None:
    state = workshop.cloud.find(LogService)._state
    state.create_project(workshop.account, REGION, {"projectName": "diary"})
    document = {"logstoreName": "lines", "ttl": 30, "shardCount": 2, "appendMeta": False}
    state.create_logstore(workshop.account, REGION, "diary", document)


def entries(workshop: Workshop) -> list[LogEntry]:
    state = workshop.cloud.find(LogService)._state
    return [one.entry for one in state.entries.arrivals(workshop.account, REGION, "diary", "lines", 30)]


async def test_lines_arrive_in_order_with_the_clouds_fields(workshop: Workshop) -> None:
    make_place(workshop)
    workshop.deploy("talk", TALK, logConfig=PLACE)
    workshop.publish("talk", 1)
    workshop.alias("talk", "prod", 1)
    response = await workshop.invoke("talk", qualifier="prod")
    request_id = response.headers["x-fc-request-id"]
    found = [entry for entry in entries(workshop) if entry.topic.startswith("FCLogs")]
    messages = [entry.contents["message"] for entry in found]
    start, end = messages.index(f"FC Invoke Start RequestId: {request_id}"), len(messages) - 1
    assert messages[start + 1] == "first"
    assert request_id in messages[start + 2]
    assert "second" in messages[start + 2]
    assert messages[start + 3 : end] == ["third", "fourth"]
    assert messages[end].startswith(f"FC Invoke End RequestId: {request_id}")
    assert {entry.topic for entry in entries(workshop)} == {"FCLogs:talk", "FCRequestMetrics:/talk"}
    assert found[0].contents | {"message": ""} == {
        "functionName": "talk",
        "instanceID": response.headers["x-fc-instance-id"],
        "qualifier": "prod",
        "versionId": "1",
        "message": "",
    }
    assert abs(found[0].time - workshop.cloud.clock.time()) < 5


async def test_what_is_printed_between_calls_arrives_too(workshop: Workshop) -> None:
    make_place(workshop)
    source = """
import threading, time
def late():
    time.sleep(0.3)
    print("printed after the answer", flush=True)
def handler(event, context):
    threading.Thread(target=late).start()
    return "done"
"""
    workshop.deploy("late", source, logConfig=PLACE)
    await workshop.invoke("late")
    messages = await workshop.until(
        lambda: [entry.contents.get("message") for entry in entries(workshop)],
        lambda seen: "printed after the answer" in seen,
    )
    assert any(message and message.startswith("FC Invoke End") for message in messages)


async def test_request_metrics_are_a_row_of_their_own(workshop: Workshop) -> None:
    make_place(workshop)
    workshop.deploy("talk", TALK, logConfig=PLACE)
    for body in (b"", b"fail"):
        await workshop.invoke("talk", body)
    good, bad = (entry.contents for entry in entries(workshop) if entry.topic == "FCRequestMetrics:/talk")
    assert (good["hasFunctionError"], good["isColdStart"], good["instanceEvent"]) == ("false", "true", "ColdStart")
    assert (good["invocationType"], good["operation"], good["memoryMB"]) == ("Sync", "InvokeFunction", "512")
    assert float(good["durationMs"]) >= 0
    assert "errorType" not in good
    workshop.deploy("talk", TALK, logConfig={**PLACE, "enableRequestMetrics": False})
    before = len(entries(workshop))
    await workshop.invoke("talk")
    assert {entry.topic for entry in entries(workshop)[before:]} == {"FCLogs:talk"}
    assert (bad["hasFunctionError"], bad["errorType"], bad["isColdStart"]) == (
        "true",
        "FunctionUnhandledError",
        "false",
    )


async def test_a_timeout_is_told_apart(workshop: Workshop) -> None:
    make_place(workshop)
    source = "import time\ndef handler(event, context):\n    time.sleep(30)\n"
    workshop.deploy("slow", source, timeout=1, logConfig=PLACE)
    response = await workshop.invoke("slow", x_fc_invocation_type="Async")
    rows = await workshop.until(
        lambda: [entry.contents for entry in entries(workshop) if entry.topic.startswith("FCRequest")], len
    )
    assert (rows[0]["errorType"], rows[0]["invocationType"]) == ("FunctionTimeoutError", "Async")
    assert (rows[0]["asyncMode"], rows[0]["retryCount"]) == ("Stateless", "0")
    assert rows[0]["requestId"] == response.headers["x-fc-request-id"]


async def test_the_role_must_be_allowed_to_write(workshop: Workshop) -> None:
    make_place(workshop)
    logstore = f"acs:log:{REGION}:{workshop.account}:project/diary/logstore/lines"
    mute = workshop.role("mute", "fc.aliyuncs.com", ("log:PostLogStoreLogs", logstore + "2"))
    workshop.deploy("talk", TALK, logConfig=PLACE, role=mute)
    assert (await workshop.invoke("talk")).text == "done"
    assert entries(workshop) == []
    (denial,) = workshop.journal(operation="PostLogStoreLogs")
    assert (denial["status"], denial["denied"]) == (403, f"log:PostLogStoreLogs {logstore}")
    writer = workshop.role("writer", "fc.aliyuncs.com", ("log:PostLogStoreLogs", logstore))
    workshop.deploy("talk", TALK, logConfig=PLACE, role=writer)
    await workshop.invoke("talk")
    assert len(entries(workshop)) >= 5


async def test_a_logstore_that_is_not_there_is_journaled(workshop: Workshop) -> None:
    workshop.deploy("talk", TALK, logConfig=PLACE)
    assert (await workshop.invoke("talk")).text == "done"
    (line,) = workshop.journal(operation="PostLogStoreLogs")
    assert (line["resource"], line["status"]) == ("diary/lines", 404)
