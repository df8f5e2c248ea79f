"""SQL behind the pipe of a search, by the official client."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from unit.localcloud.tencent.cls.conftest import TOKENIZER, Cls
from yunfn.localcloud.tencent.cls import ClsEntry

NOW = int(time.time() * 1000)


def key(name: str, kind: str, *, sql: bool = True) -> dict[str, Any]:
    cutter = TOKENIZER if kind == "text" else ""
    return {"Key": name, "Value": {"Type": kind, "Tokenizer": cutter, "SqlFlag": sql, "ContainZH": False}}


KEYS = [key("version", "text"), key("status", "long"), key("ms", "double"), key("unsaid", "text", sql=False)]
RULE = {"KeyValue": {"CaseSensitive": False, "KeyValues": KEYS}}
CALLS = [
    {"version": "1", "status": "200", "ms": "10.5"},
    {"version": "1", "status": "500", "ms": "30"},
    {"version": "2", "status": "200", "ms": "7"},
    {"version": "12", "status": "433", "ms": "none"},
]


@pytest.fixture(scope="module")
def topic(cls: Cls) -> str:
    made = cls.topic(rule=RULE)
    entries = [ClsEntry(NOW + at, {**call, "unsaid": "x"}, "10.0.0.1") for at, call in enumerate(CALLS)]
    assert cls.append(made, *entries)
    return made


def rows(cls: Cls, topic: str, query: str, **more: Any) -> list[dict[str, Any]]:
    answer = cls.search(topic, query, UseNewAnalysis=True, **more)
    assert answer.Analysis
    assert not answer.Results
    return [json.loads(one) for one in answer.AnalysisRecords]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("* | select count(*) as n", [{"n": 4}]),
        (" | select count(*) as n", [{"n": 4}]),
        ("version:1 | select count(*) as n", [{"n": 2}]),
        ("status:>=400 | SELECT ms ORDER BY version", [{"ms": 30}, {"ms": None}]),
        ("* | select sum(case when status >= 400 then 1 else 0 end) as bad where version = '1'", [{"bad": 1}]),
        ("* | select approx_percentile(ms, 0.5) as mid where version like '1%'", [{"mid": 10.5}]),
        ("* | select version, count(*) as n group by version order by n desc limit 1", [{"version": "1", "n": 2}]),
        ('* | select sum(n) as "sum" from (select count(1) as n from log group by version)', [{"sum": 4}]),
        ("* | select count(*) where version = 'a|b'", [{"_col0": 0}]),
        ("* | select min(__TIMESTAMP__) as first, max(__SOURCE__) as host", [{"first": NOW, "host": "10.0.0.1"}]),
    ],
)  # fmt: skip
def test_a_statement_answers(cls: Cls, topic: str, query: str, expected: list[dict[str, Any]]) -> None:
    assert rows(cls, topic, query) == expected


def test_it_runs_over_the_time_range_only_and_over_all_of_it(cls: Cls, topic: str) -> None:
    query = "* | select count(*) as n"
    assert rows(cls, topic, query, since=NOW + 1, until=NOW + 3) == [{"n": 2}]
    assert rows(cls, topic, query, Limit=1) == [{"n": 4}]
    assert rows(cls, topic, query, since=0, until=1) == [{"n": 0}]


def test_columns_are_told_with_their_types(cls: Cls, topic: str) -> None:
    query = "* | select count(*) as n, max(ms) as longest, max(version) as last, nullif(1, 1) as none"
    answer = cls.search(topic, f"{query} where version <> '12'", UseNewAnalysis=True)
    told = [(one.Name, one.Type) for one in answer.Columns]
    assert told == [("n", "bigint"), ("longest", "double"), ("last", "varchar"), ("none", "varchar")]
    assert answer.ColNames is None


def test_the_older_form_has_texts(cls: Cls, topic: str) -> None:
    answer = cls.search(topic, "* | select count(*) as n, max(ms) as longest")
    assert answer.ColNames == ["n", "longest"]
    assert [[(one.Key, one.Value) for one in row.Data] for row in answer.AnalysisResults] == [
        [("n", "4"), ("longest", "30.0")]
    ]
    assert answer.AnalysisRecords is None


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("select unsaid", "unsaid"),
        ("select colour", "colour"),
        ("select histogram(ms)", "histogram"),
        ("select count(*) where", "syntax error"),
        ("delete from log", "SELECT"),
        ("", "no statement behind the pipe"),
    ],
)
def test_what_breaks_the_grammar_is_refused(cls: Cls, topic: str, statement: str, told: str) -> None:
    sent = {"TopicId": topic, "From": 0, "To": NOW, "QueryString": f"* | {statement}"}
    assert told in cls.refused("FailedOperation.SyntaxError", "SearchLog", **sent)
    cls.refused("FailedOperation.SyntaxError", "SearchLog", **{**sent, "QueryString": "(open | select 1"})
