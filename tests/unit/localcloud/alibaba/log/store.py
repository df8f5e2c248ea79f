"""What most tests begin with: a project, a logstore, an index, and logs in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from aliyun.log import IndexConfig, LogClient, LogItem, PutLogsRequest
from aliyun.log.logexception import LogException

PROJECT, STORE = "demo-project", "demo-store"
TOKENS = list(", '\";=()[]{}?@&<>/:\n\t\r")
TEXT = {"token": TOKENS, "caseSensitive": False, "type": "text", "doc_value": True}
INDEX = {
    "line": {"token": TOKENS, "caseSensitive": False},
    "keys": {"level": TEXT, "status": {"type": "long", "doc_value": True}},
}


def index(document: dict = INDEX) -> IndexConfig:
    made = IndexConfig()
    made.from_json(document)
    return made


def make_store(client: LogClient, document: dict | None = INDEX, **settings: object) -> None:
    client.create_project(PROJECT, "for a test")
    client.create_logstore(PROJECT, STORE, **{"ttl": 7, "shard_count": 2, **settings})
    if document is not None:
        client.create_index(PROJECT, STORE, index(document))


def put(client: LogClient, *logs: tuple[int, dict[str, str]], topic: str = "", **more: object) -> None:
    items = [LogItem(moment, contents=list(contents.items())) for moment, contents in logs]
    client.put_logs(PutLogsRequest(PROJECT, STORE, topic, "10.0.0.1", items, **more))


def found(client: LogClient, since: int, until: int, query: str = "", **more: object) -> Sequence[dict[str, str]]:
    """The contents of the logs found, without topic and tags."""
    answer = client.get_log(PROJECT, STORE, since, until, query=query, **more)
    assert answer.is_completed()
    return [
        {name: value for name, value in one.contents.items() if not name.startswith("__")} for one in answer.get_logs()
    ]


def refused(status: int, code: str, call: Callable[..., object], *arguments: object, **more: object) -> str:
    """The message of a call that must be refused with this status and code."""
    with pytest.raises(LogException) as caught:
        call(*arguments, **more)
    assert (caught.value.resp_status, caught.value.get_error_code()) == (status, code), caught.value
    return str(caught.value.get_error_message())
