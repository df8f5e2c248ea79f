"""SLS's search language, as far as it goes without SQL: words, fields, comparisons, and, or, not, phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.log.models.entries import TAG
from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.logsearch import AnalyticStatement, Condition, Cutter, Dialect, FieldRule, LogIndex, QueryError
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
    """The condition that ``query`` states over logs of ``index``.

    Raises ParameterInvalid where it breaks the grammar or asks for a field without index, and
    UnknownOperationError for SQL behind a pipe, which the local cloud does not have.
    """
    try:
        return read(query, index, _DIALECT)
    except AnalyticStatement as error:
        raise UnknownOperationError("log", f"GetLogs with {error.message}") from None
    except QueryError as error:
        raise ParameterInvalid(error.message) from None


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
