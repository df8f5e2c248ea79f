"""The search language, without a server."""

from __future__ import annotations

import pytest

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.log.models import LogEntry
from yunfn.localcloud.alibaba.log.query import index_of, parse, parts

TOKENS = list(", '\";=()[]{}?@&<>/:\n\t\r")
TEXT = {"token": TOKENS, "caseSensitive": False, "type": "text"}
INDEX = index_of(
    {
        "line": {"token": TOKENS, "caseSensitive": False, "chn": True},
        "keys": {
            "level": TEXT,
            "Exact": {"token": TOKENS, "caseSensitive": True, "type": "text"},
            "whole": {"token": [], "caseSensitive": False, "type": "text"},
            "status": {"type": "long"},
            "cost": {"type": "double"},
            "req": {"type": "json", "token": TOKENS, "index_all": True, "json_keys": {"size": {"type": "long"}}},
        },
    }
)
ENTRY = LogEntry(
    1700000000,
    {
        "level": "WARN", "Exact": "CamelCase word", "whole": "a whole value", "status": "404", "cost": "1.5",
        "message": 'GET /images/lena.png?size=10 said "not found" in 12ms', "note": "函数计算 日志",
        "req": '{"ip": "10.0.0.1", "size": 12, "in": {"deep": "treasure"}}',
    },
    topic="web", source="10.1.2.3", tags={"rack": "r7"},
)  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "*",
        "warn",
        "WARN",
        "lena.png",
        "found",
        "get images",
        "get and images",
        "GET AND images",
        "absent or images",
        "not absent",
        "warn not absent",
        "(absent or warn) and images",
        "absent or absent2 or warn",
        "absent and absent2 or warn",
        "warn or absent and absent2",
        'not (absent or "absent too")',
        "level: warn",
        "level : warn",
        'level: "warn"',
        "level: WARN",
        "level: w*",
        "level: w?rn",
        "lev* or level: wa*",
        "level: (error or warn)",
        "level:*",
        "Exact: CamelCase",
        "Exact: word",
        "not Exact: camelcase",
        'whole: "a whole value"',
        "whole: a*",
        "not whole: whole",
        "status: 404",
        "status = 404",
        "status > 403",
        "status >= 404",
        "status < 404.5",
        "status <= 404",
        "status != 5",
        "status in [400 404]",
        "status in [404 500)",
        "status in (403 404]",
        "cost > 1.4 and cost < 1.6",
        "status: *",
        '"not found"',
        '"found not"',
        '#"not found"',
        'not #"found not"',
        "message or images",
        '"and" or warn',
        "size",
        "im*",
        "le*png",
        "函数",
        "函",
        "计算 日志",
        '"函数计算"',
        "函数* or 日",
        "__topic__: web",
        "__source__: 10.1.2.3",
        "__tag__:rack: r7",
        "not __topic__: we",
        "req.ip: 10.0.0.1",
        "req.in.deep: treasure",
        "req.size > 11",
        "not req.gone: x",
        "treasure",
        "not level: absent and warn",
    ],
)
def test_fits(query: str) -> None:
    assert parse(query, INDEX).fits(ENTRY)


@pytest.mark.parametrize(
    "query",
    [
        "absent",
        "warn absent",
        "warn and not images",
        "not warn",
        "lena.pn",
        "ena*",
        "level: error",
        "level: info*",
        "level: (error or info)",
        "Exact: camelcase",
        "whole: whole",
        "status: 405",
        "status > 404",
        "status in (404 500]",
        "status in [400 404)",
        "cost != 1.5",
        '#"found not"',
        '#"函计"',
        "__topic__: web2",
        "__tag__:rack: r8",
        "__tag__:gone: *",
        "req.size > 12",
        "images and (absent or absent2)",
        "wa?n2",
        "absent or not warn",
    ],
)
def test_does_not_fit(query: str) -> None:
    assert not parse(query, INDEX).fits(ENTRY)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("message: x", r"key \(message\) is not config as key value config"),
        ("level > 5", "indexed as text; comparisons need long or double"),
        ("level in [1 2]", "indexed as text"),
        ("level = warn", "syntax error"),
        ("status: many", "'many' is not a number"),
        ("status > x", "is not a number"),
        ("*ending", "must not begin with"),
        ("level: ?arn", "must not begin with"),
        ("(warn", "near its end"),
        ("warn)", r"near '\)'"),
        ("and", "syntax error"),
        ("warn and", "near its end"),
        ("not", "near its end"),
        ("level:", "near its end"),
        ("level: (", "near its end"),
        ("level: ()", "syntax error"),
        (": x", "syntax error"),
        ('"open', "syntax error"),
        ("status in [1 2", "near its end"),
        ("status in [1 2 3]", "syntax error"),
        ("level: a:b", "syntax error"),
    ],
)
def test_refused(query: str, reason: str) -> None:
    with pytest.raises(ParameterInvalid, match=reason):
        parse(query, INDEX)


def test_sql_is_what_stands_behind_the_pipe() -> None:
    assert parts('level: "a | b" | SELECT 1') == ('level: "a | b"', "SELECT 1")
    assert parts(" warn ") == (" warn ", "")
    assert parts('"a | b"') == ('"a | b"', "")


@pytest.mark.parametrize(("query", "reason"), [("| select 1", "must follow search query"), ("* | ", "no statement")])
def test_sql_needs_a_search_and_a_pipe_sql(query: str, reason: str) -> None:
    with pytest.raises(ParameterInvalid, match=reason):
        parts(query)


def test_a_pipe_in_quotes_is_text() -> None:
    assert not parse('"a | b"', INDEX).fits(ENTRY)


def test_without_a_line_index_only_indexed_texts_are_searched() -> None:
    keys_only = index_of({"keys": {"level": TEXT, "status": {"type": "long"}}})
    assert parse("warn", keys_only).fits(ENTRY)
    assert not parse("images", keys_only).fits(ENTRY)
    assert not parse("404", keys_only).fits(ENTRY)


def test_case_counts_where_the_line_says_so() -> None:
    strict = index_of({"line": {"token": TOKENS, "caseSensitive": True}})
    assert parse("WARN", strict).fits(ENTRY)
    assert not parse("warn", strict).fits(ENTRY)


def test_without_chinese_only_whole_runs_are_words() -> None:
    plain = index_of({"line": {"token": TOKENS, "caseSensitive": False, "chn": False}})
    assert parse("函数计算", plain).fits(ENTRY)
    assert not parse("函数", plain).fits(ENTRY)
    assert parse("函数*", plain).fits(ENTRY)


def test_a_field_that_is_absent_fits_nothing_but_not() -> None:
    empty = LogEntry(1, {})
    for query in ("level: *", "status: *", "status > 0", "status != 1", "level: warn", "req.ip: *"):
        assert not parse(query, INDEX).fits(empty), query
    assert parse("not level: *", INDEX).fits(empty)
