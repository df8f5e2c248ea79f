"""What the alicloud provider's two SLS clients need to see, byte for byte (terraform-provider-alicloud 1.285.0)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import requests

from unit.localcloud.alibaba.log.conftest import REGION
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from unit.localcloud.alibaba.signatures.signing import log_headers

Send = Callable[..., requests.Response]
PROJECT = "demo-project"


@pytest.fixture
def send(cloud: ServedCloud) -> Send:
    """Sends one request, signed as the provider's clients sign, to a project's host or the region's."""

    def send(
        method: str, path: str, body: Any = None, project: str = PROJECT, region: str = REGION, query: str = ""
    ) -> requests.Response:
        host = f"{project}.{region}" if project else region
        data = b"" if body is None else json.dumps(body).encode()
        signed = f"{path}?{query}" if query else path
        sent = f"{path}?{quote(query, safe='=&')}" if query else path
        with cloud.session() as session:
            return session.request(
                method, f"https://{host}.log.aliyuncs.com{sent}", data=data or None,
                headers=log_headers(cloud.root, method, signed, data),
            )  # fmt: skip

    return send


def ok(answer: requests.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json() if answer.content else None


def refused(answer: requests.Response, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code), answer.text
    return str(answer.json()["errorMessage"])


def make_logstore(send: Send, **settings: Any) -> None:
    ok(send("POST", "/", {"projectName": PROJECT, "description": "d"}, project=""))
    ok(
        send(
            "POST", "/logstores", {"logstoreName": "store", "shardCount": 2, "ttl": 30, "appendMeta": True, **settings}
        )
    )


def test_a_project(send: Send, cloud: ServedCloud) -> None:
    refused(send("GET", "/"), 404, "ProjectNotExist")
    created = send("POST", "/", {"projectName": PROJECT, "description": "d"}, project="")
    assert (created.status_code, created.content) == (200, b"")
    shown = ok(send("GET", "/"))
    assert {name: shown[name] for name in ("projectName", "description", "status", "region", "owner")} == {
        "projectName": PROJECT, "description": "d", "status": "Normal", "region": REGION, "owner": cloud.account,
    }  # fmt: skip
    assert "tags" not in shown and "policy" not in shown
    # No policy is a 200 that is empty: a 404 makes the whole read fail.
    policy = send("GET", "/policy")
    assert (policy.status_code, policy.content) == (200, b"")
    ok(send("PUT", "/policy", {"Version": "1", "Statement": []}))
    assert ok(send("GET", "/policy")) == {"Version": "1", "Statement": []}
    ok(send("DELETE", "/policy"))
    assert send("GET", "/policy").content == b""
    ok(send("PUT", "/", {"description": ""}))
    assert ok(send("GET", "/"))["description"] == ""
    ok(send("DELETE", "/"))
    refused(send("DELETE", "/"), 404, "ProjectNotExist")


def test_tags_of_a_project(send: Send) -> None:
    ok(send("POST", "/", {"projectName": PROJECT, "description": ""}, project=""))
    query = f'resourceId=["{PROJECT}"]&resourceType=PROJECT'
    assert ok(send("GET", "/tags", project="", query=query)) == {"nextToken": "", "tagResources": []}
    tags = [{"key": "team", "value": "a"}, {"key": "x", "value": "1"}]
    ok(send("POST", "/tag", {"resourceId": [PROJECT], "resourceType": "PROJECT", "tags": tags}, project=""))
    ok(send("POST", "/untag", {"resourceId": [PROJECT], "resourceType": "PROJECT", "tags": ["x"]}, project=""))
    assert ok(send("GET", "/tags", project="", query=query))["tagResources"] == [
        {"resourceType": "PROJECT", "resourceId": PROJECT, "tagKey": "team", "tagValue": "a"}
    ]
    gone = {"resourceId": ["gone-project"], "resourceType": "PROJECT", "tags": tags}
    refused(send("POST", "/tag", gone, project=""), 404, "ProjectNotExist")
    refused(send("POST", "/tag", {**gone, "resourceType": "HOUSE"}, project=""), 400, "ParameterInvalid")
    refused(send("POST", "/tag", {**gone, "resourceId": PROJECT}, project=""), 400, "ParameterInvalid")
    refused(send("POST", "/tag", {**gone, "tags": ["team"]}, project=""), 400, "ParameterInvalid")


def test_a_logstore_echoes_what_was_sent_and_nothing_that_plans_a_change(send: Send) -> None:
    make_logstore(send)
    shown = ok(send("GET", "/logstores/store"))
    # A string in place of the number makes the provider's read fail.
    assert type(shown.pop("createTime")) is int and type(shown.pop("lastModifyTime")) is int
    assert shown == {
        "logstoreName": "store", "ttl": 30, "shardCount": 2, "appendMeta": True, "autoSplit": False,
        "maxSplitShard": 0, "enable_tracking": False, "telemetryType": "", "mode": "standard",
    }  # fmt: skip
    assert ok(send("GET", "/logstores/store/meteringmode")) == {"meteringMode": "ChargeByFunction"}
    shards = ok(send("GET", "/logstores/store/shards"))
    assert [one["shardID"] for one in shards] == [0, 1]
    assert shards[0].keys() == {"shardID", "status", "inclusiveBeginKey", "exclusiveEndKey", "createTime"}
    ok(send("PUT", "/logstores/store", {"logstoreName": "store", "ttl": 7, "hot_ttl": 7, "shardCount": 9}))
    changed = ok(send("GET", "/logstores/store"))
    assert (changed["ttl"], changed["hot_ttl"], changed["shardCount"], changed["appendMeta"]) == (7, 7, 2, True)
    ok(send("PUT", "/logstores/store/meteringmode", {"meteringMode": "ChargeByDataIngest"}))
    assert ok(send("GET", "/logstores/store/meteringmode")) == {"meteringMode": "ChargeByDataIngest"}
    ok(send("DELETE", "/logstores/store"))
    for path in ("/logstores/store", "/logstores/store/meteringmode", "/logstores/store/shards"):
        refused(send("GET", path), 404, "LogStoreNotExist")


def test_an_index_echoes_what_was_sent(send: Send) -> None:
    make_logstore(send)
    assert "doesn't exist" in refused(send("GET", "/logstores/store/index"), 404, "IndexConfigNotExist")
    sent = {
        "line": {"token": [" ", ","], "caseSensitive": False, "chn": False},
        "keys": {
            "f": {"token": [","], "caseSensitive": True, "type": "text", "doc_value": True, "alias": "", "chn": False}
        },
        "log_reduce": False,
    }
    ok(send("POST", "/logstores/store/index", sent))
    shown = ok(send("GET", "/logstores/store/index"))
    assert {name: shown[name] for name in sent} == sent
    # max_text_len that nobody set is a difference on every plan.
    assert "max_text_len" not in shown
    ok(send("PUT", "/logstores/store/index", {**sent, "max_text_len": 4096}))
    assert ok(send("GET", "/logstores/store/index"))["max_text_len"] == 4096
    ok(send("DELETE", "/logstores/store/index"))
    refused(send("GET", "/logstores/store/index"), 404, "IndexConfigNotExist")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "IndexInfoInvalid"), ({"line": None, "keys": {}}, "IndexInfoInvalid"), ({"line": []}, "IndexInfoInvalid"),
        ({"line": {"token": ","}}, "IndexInfoInvalid"), ({"keys": {"f": "text"}}, "IndexInfoInvalid"),
        ({"keys": {"f": {"type": "date"}}}, "IndexInfoInvalid"), ({"keys": ["f"]}, "IndexInfoInvalid"),
        ([], "PostBodyInvalid"),
    ],
)  # fmt: skip
def test_a_broken_index_is_refused(send: Send, body: Any, code: str) -> None:
    make_logstore(send)
    refused(send("POST", "/logstores/store/index", body), 400, code)


def test_project_names_are_unique_in_the_whole_cloud(send: Send) -> None:
    body = {"projectName": PROJECT, "description": ""}
    ok(send("POST", "/", body, project=""))
    refused(send("POST", "/", body, project=""), 400, "ProjectAlreadyExist")
    refused(send("POST", "/", body, project="", region="cn-beijing"), 400, "ProjectAlreadyExist")
    refused(send("GET", "/", region="cn-beijing"), 404, "ProjectNotExist")
    ok(send("DELETE", "/"))
    ok(send("POST", "/", body, project="", region="cn-beijing"))
    assert ok(send("GET", "/", region="cn-beijing"))["region"] == "cn-beijing"


@pytest.mark.parametrize("name", ["ab", "x" * 64, "Upper", "-lead", "trail-", "under_score", "dot.ted", ""])
def test_project_names_that_break_the_rule(send: Send, name: str) -> None:
    refused(send("POST", "/", {"projectName": name, "description": ""}, project=""), 400, "ParameterInvalid")


@pytest.mark.parametrize(
    "change",
    [
        {"logstoreName": "ab"},
        {"logstoreName": "Upper"},
        {"logstoreName": "-lead"},
        {"ttl": 0},
        {"ttl": 3651},
        {"ttl": "7"},
        {"shardCount": 0},
        {"shardCount": 101},
        {"mode": "fast"},
        {"appendMeta": "yes"},
        {"shardCount": True},
    ],
)
def test_logstores_that_break_a_rule(send: Send, change: dict[str, Any]) -> None:
    ok(send("POST", "/", {"projectName": PROJECT, "description": ""}, project=""))
    body = {"logstoreName": "store", "shardCount": 2, "ttl": 30, **change}
    refused(send("POST", "/logstores", body), 400, "ParameterInvalid")
    refused(send("GET", "/logstores/store"), 404, "LogStoreNotExist")


def test_other_refusals(send: Send) -> None:
    make_logstore(send)
    refused(
        send("POST", "/logstores", {"logstoreName": "store", "ttl": 1, "shardCount": 1}), 400, "LogStoreAlreadyExist"
    )
    refused(send("POST", "/logstores", {"logstoreName": "abc"}, project="gone-project"), 404, "ProjectNotExist")
    refused(send("PUT", "/logstores/store", {"ttl": 9999}), 400, "ParameterInvalid")
    refused(send("PUT", "/logstores/store/meteringmode", {"meteringMode": "Free"}), 400, "ParameterInvalid")
    refused(send("PUT", "/", {"description": "<x>"}), 400, "ParameterInvalid")
    refused(send("GET", "/", project="", query="size=501"), 400, "ParameterInvalid")
    refused(send("GET", "/", project="", query="size=many"), 400, "ParameterInvalid")
    search = "from=10&to={}&type=log"
    ok(send("POST", "/logstores/store/index", {"line": {"token": [","]}}))
    refused(send("GET", "/logstores/store", query=search.format(10)), 400, "ParameterInvalid")
    refused(send("GET", "/logstores/store", query=search.format("late")), 400, "ParameterInvalid")
    refused(send("GET", "/logstores/store", query="from=10&line=101&to=20&type=log"), 400, "ParameterInvalid")
    refused(send("GET", "/logstores/store", query="type=log"), 400, "ParameterInvalid")
    sql = send("GET", "/logstores/store", query="from=10&query=* | select level&to=20&type=log")
    assert "Column 'level' cannot be resolved;please add the column" in refused(sql, 400, "ParameterInvalid")
    cursor = send("GET", "/logstores/store/shards/0", query="cursor=!&type=log")
    refused(cursor, 400, "ParameterInvalid")


def test_an_operation_that_is_not_there_is_a_loud_400(send: Send, cloud: ServedCloud) -> None:
    for method, path in (("GET", "/dashboards"), ("POST", "/logstores/store/shards/0"), ("PATCH", "/")):
        refused(send(method, path), 400, "YunfnLocalUnknownOperation")
    noted = cloud.run(lambda one: [line["operation"] for line in one.journal.lines(unknown_only=True)])
    assert noted == ["GET /dashboards", "POST /logstores/store/shards/0", "PATCH /"]


@pytest.mark.parametrize("suffix", ["", "-intranet", "-share", "-internal"])
def test_inner_hosts_are_the_same_service(send: Send, cloud: ServedCloud, suffix: str) -> None:
    ok(send("POST", "/", {"projectName": PROJECT, "description": ""}, project="", region=f"cn-hangzhou{suffix}"))
    assert ok(send("GET", "/", region="cn-hangzhou"))["region"] == "cn-hangzhou"
