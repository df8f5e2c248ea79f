"""SLS's search language: words, fields, comparisons, and, or, not, phrases; and where SQL behind it begins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.log.models.entries import TAG
from yunfn.localcloud.logsearch import Condition, Cutter, Dialect, FieldRule, LogIndex, QueryError, split
from yunfn.localcloud.logsearch import parse as read

_DIALECT = Dialect(
    re.compile(
        r"""\s*(?:
            (?P<phrase>\#"(?:\\.|[^"\\])*")
          | (?P<quoted>"(?:\\.|[^"\\])*")
          | (?P<sign>>=|<=|!=|[()\[\]:><=|])
          | (?P<word>[^\s()\[\]":><=!|]+)
        )""",
        re.VERBOSE,
    ),
    # The one field whose name holds a colon: __tag__:name: value.
    name_with_colon=TAG.rstrip(":"),
)


def index_of(document: Mapping[str, Any]) -> LogIndex:
    """The index of a stored index document."""
    line, keys = document.get("line"), document.get("keys") or {}
    return LogIndex(_cutter(line) if line else None, {name: _rule(one) for name, one in keys.items()}, _is_builtin)


def parse(query: str, index: LogIndex) -> Condition:
    """The condition that ``query``, without SQL, states over logs of ``index``.

    Raises ParameterInvalid where it breaks the grammar or asks for a field without index.
    """
    try:
        return read(query, index, _DIALECT)
    except QueryError as error:
        raise ParameterInvalid(error.message) from None


def parts(query: str) -> tuple[str, str]:
    """The search and the SQL behind its pipe, "" where there is none.

    Raises ParameterInvalid for SQL without a search (SLS, "common errors of query and analysis").
    """
    search, statement = split(query)
    if statement and not search:
        raise ParameterInvalid("sql query must follow search query,please read syntax doc")
    if not statement and search != query:
        raise ParameterInvalid(f"syntax error in query {query!r}: there is no statement behind the pipe")
    return search, statement


def _rule(config: Mapping[str, Any]) -> FieldRule:
    children = {
        name: FieldRule(one.get("type", "text"), _cutter({**config, **one}))
        for name, one in (config.get("json_keys") or {}).items()
    }
    return FieldRule(config.get("type", "text"), _cutter(config), children, bool(config.get("index_all")))


def _cutter(config: Mapping[str, Any]) -> Cutter:
    return Cutter("".join(config.get("token") or ()), bool(config.get("caseSensitive")), bool(config.get("chn")))


def _is_builtin(name: str) -> bool:
    return name in ("__topic__", "__source__") or name.startswith(TAG)
