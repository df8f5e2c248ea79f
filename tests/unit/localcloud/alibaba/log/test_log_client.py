"""SLS as aliyun-log-python-sdk sees it, unmodified, through the proxy, in both signature versions."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from aliyun.log import GetHistogramsRequest, ListLogstoresRequest, LogClient

from unit.localcloud.alibaba.log.store import INDEX, PROJECT, STORE, found, index, make_store, put, refused
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud


@pytest.fixture(params=["v1", "v4"])
def client(cloud: ServedCloud, request: pytest.FixtureRequest) -> LogClient:
    key = cloud.root
    endpoint = "https://cn-shanghai.log.aliyuncs.com"
    return LogClient(endpoint, key.id, key.secret, auth_version=request.param, region="cn-shanghai")


def test_logs_are_written_and_found_again(client: LogClient) -> None:
    make_store(client)
    now = int(time.time())
    put(client, (now, {"level": "INFO", "status": "200", "message": "hello 世界"}))
    put(client, (now + 1, {"level": "ERROR", "status": "500", "message": "it broke"}))
    for query, expected in {
        "": 2, "*": 2, "hello": 1, "HELLO": 1, "level: error": 1, "status >= 200": 2, "not broke": 1, "nothing": 0,
    }.items():  # fmt: skip
        assert len(found(client, now - 10, now + 10, query)) == expected, query
    assert found(client, now, now + 1) == [{"level": "INFO", "status": "200", "message": "hello 世界"}]


def test_order_pages_and_bounds(client: LogClient) -> None:
    make_store(client)
    now = int(time.time())
    put(client, *((now + number, {"n": str(number)}) for number in range(250)))

    def numbers(**more: object) -> list[int]:
        return [int(one["n"]) for one in found(client, now, now + 250, **more)]

    assert numbers() == list(range(100))
    assert numbers(offset=240, size=100) == list(range(240, 250))
    assert numbers(reverse=True, size=3) == [249, 248, 247]
    assert numbers(size=-1) == list(range(250))
    assert [one["n"] for one in found(client, now + 5, now + 7)] == ["5", "6"]


def test_projects(client: LogClient, cloud: ServedCloud) -> None:
    client.create_project(PROJECT, "first")
    shown = client.get_project(PROJECT)
    assert (shown.get_status(), shown.get_region(), shown.get_owner()) == ("Normal", "cn-shanghai", cloud.account)
    client.update_project(PROJECT, "second")
    assert client.get_project(PROJECT).get_description() == "second"
    client.create_project("another", "x")
    listed = client.list_project()
    assert (listed.get_count(), listed.get_total()) == (2, 2)
    assert [one["projectName"] for one in client.list_project(project_name_pattern="demo").get_projects()] == [PROJECT]
    client.tag_project(PROJECT, team="a", stage="dev")
    client.untag_project(PROJECT, "stage")
    assert next(client.get_project_tags(PROJECT)).get_tags() == {"team": "a"}
    client.delete_project(PROJECT)
    refused(404, "ProjectNotExist", client.get_project, PROJECT)


def test_logstores(client: LogClient) -> None:
    make_store(client, None, append_meta=True)
    shown = client.get_logstore(PROJECT, STORE)
    assert (shown.get_ttl(), shown.get_shard_count(), shown.append_meta) == (7, 2, True)
    client.update_logstore(PROJECT, STORE, ttl=30, shard_count=2)
    assert client.get_logstore(PROJECT, STORE).get_ttl() == 30
    client.create_logstore(PROJECT, "second", 1, 1)
    assert client.list_logstores(ListLogstoresRequest(PROJECT)).get_logstores() == [STORE, "second"]
    assert client.list_logstore(PROJECT, "sec").get_logstores() == ["second"]
    shards = client.list_shards(PROJECT, STORE).get_shards_info()
    assert [one["shardID"] for one in shards] == [0, 1]
    assert shards[0]["exclusiveEndKey"] == shards[1]["inclusiveBeginKey"] == "8" + "0" * 31
    assert client.get_logstore_metering_mode(PROJECT, STORE).get_metering_mode() == "ChargeByFunction"
    client.update_logstore_metering_mode(PROJECT, STORE, "ChargeByDataIngest")
    assert client.get_logstore_metering_mode(PROJECT, STORE).get_metering_mode() == "ChargeByDataIngest"
    client.delete_logstore(PROJECT, STORE)
    refused(404, "LogStoreNotExist", client.get_logstore, PROJECT, STORE)


def test_index(client: LogClient) -> None:
    make_store(client, None)
    refused(404, "IndexConfigNotExist", client.get_index_config, PROJECT, STORE)
    client.create_index(PROJECT, STORE, index())
    assert client.get_index_config(PROJECT, STORE).get_index_config().to_json()["line"]["token"]
    refused(400, "IndexAlreadyExist", client.create_index, PROJECT, STORE, index())
    client.update_index(PROJECT, STORE, index({"line": INDEX["line"]}))
    assert not client.get_index_config(PROJECT, STORE).get_index_config().to_json().get("keys")
    client.delete_index(PROJECT, STORE)
    refused(404, "IndexConfigNotExist", client.delete_index, PROJECT, STORE)
    refused(404, "IndexConfigNotExist", client.update_index, PROJECT, STORE, index())


def test_histograms(client: LogClient) -> None:
    make_store(client)
    now = int(time.time()) // 60 * 60
    put(client, *((now + number, {"level": "INFO"}) for number in (0, 0, 1, 59)))
    answer = client.get_histograms(GetHistogramsRequest(PROJECT, STORE, now - 30, now + 90, query="info"))
    assert answer.is_completed() and answer.get_total_count() == 4
    counts = {one.get_from(): one.get_count() for one in answer.get_histograms()}
    assert {at: count for at, count in counts.items() if count} == {now: 3, now + 58: 1}
    edges = [(one.get_from(), one.get_to()) for one in answer.get_histograms()]
    assert edges[0][0] == now - 30 and edges[-1][1] == now + 90
    assert all(left[1] == right[0] for left, right in pairwise(edges))


def test_logs_are_pulled_in_the_order_they_came(client: LogClient) -> None:
    make_store(client, None, shard_count=1)
    now = int(time.time())
    put(client, (now, {"n": "1"}), (now, {"n": "2"}), topic="late")
    put(client, (now - 100, {"n": "3"}), topic="early")

    def pull(start: str, count: int = 10) -> tuple[list[dict], str]:
        cursor = client.get_cursor(PROJECT, STORE, 0, start).get_cursor() if start in ("begin", "end") else start
        answer = client.pull_logs(PROJECT, STORE, 0, cursor, count)
        return answer.get_flatten_logs_json(), answer.get_next_cursor()

    logs, following = pull("begin")
    assert [(one["n"], one["__topic__"]) for one in logs] == [("1", "late"), ("2", "late"), ("3", "early")]
    assert pull(following) == ([], following)
    assert pull("end")[0] == []
    first, following = pull("begin", 1)
    assert [one["n"] for one in first] == ["1", "2"]
    assert [one["n"] for one in pull(following)[0]] == ["3"]
    since = client.get_cursor(PROJECT, STORE, 0, now - 5).get_cursor()
    assert [one["n"] for one in pull(since)[0]] == ["1", "2", "3"]


def test_a_hash_key_decides_the_shard(client: LogClient) -> None:
    make_store(client, None)
    now = int(time.time())
    put(client, (now, {"n": "low"}), hashKey="00000000000000000000000000000000")
    put(client, (now, {"n": "high"}), hashKey="ffffffffffffffffffffffffffffffff")

    def shard(number: int) -> list[str]:
        cursor = client.get_cursor(PROJECT, STORE, number, "begin").get_cursor()
        return [one["n"] for one in client.pull_logs(PROJECT, STORE, number, cursor).get_flatten_logs_json()]

    assert (shard(0), shard(1)) == (["low"], ["high"])
    refused(404, "ShardNotExist", client.get_cursor, PROJECT, STORE, 2, "begin")


@pytest.mark.parametrize("v2", [False, True])
def test_both_ways_to_get_logs(client: LogClient, v2: bool) -> None:
    make_store(client)
    now = int(time.time())
    put(client, *((now, {"level": "INFO", "n": str(number), "text": "x" * 200}) for number in range(50)))
    client._get_logs_v2_enabled = v2
    answer = client.get_log(PROJECT, STORE, now, now + 1, query="level: info", size=20, offset=10)
    assert [one.contents["n"] for one in answer.get_logs()] == [str(number) for number in range(10, 30)]
    assert (answer.get_count(), answer.get_processed_rows(), answer.get_has_sql()) == (20, 30, False)
    assert answer.get_logs()[0].get_source() == "10.0.0.1" and answer.get_logs()[0].get_time() == now
