"""Logs of functions: appended from inside the cloud, searched by the official client."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from unit.localcloud.tencent.cls.conftest import RULE, Cls
from yunfn.localcloud.tencent.cls import ClsEntry

NOW = int(time.time() * 1000)
LOG = {
    "level": "WARN",
    "status": "404",
    "message": 'GET /images/lena.png?size=10 said "not found" in 12ms',
    "path": "/var/log/access.log",
    "empty": "",
}
TEXT = {"Type": "text", "Tokenizer": "/ ", "SqlFlag": True, "ContainZH": False}
KEYS = {
    **RULE,
    "KeyValue": {
        "CaseSensitive": False,
        "KeyValues": [
            *RULE["KeyValue"]["KeyValues"],  # type: ignore[index]
            *({"Key": name, "Value": TEXT} for name in ("message", "path", "empty", "absent")),
        ],
    },
}


def contents(answer: Any) -> list[dict[str, str]]:
    return [json.loads(one.LogJson) for one in answer.Results]


def numbers(answer: Any) -> list[int]:
    return [int(one["n"]) for one in contents(answer)]


@pytest.fixture(scope="module")
def topic(cls: Cls) -> str:
    made = cls.topic(rule=KEYS)
    assert cls.append(made, ClsEntry(NOW, LOG, "10.0.0.1"))
    return made


def test_what_was_appended_is_found_newest_first(cls: Cls) -> None:
    topic = cls.topic(rule=RULE, TopicName="ordered")
    entries = [ClsEntry(NOW - 3000 + n, {"n": str(n), "level": "INFO"}, "10.0.0.1") for n in range(3)]
    assert cls.append(topic, *entries)
    found = cls.search(topic, since=NOW - 3000, until=NOW)
    assert contents(found) == [{"n": str(n), "level": "INFO"} for n in (2, 1, 0)]
    assert [(one.Time, one.Source, one.TopicId, one.TopicName) for one in found.Results] == [
        (NOW - 3000 + n, "10.0.0.1", topic, "ordered") for n in (2, 1, 0)
    ]
    assert len({(one.PkgId, one.PkgLogId) for one in found.Results}) == 3
    assert (found.ListOver, found.Analysis) == (True, False)
    assert contents(cls.search(topic, Sort="asc")) == [one.contents for one in entries]


def test_the_time_range_is_open_at_its_end_and_counts_milliseconds(cls: Cls) -> None:
    topic = cls.topic(rule=RULE)
    cls.append(topic, *(ClsEntry(NOW + n, {"n": str(n)}) for n in range(4)))
    assert numbers(cls.search(topic, since=NOW + 1, until=NOW + 3, Sort="asc")) == [1, 2]
    cls.refused("InvalidParameterValue", "SearchLog", TopicId=topic, From=NOW, To=NOW)


@pytest.mark.parametrize(
    "query",
    [
        "", "*", "warn", "GET", "warn images", "warn AND images", "warn and images", "absentword OR images",
        "NOT absentword", "warn NOT absentword", "(absentword OR warn) AND images", "absent1 AND absent2 OR warn",
        "lena.png", "len*", "l?na.png", "/images/lena.png", '"not found"', "'not found'",
        '"not fou*"', "'/var/log/acc*'",
        "level:WARN", "level:warn", 'level:"warn"', "level:w*", "level:(ERROR OR WARN)", "level:(NOT error)", "level:*",
        "status:404", "status:>403", "status:>=404", "status>403", "status:<405 AND status:<=404", "status:=404",
        "status=404", "status:(>400 AND <405)", "status:*", 'path:"/var/log/acc*.log"', 'empty:""',
        r"message:/images\/lena.png*", "NOT absent:*", 'NOT level:""', "__SOURCE__:10.0.0.1", r"message:\"not",
        "message:'lena.png?size=10'",
    ],
)  # fmt: skip
def test_a_query_finds_it(cls: Cls, topic: str, query: str) -> None:
    assert contents(cls.search(topic, query)) == [LOG]


@pytest.mark.parametrize(
    "query",
    [
        "absentword", "ena.png", "warn AND absentword", "warn NOT images", "NOT warn", '"found not"', "level:error",
        "level:(error OR info)", "level:(NOT warn)", "status:405", "status:>404", "status:(>404 OR <404)",
        'level:""', "absent:*", 'absent:""', "__SOURCE__:10.0.0.2", "10.0.0.1", '"not fou"',
    ],
)  # fmt: skip
def test_a_query_does_not_find_it(cls: Cls, topic: str, query: str) -> None:
    assert contents(cls.search(topic, query)) == []


@pytest.mark.parametrize(
    "query", ["unknown:x", "level:", "(warn", "warn)", "AND", "level:>5", "status:many", "*warn", '"open', "a:b:c"]
)
def test_a_query_that_breaks_the_grammar_is_refused(cls: Cls, topic: str, query: str) -> None:
    cls.refused("FailedOperation.SyntaxError", "SearchLog", TopicId=topic, From=0, To=NOW, QueryString=query)


def test_lucene_is_loudly_not_there(cls: Cls, topic: str) -> None:
    sent = {"TopicId": topic, "From": 0, "To": 10**13}
    assert "Lucene" in cls.refused("YunfnLocalUnknownOperation", "SearchLog", **sent, Query="level:WARN")
    assert contents(cls.call("SearchLog", **sent, Query="*")) == [LOG]
    assert contents(cls.call("SearchLog", **sent, Query="level:WARN", SyntaxRule=1)) == [LOG]


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_pages_follow_by_context_even_where_logs_come_meanwhile(cls: Cls, sort: str) -> None:
    topic = cls.topic(rule=RULE)
    # Three of one millisecond: a page may end between them.
    cls.append(topic, *(ClsEntry(NOW + n // 3, {"n": str(n)}) for n in range(7)))
    seen: list[int] = []
    context = ""
    for _ in range(4):
        page = cls.search(topic, Sort=sort, Limit=2, Context=context)
        seen += numbers(page)
        context = page.Context
        assert page.ListOver == (len(seen) == 7)
        # Newer than all: on no page to come where the newest are first.
        if sort == "desc":
            cls.append(topic, ClsEntry(NOW + 100, {"n": "99"}))
    assert seen == (list(range(7)) if sort == "asc" else list(range(6, -1, -1)))
    assert numbers(cls.search(topic, Sort="asc", Limit=2, Offset=3)) == [3, 4]
    everything = 7 if sort == "asc" else 11
    assert [cls.search(topic, Sort=sort, Limit=everything - less).ListOver for less in (0, 1)] == [True, False]
    if sort == "asc":
        # Whoever follows a log asks on with the last Context.
        assert numbers(cls.search(topic, Sort=sort, Limit=2, Context=context)) == []
        cls.append(topic, ClsEntry(NOW + 2, {"n": "7"}))
        assert numbers(cls.search(topic, Sort=sort, Limit=2, Context=context)) == [7]


def test_a_context_is_for_its_search_and_for_an_hour(cls: Cls, topic: str) -> None:
    context = cls.search(topic).Context
    sent = {"TopicId": topic, "From": 0, "To": 10**13}
    cls.refused("FailedOperation.InvalidContext", "SearchLog", **sent, Context=context, QueryString="other")
    cls.refused("FailedOperation.InvalidContext", "SearchLog", **sent, Context="abc")
    cls.refused("InvalidParameterValue", "SearchLog", **sent, Context=context, Offset=1)
    cls.refused("InvalidParameterValue", "SearchLog", **sent, Limit=1001)
    cls.refused("InvalidParameterValue", "SearchLog", **sent, Sort="up")
    cls.cloud.run(lambda cloud: cloud.clock.move(3700))
    try:
        cls.refused("FailedOperation.InvalidContext", "SearchLog", **sent, Context=context)
    finally:
        cls.cloud.run(lambda cloud: cloud.clock.move(-3700))


def test_only_what_came_under_the_index_of_now_is_found(cls: Cls) -> None:
    topic = cls.topic()
    cls.append(topic, ClsEntry(NOW, {"n": "0"}))
    cls.refused("ResourceNotFound.IndexNotExist", "SearchLog", TopicId=topic, From=0, To=NOW)
    cls.call("CreateIndex", TopicId=topic, Rule=RULE)
    cls.append(topic, ClsEntry(NOW, {"n": "1"}))
    assert numbers(cls.search(topic)) == [1]
    cls.call("ModifyIndex", TopicId=topic, Rule=RULE, Status=False)
    cls.refused("ResourceNotFound.IndexNotExist", "SearchLog", TopicId=topic, From=0, To=NOW)
    cls.append(topic, ClsEntry(NOW, {"n": "2"}))
    cls.call("ModifyIndex", TopicId=topic, Status=True)
    assert numbers(cls.search(topic)) == [1]
    cls.call("DeleteIndex", TopicId=topic)
    cls.call("CreateIndex", TopicId=topic, Rule=RULE)
    assert numbers(cls.search(topic)) == []


def test_logs_go_after_their_period_and_none_come_while_it_is_off(cls: Cls) -> None:
    topic = cls.topic(rule=RULE, Period=1)
    yesterday = int(time.time() * 1000) - 86_400_000
    cls.append(topic, ClsEntry(yesterday + 60_000, {"n": "0"}), ClsEntry(yesterday - 60_000, {"n": "1"}))
    assert numbers(cls.search(topic)) == [0]
    cls.call("ModifyTopic", TopicId=topic, Status=False)
    cls.append(topic, ClsEntry(NOW, {"n": "2"}))
    assert numbers(cls.search(topic)) == [0]


def test_a_topic_is_of_one_region_and_its_logs_go_with_it(cls: Cls) -> None:
    parent = cls.logset()
    topic = cls.topic(parent, rule=RULE)
    assert not cls.append(topic, ClsEntry(NOW, {"n": "0"}), region="ap-beijing")
    assert cls.append(topic, ClsEntry(NOW, {"n": "0"}))
    cls.call("DeleteTopic", TopicId=topic)
    kinds = cls.cloud.run(lambda cloud: cloud.store.kinds(f"cls/entries/{topic}"))
    assert kinds == []


def test_internal_fields_count_in_full_text_where_the_index_says_so(cls: Cls) -> None:
    topic = cls.topic()
    cls.call("CreateIndex", TopicId=topic, Rule=RULE, IncludeInternalFields=True)
    cls.append(topic, ClsEntry(NOW, {"n": "0"}, "10.9.8.7"))
    assert numbers(cls.search(topic, "10.9.8.7")) == [0]
