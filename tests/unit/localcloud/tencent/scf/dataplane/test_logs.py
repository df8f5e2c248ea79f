"""What is told of calls afterwards: GetFunctionLogs, GetRequestStatus, the CLS topic, Monitor's samples."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from support.held_functions import HOLD, let_go
from unit.localcloud.tencent.scf.dataplane.workshop import REGION, Refused, Workshop

SOURCE = """
import time
print("loading")
def main_handler(event, context):
    print("seen %s" % event)
    if event == "raise":
        raise ValueError("no")
    if event == "sleep":
        time.sleep(9)
    return event
"""


async def test_function_logs_are_filtered_ordered_and_paged(workshop: Workshop) -> None:
    await workshop.deploy("fn", SOURCE, Timeout=1)
    ids = [(await workshop.invoke("fn", event))["FunctionRequestId"] for event in ("a", "raise", "b", "sleep")]

    async def logs(**parameters: Any) -> list[str]:
        told = await workshop.api("GetFunctionLogs", FunctionName="fn", **parameters)
        assert told["TotalCount"] >= len(told["Data"])
        return [entry["RequestId"] for entry in told["Data"]]

    assert await logs(Order="asc") == ids
    assert await logs(Offset=1, Limit=2) == [ids[2], ids[1]]
    assert await logs(Filter={"RetCode": "is0"}, Order="asc") == [ids[0], ids[2]]
    assert await logs(Filter={"RetCode": "not0"}, Order="asc") == [ids[1], ids[3]]
    assert await logs(Filter={"RetCode": "UserCodeException"}) == [ids[1]]
    assert await logs(Filter={"RetCode": "TimeLimitExceeded"}) == [ids[3]]
    assert (await logs(OrderBy="duration"))[0] == ids[3]
    assert await logs(FunctionRequestId=ids[2]) == [ids[2]]
    assert await logs(Qualifier="7") == []
    yesterday = {"StartTime": "2020-01-01 00:00:00", "EndTime": "2020-01-01 12:00:00"}
    assert await logs(**yesterday) == []
    told = await workshop.api("GetFunctionLogs", FunctionName="fn", FunctionRequestId=ids[0])
    (entry,) = told["Data"]
    assert (entry["RetMsg"], entry["RetCode"], entry["InvokeFinished"]) == ('"a"', 0, 1)
    assert "loading\nInit Report" in entry["Log"] and "\nseen a\n" in entry["Log"]
    for parameters in ({"Limit": 10001}, {"StartTime": "2020-01-01 00:00:00", "EndTime": "2020-01-03 00:00:00"}):
        with pytest.raises(Refused) as refused:
            await logs(**parameters)
        assert refused.value.code == "InvalidParameterValue"


async def test_a_call_that_is_under_way_is_running_then_told(workshop: Workshop) -> None:
    await workshop.deploy("fn", HOLD + "def main_handler(e, c):\n    hold()\n    return {'value': e}", Timeout=300)
    call = asyncio.ensure_future(workshop.invoke("fn", 3))
    under_way = workshop.plane._records._under_way
    ((_, _, _, request_id),) = await workshop.until(lambda: list(under_way), bool)
    told = await workshop.status("fn", request_id)
    assert (told["RetCode"], told["RetMsg"]) == (1, "")
    await workshop.until(lambda: [each.ready for each in workshop.runner._pool.instances()], any)
    let_go(workshop.cloud.home.work)
    await call
    told = await workshop.status("fn", request_id)
    assert (told["RetCode"], json.loads(told["RetMsg"])) == (0, {"value": 3})
    old = {"StartTime": "2020-01-01 00:00:00", "EndTime": "2021-01-01 00:00:00"}
    past = await workshop.api("GetRequestStatus", FunctionName="fn", FunctionRequestId=request_id, **old)
    assert past["TotalCount"] == 0
    unknown = await workshop.api("GetRequestStatus", FunctionName="fn", FunctionRequestId="none")
    assert (unknown["TotalCount"], unknown["Data"]) == (0, [])


async def test_lines_reach_the_topic_in_fields(workshop: Workshop) -> None:
    await workshop.deploy("fn", SOURCE, **await workshop.topic())
    topic = (await workshop.api("GetFunction", FunctionName="fn"))["ClsTopicId"]
    rule = {
        "FullText": {"CaseSensitive": False, "Tokenizer": " :"},
        "KeyValue": {"CaseSensitive": False, "KeyValues": []},
    }
    await workshop.api("CreateIndex", service="cls", TopicId=topic, Rule=rule, Status=True)
    result = await workshop.invoke("fn", "raise")
    now = int(time.time() * 1000)
    told = await workshop.api(
        "SearchLog", service="cls", TopicId=topic, From=now - 60_000, To=now + 60_000, QueryString="*", Sort="asc",
        QuerySyntax=1, Limit=100,
    )  # fmt: skip
    lines = [json.loads(each["LogJson"]) for each in told["Results"]]
    messages = [line["SCF_Message"] for line in lines]
    request_id = result["FunctionRequestId"]
    assert messages[0] == f"START RequestId:{request_id}" and "seen raise" in messages
    assert messages[-1].startswith(f"Report RequestId:{request_id}")
    printed = lines[messages.index("seen raise")]
    assert {name: value for name, value in printed.items() if name not in ("SCF_LogTime", "SCF_StartTime")} == {
        "SCF_FunctionName": "fn",
        "SCF_Namespace": "default",
        "SCF_RequestId": request_id,
        "SCF_Duration": printed["SCF_Duration"],
        "SCF_MemUsage": printed["SCF_MemUsage"],
        "SCF_Alias": "",
        "SCF_Qualifier": "$LATEST",
        "SCF_Level": "INFO",
        "SCF_Message": "seen raise",
        "SCF_Type": "Custom",
        "SCF_StatusCode": "430",
        "SCF_RetryNum": "0",
    }
    assert lines[0]["SCF_Type"] == "Platform"


async def test_a_topic_that_is_gone_is_journaled_and_the_call_stands(workshop: Workshop) -> None:
    settings = await workshop.topic()
    await workshop.deploy("fn", SOURCE, **settings)
    await workshop.api("DeleteTopic", service="cls", TopicId=settings["ClsTopicId"])
    assert (await workshop.invoke("fn", "a"))["RetMsg"] == '"a"'
    (line,) = workshop.journal(code="ResourceNotFound.TopicNotExist", operation="UploadLog")
    assert line["resource"] == settings["ClsTopicId"]


async def test_samples_by_version(workshop: Workshop) -> None:
    await workshop.deploy("fn", SOURCE)
    await workshop.publish("fn")
    for event, qualifier in (("a", "1"), ("raise", "1"), ("b", "$LATEST")):
        await workshop.invoke("fn", event, Qualifier=qualifier)
    now = workshop.cloud.clock.time()

    def samples(version: str | None, start: float = now - 60, end: float = now + 1) -> list[tuple[str, str]]:
        found = workshop.plane.metrics.samples(REGION, "default", "fn", version, start, end)
        return [(sample.version, sample.outcome) for sample in found]

    assert samples(None) == [("1", "ok"), ("1", "user_error"), ("$LATEST", "ok")]
    assert samples("1") == [("1", "ok"), ("1", "user_error")]
    assert samples("2") == samples(None, end=now - 30) == []
    told = list(workshop.plane.metrics.samples(REGION, "default", "fn", None, now - 60, now + 1))
    assert all(sample.duration_ms > 0 and sample.memory_mb > 1 for sample in told)


async def test_what_is_printed_between_calls_reaches_the_topic_too(workshop: Workshop) -> None:
    source = (
        f"{HOLD}\nimport threading\ndef main_handler(e, c):\n"
        "    threading.Thread(target=lambda: hold() or print('afterwards', flush=True)).start()"
    )
    settings = await workshop.topic()
    await workshop.deploy("fn", source, **settings)
    rule = {"FullText": {"CaseSensitive": False, "Tokenizer": " "}}
    await workshop.api("CreateIndex", service="cls", TopicId=settings["ClsTopicId"], Rule=rule, Status=True)
    await workshop.invoke("fn")
    let_go(workshop.cloud.home.work)
    now = int(time.time() * 1000)

    async def found() -> list[dict[str, str]]:
        told = await workshop.api(
            "SearchLog", service="cls", TopicId=settings["ClsTopicId"], From=now - 60_000, To=now + 60_000,
            QueryString="afterwards", QuerySyntax=1,
        )  # fmt: skip
        return [json.loads(each["LogJson"]) for each in told["Results"]]

    (line,) = await workshop.until(found, bool)
    assert (line["SCF_Message"], line["SCF_RequestId"], line["SCF_Qualifier"]) == ("afterwards", "", "$LATEST")
