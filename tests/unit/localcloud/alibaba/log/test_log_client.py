"""SLS as aliyun-log-python-sdk sees it, unmodified, through the proxy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aliyun.log import GetLogsRequest, IndexConfig, LogClient, LogItem, PutLogsRequest
from aliyun.log.logexception import LogException

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.ram import RamService

ENDPOINT = "cn-shanghai.log.aliyuncs.com"
TOKENS = list(", '\";=()[]{}?@&<>/:\n\t\r")


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedCloud]:
    with served(tmp_path / "home", [RamService, LogService]) as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        yield cloud


@pytest.fixture(params=["v1", "v4"])
def client(cloud: ServedCloud, request: pytest.FixtureRequest) -> LogClient:
    key = cloud.root
    return LogClient(f"https://{ENDPOINT}", key.id, key.secret, auth_version=request.param, region="cn-shanghai")


def index() -> IndexConfig:
    made = IndexConfig()
    made.from_json(
        {
            "line": {"token": TOKENS, "caseSensitive": False},
            "keys": {
                "level": {"token": TOKENS, "caseSensitive": False, "type": "text", "doc_value": True},
                "status": {"type": "long", "doc_value": True},
            },
        }
    )
    return made


def refused(code: str, call, *arguments) -> LogException:
    with pytest.raises(LogException) as caught:
        call(*arguments)
    assert caught.value.get_error_code() == code
    return caught.value


def test_logs_are_written_and_found_again(client: LogClient) -> None:
    client.create_project("demo-project", "for a test")
    client.create_logstore("demo-project", "demo-store", ttl=7, shard_count=2)
    client.create_index("demo-project", "demo-store", index())
    now = int(time.time())
    items = [LogItem(now, contents=[("level", "INFO"), ("status", "200"), ("message", "hello 世界")])]
    items += [LogItem(now + 1, contents=[("level", "ERROR"), ("status", "500"), ("message", "it broke")])]
    client.put_logs(PutLogsRequest("demo-project", "demo-store", "topic", "10.0.0.1", items))
    for query, expected in {"*": 2, "hello": 1, "level: error": 1, "status >= 200": 2, "not broke": 1}.items():
        request = GetLogsRequest("demo-project", "demo-store", now - 10, now + 10, query=query)
        assert client.get_logs(request).get_count() == expected, query
    found = client.get_log("demo-project", "demo-store", now - 10, now + 10, query="世界*")
    print(found.get_logs()[0].contents if found.get_logs() else None)
