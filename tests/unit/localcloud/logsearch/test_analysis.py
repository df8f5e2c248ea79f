"""SQL over logs: the table that need not be named, Presto's aggregates, and nothing but one select."""

from __future__ import annotations

import pytest

from yunfn.localcloud.logsearch import Analysis, QueryError, UnresolvedColumn, analyse, split

COLUMNS = {"version": "text", "status": "long", "ms": "double"}
LOGS: list[dict[str, str | None]] = [
    {"version": "1", "status": "200", "ms": "10"},
    {"version": "1", "status": "200", "ms": "20.5"},
    {"version": "1", "status": "500", "ms": "30"},
    {"version": "2", "status": "200", "ms": "7"},
    {"version": "2", "status": "none", "ms": None},
]


def rows(statement: str) -> list[tuple[object, ...]]:
    return list(analyse(statement, COLUMNS, LOGS).rows)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("select count(*)", [(5,)]),
        ("SELECT count(status)", [(4,)]),
        ("select count(*) where version='1'", [(3,)]),
        ("select count(*) from log where version = '1'", [(3,)]),
        ("select sum(case when status >= 400 then 1 else 0 end)", [(1,)]),
        ("select count_if(status >= 400), count_if(status < 0)", [(1, 0)]),
        ("select approx_percentile(ms, 0.5), approx_percentile(ms, 0.95)", [(10.0, 30.0)]),
        ("select approx_percentile(ms, 0.0), approx_percentile(ms, 1)", [(7.0, 30.0)]),
        ("select approx_percentile(ms, 0.5) where version = '3'", [(None,)]),
        ("select approx_distinct(version), avg(ms)", [(2, 16.875)]),
        ("select version, count(*) as n group by version order by n desc", [("1", 3), ("2", 2)]),
        ("select version group by version having count(*) > 2", [("1",)]),
        ("select sum(n) from (select count(1) as n from log group by version)", [(5,)]),
        ("select count(*) where version like 'A%' or version = 'group by'", [(0,)]),
        ("select max(ms) where status is null or ms in (30, 7) limit 1;", [(30.0,)]),
        ('select "status" as "from" where "ms" > 20 order by "status"', [(200,), (500,)]),
    ],
)
def test_a_statement_answers(statement: str, expected: list[tuple[object, ...]]) -> None:
    assert rows(statement) == expected


def test_texts_are_compared_as_they_are_written() -> None:
    lines: list[dict[str, str | None]] = [{"line": "Report x"}, {"line": "report x"}]
    assert analyse("select count(*) where line like 'Report %'", {"line": "text"}, lines).rows == ((1,),)
    assert analyse("select count(*) where line = 'report x'", {"line": "text"}, lines).rows == ((1,),)


def test_columns_have_names_and_rows_are_texts_where_they_are_to_be() -> None:
    answer = analyse("select count(*) as calls, avg(ms) as mean, nullif(1, 1)", COLUMNS, LOGS)
    assert answer == Analysis(("calls", "mean", "_col2"), ((5, 16.875, None),))
    assert list(answer.texts()) == [{"calls": "5", "mean": "16.875", "_col2": "null"}]


def test_without_a_limit_there_are_a_hundred_rows() -> None:
    many: list[dict[str, str | None]] = [{"version": str(number)} for number in range(150)]
    assert len(analyse("select version", COLUMNS, many).rows) == 100
    assert len(analyse("select version limit 120", COLUMNS, many).rows) == 120


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("a | select 1", ("a", "select 1")),
        ("a", ("a", "")),
        ('"a|b" | select 1', ('"a|b"', "select 1")),
        (r"'a\'|b' and c|select '|'", (r"'a\'|b' and c", "select '|'")),
    ],
)
def test_the_first_pipe_outside_of_quotes_divides(query: str, parts: tuple[str, str]) -> None:
    assert split(query) == parts


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("", "begins with SELECT"),
        ("count(*)", "begins with SELECT"),
        ("drop table log", "begins with SELECT"),
        ("select count(*) where", "syntax error"),
        ("select 'open", "syntax error"),
        ("select (1", "syntax error"),
        ("select 1; select 2", "syntax error"),
        ("select histogram(ms)", "Function histogram not registered"),
        ("select randomblob(1000000000)", "Function randomblob not registered"),
        ("select name from pragma_table_info('log')", "syntax error"),
        ("select count(*) from other", "syntax error"),
    ],
)
def test_what_is_no_statement_is_refused(statement: str, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        rows(statement)


@pytest.mark.parametrize("statement", ["select colour", 'select "colour"', "select 1 where colour = 1"])
def test_a_column_that_is_not_there_is_named(statement: str) -> None:
    with pytest.raises(UnresolvedColumn, match="Column 'colour' cannot be resolved") as caught:
        rows(statement)
    assert caught.value.column == "colour"


def test_a_statement_that_takes_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yunfn.localcloud.logsearch.analysis._SECONDS", 0.1)
    with pytest.raises(QueryError):
        analyse("select count(*) from log a, log b, log c, log d, log e", {"x": "long"}, [{"x": "1"}] * 200)
