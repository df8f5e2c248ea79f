"""SQL of SLS as aliyun-log-python-sdk sends it, in both signature versions and both versions of GetLogs."""

from __future__ import annotations

import time
from typing import Any

import pytest
from aliyun.log import LogClient

from unit.localcloud.alibaba.log.store import PROJECT, STORE, TEXT, make_store, put, refused
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud

INDEX = {
    "keys": {
        "level": TEXT,
        "status": {"type": "long", "doc_value": True},
        "cost": {"type": "double", "doc_value": True},
        "silent": {**TEXT, "doc_value": False},
        "secret": {key: value for key, value in TEXT.items() if key != "doc_value"},
    },
}
LOGS = [
    {"level": "INFO", "status": "200", "cost": "1.5", "silent": "a"},
    {"level": "INFO", "status": "404", "cost": "2.5"},
    {"level": "ERROR", "status": "500", "cost": "much"},
    {"level": "ERROR", "status": "503", "cost": "40"},
]


@pytest.fixture(params=["v1", "v4"])
def client(cloud: ServedCloud, request: pytest.FixtureRequest) -> LogClient:
    key = cloud.root
    client = LogClient(
        "https://cn-shanghai.log.aliyuncs.com", key.id, key.secret, auth_version=request.param, region="cn-shanghai"
    )
    # The older GetLogs by GET has the one signature, its second version by POST the other.
    client._get_logs_v2_enabled = request.param == "v4"
    make_store(client, INDEX)
    return client


def asked(client: LogClient, query: str) -> list[dict[str, str]]:
    now = int(time.time())
    answer = client.get_log(PROJECT, STORE, now - 600, now + 600, query=query)
    assert answer.is_completed() and answer.get_has_sql()
    assert answer.get_where_query() == query.split("|")[0].strip()
    assert answer.get_agg_query() == query.split("|")[1].strip()
    return [dict(row.contents) for row in answer.get_logs()]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "* | SELECT count(1) AS calls, count_if(status >= 500) AS failed, approx_percentile(cost, 0.5) AS p50",
            [{"calls": "4", "failed": "2", "p50": "2.5"}],
        ),
        ("level: error | SELECT count(*) AS n FROM log", [{"n": "2"}]),
        ("status < 500 and level: info | SELECT max(status) AS last", [{"last": "404"}]),
        ("* | SELECT level, sum(cost) AS cost GROUP BY level ORDER BY level", [
            {"level": "ERROR", "cost": "40.0"}, {"level": "INFO", "cost": "4.0"},
        ]),
        ("level: nothing | SELECT count(1) AS calls, avg(cost) AS mean", [{"calls": "0", "mean": "null"}]),
        ("* | SELECT __topic__, count(1) AS n WHERE __source__ = '10.0.0.1' GROUP BY __topic__",
         [{"__topic__": "web", "n": "4"}]),
        ("* | SELECT count(1) AS n WHERE level = 'error'", [{"n": "0"}]),
        ("* | SELECT count(1) AS n WHERE status = (SELECT max(status) FROM log LIMIT 1)", [{"n": "1"}]),
        ("* | SELECT count(1) AS n;", [{"n": "4"}]),
    ],
)  # fmt: skip
def test_rows(client: LogClient, query: str, rows: list[dict[str, str]]) -> None:
    now = int(time.time())
    put(client, *((now, one) for one in LOGS), topic="web")
    assert asked(client, query) == rows


def test_times_are_whole_seconds_with_the_end_outside(client: LogClient) -> None:
    now = int(time.time())
    put(client, *((now + number, {"status": str(number)}) for number in range(5)))
    query = "* | SELECT min(status) AS first, max(status) AS last, max(__time__) AS moment"
    answer = client.get_log(PROJECT, STORE, now + 1, now + 4, query=query)
    assert [dict(row.contents) for row in answer.get_logs()] == [{"first": "1", "last": "3", "moment": str(now + 3)}]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("* | SELECT cow", "Column 'cow' cannot be resolved;please add the column in the index attribute"),
        ("* | SELECT count(silent)", "Column 'silent' cannot be resolved"),
        ("* | SELECT count(secret)", "Column 'secret' cannot be resolved"),
        ("* | SELECT regr_slope(status, cost)", "Function regr_slope not registered"),
        ("* | DELETE FROM log", "begins with SELECT"),
        ("| SELECT 1", "sql query must follow search query"),
        ("cow: 1 | SELECT 1", "is not config as key value config"),
    ],
)
def test_refusals(client: LogClient, query: str, words: str) -> None:
    now = int(time.time())
    assert words in refused(400, "ParameterInvalid", client.get_log, PROJECT, STORE, now - 10, now + 10, query=query)


def test_a_query_that_can_be_no_header_is_answered(client: LogClient) -> None:
    now = int(time.time())
    put(client, (now, {"level": "函数"}))
    answer: Any = client.get_log(PROJECT, STORE, now - 10, now + 10, query="* | SELECT count_if(level = '函数') AS n")
    assert [dict(row.contents) for row in answer.get_logs()] == [{"n": "1"}]
