"""What calls came to: the samples that Cloud Monitor's figures are made of, and the status in request metrics."""

from __future__ import annotations

import asyncio

import pytest

from unit.localcloud.alibaba.fc.dataplane.workshop import REGION, Workshop
from yunfn.localcloud.alibaba.fc.dataplane import metrics
from yunfn.localcloud.alibaba.fc.dataplane.metrics import Metrics, Sample
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.clock import Clock

ANYONE = {"authType": "anonymous", "methods": ["GET"]}
ANSWERS = """
import json
def handler(event, context):
    asked = json.loads(event)["queryParameters"]
    if "fail" in asked:
        raise ValueError("as it was told")
    if "broken" in asked:
        return {"statusCode": "many"}
    return {"statusCode": int(asked["status"]), "body": "told"} if asked else "plain"
"""
WEB = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503)
        self.send_header("content-length", "0")
        self.end_headers()
http.server.HTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
"""


def samples(workshop: Workshop, name: str) -> list[Sample]:
    return list(workshop.plane.metrics.samples(workshop.account, REGION, name, 0, 10**11))


async def test_a_sample_knows_what_ran_and_how_it_was_called(workshop: Workshop) -> None:
    workshop.deploy("f", "def handler(event, context):\n    assert not event\n    return 'done'\n")
    workshop.publish("f", 1)
    workshop.alias("f", "live", 1)
    workshop.cloud.clock.move(1000)
    before = workshop.cloud.clock.time()
    await workshop.invoke("f", qualifier="live")
    await workshop.invoke("f", b"x", qualifier="1")
    await workshop.invoke("f")
    found = samples(workshop, "f")
    told = [(one.version, one.qualifier, one.outcome, one.status) for one in found]
    assert told == [("1", "live", "ok", None), ("1", "1", "error", None), ("LATEST", "LATEST", "ok", None)]
    assert all(one.duration_ms > 0 and one.memory_mb > 0 for one in found)
    assert all(before <= one.time <= workshop.cloud.clock.time() for one in found)


async def test_a_call_without_room_is_a_throttle_and_nothing_else(workshop: Workshop) -> None:
    workshop.deploy("slow", "import time\ndef handler(event, context):\n    time.sleep(0.6)\n")
    workshop.state.concurrency.put("slow", {"reservedConcurrency": 1})
    workshop.changed("slow")
    answers = await asyncio.gather(*(workshop.invoke("slow") for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 429, 429]
    assert sorted(one.outcome for one in samples(workshop, "slow")) == ["ok", "throttled", "throttled"]
    assert workshop.plane.metrics.of(workshop.account, REGION, "slow", "LATEST").count == 1
    # A call that the caller may not make is none.
    workshop.deploy("off", "", invocationRestriction={"disable": True})
    assert (await workshop.invoke("off")).status_code == 403
    assert samples(workshop, "off") == []


@pytest.mark.parametrize(
    ("query", "status", "failed"),
    [("", 200, "false"), ("?status=404", 404, "false"), ("?status=503", 503, "false"), ("?fail=1", 502, "true"),
     ("?broken=1", 502, "false")],
)  # fmt: skip
async def test_a_call_by_http_has_the_status_that_the_client_saw(
    workshop: Workshop, query: str, status: int, failed: str
) -> None:
    place = make_place(workshop)
    workshop.deploy("answers", ANSWERS, logConfig=place)
    host = workshop.trigger("answers", "web", "http", ANYONE)
    assert (await workshop.client.get(f"https://{host}/a/b{query}")).status_code == status
    assert [one.status for one in samples(workshop, "answers")] == [status]
    row = metrics_row(workshop)
    assert (row["statusCode"], row["hasFunctionError"], row["triggerType"]) == (str(status), failed, "http")
    assert (row["method"], row["requestURI"]) == ("GET", f"/a/b{query}")


async def test_a_web_programs_own_answer_is_its_status(workshop: Workshop) -> None:
    place = make_place(workshop)
    start = {"command": ["python3", "app.py"], "port": 9000}
    workshop.deploy("site", {"app.py": WEB}, runtime="custom", customRuntimeConfig=start, logConfig=place)
    host = workshop.trigger("site", "web", "http", ANYONE)
    assert (await workshop.client.get(f"https://{host}/")).status_code == 503
    assert [(one.status, one.outcome) for one in samples(workshop, "site")] == [(503, "ok")]
    row = metrics_row(workshop)
    assert (row["statusCode"], row["hasFunctionError"]) == ("503", "false")


async def test_a_call_that_nobody_waits_for_has_no_status(workshop: Workshop) -> None:
    place = make_place(workshop)
    workshop.deploy("f", "handler = lambda event, context: 'done'\n", logConfig=place)
    response = await workshop.invoke("f", x_fc_invocation_type="Async")
    assert response.status_code == 202
    await workshop.until(lambda: samples(workshop, "f"), len)
    assert samples(workshop, "f")[0].status is None
    assert "statusCode" not in metrics_row(workshop)


def test_the_oldest_samples_go_first_and_time_never_goes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from unit.localcloud.alibaba.cms.test_cms import _function, _result

    monkeypatch.setattr(metrics, "_KEPT", 10)
    clock = Clock()
    kept = Metrics(clock)

    class Place:
        account = "1"

    function = _function(Place(), "f", "1", "1")  # type: ignore[arg-type]
    begin = clock.time()
    for number in range(12):
        kept.add(function, _result(number))
        clock.move(100 if number < 6 else -10)
    found = list(kept.samples("1", REGION, "f", 0, 10**11))
    assert [one.duration_ms for one in found] == [5, 6, 7, 8, 9, 10, 11]
    assert [one.time for one in found] == sorted(one.time for one in found)
    assert found[0].time >= begin + 500
    assert list(kept.samples("1", REGION, "f", found[1].time, found[1].time)) == []
    assert next(kept.samples("1", REGION, "f", found[1].time, found[1].time + 1)).duration_ms == 6
    assert kept.functions("1", REGION) == ["f"] and kept.functions("2", REGION) == []


def make_place(workshop: Workshop) -> dict[str, str]:
    """A logstore; its logConfig."""
    state = workshop.cloud.find(LogService)._state
    state.create_project(workshop.account, REGION, {"projectName": "diary"})
    store = {"logstoreName": "lines", "ttl": 7, "shardCount": 1, "appendMeta": False, "index": {"keys": {}}}
    state.create_logstore(workshop.account, REGION, "diary", store)
    return {"project": "diary", "logstore": "lines"}


def metrics_row(workshop: Workshop) -> dict[str, str]:
    """The one row of request metrics."""
    stored = workshop.cloud.find(LogService)._state.entries.arrivals(workshop.account, REGION, "diary", "lines", 7)
    (row,) = (one.entry.contents for one in stored if one.entry.topic.startswith("FCRequestMetrics:"))
    return dict(row)
