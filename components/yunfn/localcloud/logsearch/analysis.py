"""SQL behind the pipe of a query: one SELECT over the logs that its first half found.

Both clouds have a dialect of Presto's there. What is common to it and SQLite runs in SQLite, over a table in memory;
functions beyond that are refused by name, so that nothing is answered which the true service would take otherwise.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from yunfn.localcloud.logsearch.aggregates import ApproxDistinct, ApproxPercentile, CountIf
from yunfn.localcloud.logsearch.exceptions import QueryError

#: Rows that are answered where the statement names no LIMIT (SLS and CLS, "LIMIT clause").
DEFAULT_ROWS = 100
_SECONDS = 10.0
_STEPS = 10_000
_TYPES = {"long": "INTEGER", "double": "REAL"}
# What Presto and SQLite take alike, and what _fence adds.
_FUNCTIONS = frozenset(
    {
        "abs", "approx_distinct", "approx_percentile", "avg", "ceil", "ceiling", "coalesce", "concat", "count",
        "count_if", "floor", "length", "like", "lower", "max", "min", "nullif", "replace", "round", "substr", "sum",
        "trim", "upper",
    }
)  # fmt: skip
_TOKEN = re.compile(r"""'(?:''|[^'])*'|"(?:""|[^"])*"|[A-Za-z_]\w*|\d+(?:\.\d+)?|\s+|.""", re.DOTALL)
_PARTS = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\|""", re.DOTALL)
_NAME = re.compile(r"[\w:.]+")
_BEHIND_FROM = ("where", "group", "having", "order", "limit")
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})


class UnresolvedColumn(QueryError):
    """The statement names a column that the index does not have with statistics; ``column`` is its name."""

    def __init__(self, column: str) -> None:
        super().__init__(f"Column '{column}' cannot be resolved")
        self.column = column


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a statement came to: the ``names`` of its columns and their values, row by row; None is NULL."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def texts(self) -> Iterator[dict[str, str]]:
        """The rows as texts, as both services write them: NULL is ``null``, a double has a point."""
        for row in self.rows:
            yield {name: _text(value) for name, value in zip(self.names, row, strict=True)}


def split(query: str) -> tuple[str, str]:
    """A query's search and its statement, which is empty where there is no pipe outside of quotes."""
    for match in _PARTS.finditer(query):
        if match[0] == "|":
            return query[: match.start()].strip(), query[match.end() :].strip()
    return query, ""


def analyse(statement: str, columns: Mapping[str, str], logs: Iterable[Mapping[str, str | None]]) -> Analysis:
    """Run ``statement`` over ``logs``, each with texts by column; ``columns`` are kinds by name: text, long, double.

    Blocks. A text that is no number is NULL in a column of numbers. Raises UnresolvedColumn, and QueryError for what
    is no SELECT, uses a function that is not there, or takes more than ten seconds.
    """
    statement = statement.strip().removesuffix(";")
    words = [one for one in _TOKEN.finditer(statement) if not one[0].isspace()]
    if not words or words[0][0].lower() not in ("select", "with"):
        raise QueryError(f"syntax error in {statement!r}: an analytic statement begins with SELECT")
    _check_quoted([one[0] for one in words], columns)
    database = sqlite3.connect(":memory:")
    try:
        _fill(database, columns, logs)
        _fence(database)
        return _run(database, _with_from(statement, words))
    finally:
        database.close()


def _fill(database: sqlite3.Connection, columns: Mapping[str, str], logs: Iterable[Mapping[str, str | None]]) -> None:
    # Names are equal whatever their case, in SQLite as in Presto: the first stands for both.
    kinds = {name.lower(): (name, _TYPES.get(kind, "TEXT")) for name, kind in reversed(list(columns.items()))}
    known = list(kinds.values())
    declared = ", ".join(f"{_quoted(name)} {kind}" for name, kind in known)
    database.execute(f"CREATE TABLE log ({declared})")
    marks = ", ".join("?" * len(known))
    rows = (tuple(_value(log.get(name), kind) for name, kind in known) for log in logs)
    database.executemany(f"INSERT INTO log VALUES ({marks})", rows)  # noqa: S608 — question marks only


def _fence(database: sqlite3.Connection) -> None:
    """From here on: reading, the functions of the table, and ten seconds at most."""
    database.create_aggregate("count_if", 1, CountIf)
    database.create_aggregate("approx_percentile", 2, ApproxPercentile)  # type: ignore[arg-type]
    database.create_function("concat", -1, lambda *parts: "".join(map(str, parts)))
    database.create_aggregate("approx_distinct", 1, ApproxDistinct)
    database.execute("PRAGMA case_sensitive_like = ON")
    end = time.monotonic() + _SECONDS
    database.set_progress_handler(lambda: int(time.monotonic() > end), _STEPS)

    def allowed(action: int, _first: str | None, second: str | None, *_: str | None) -> int:
        if action in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and str(second).lower() in _FUNCTIONS):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    database.set_authorizer(allowed)


def _run(database: sqlite3.Connection, statement: str) -> Analysis:
    try:
        cursor = database.execute(statement)
        names = tuple(_named(one[0], at) for at, one in enumerate(cursor.description))
        return Analysis(names, tuple(cursor.fetchall()))
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _refused(str(error)) from None


def _refused(message: str) -> QueryError:
    if column := re.search(r"no such column: (?:log\.)?(.+)", message):
        return UnresolvedColumn(column[1])
    if function := re.search(r"(?:no such function|not authorized to use function): (\w+)", message):
        return QueryError(f"Function {function[1]} not registered")
    return QueryError(f"syntax error in the analytic statement: {message}")


def _named(name: str, at: int) -> str:
    """A column's name; Presto numbers those that are neither a column nor named by AS."""
    return name if _NAME.fullmatch(name) else f"_col{at}"


def _with_from(statement: str, words: Sequence[re.Match[str]]) -> str:
    """The statement with ``FROM log`` and ``LIMIT 100`` where it leaves them out, as both services let it."""
    outer = {one[0].lower(): one.start() for one in reversed(list(_outer(words)))}
    limit = "" if "limit" in outer else f" LIMIT {DEFAULT_ROWS}"
    if "from" in outer:
        return statement + limit
    at = min((outer[word] for word in _BEHIND_FROM if word in outer), default=len(statement))
    return f"{statement[:at]} FROM log {statement[at:]}{limit}"


def _outer(words: Sequence[re.Match[str]]) -> Iterator[re.Match[str]]:
    """Words outside of parentheses."""
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word[0], 0)
        if depth == 0:
            yield word


def _check_quoted(words: Sequence[str], columns: Mapping[str, str]) -> None:
    """SQLite takes an unknown name in double quotes for a text; Presto does not. Raises UnresolvedColumn."""
    known = {name.lower() for name in columns}
    known |= {after.strip('"').lower() for before, after in pairwise(words) if before.lower() == "as"}
    for word in words:
        if word.startswith('"') and (name := word[1:-1].replace('""', '"')).lower() not in known:
            raise UnresolvedColumn(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _value(text: str | None, kind: str) -> str | int | float | None:
    if text is None or kind == "TEXT":
        return text
    try:
        return int(text) if kind == "INTEGER" else float(text)
    except ValueError:
        return None


def _text(value: Any) -> str:
    return "null" if value is None else str(value)
