"""SQL behind the pipe: its columns are the fields that the index covers with statistics (``doc_value``)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.log.models import LogEntry
from yunfn.localcloud.logsearch import QueryError, UnresolvedColumn, analyse

# SLS "Reserved fields": these are columns of themselves.
_RESERVED = {"__time__": "long", "__topic__": "text", "__source__": "text"}


async def analysed(statement: str, index: Mapping[str, Any], logs: Iterable[LogEntry]) -> list[dict[str, str]]:
    """The rows that ``statement`` answers over ``logs``; raises ParameterInvalid.

    The words are those of SLS, "common errors of query and analysis".
    """
    columns = _columns(index)
    rows = ({name: _text(log, name) for name in columns} for log in logs)
    try:
        answer = await asyncio.to_thread(analyse, statement, columns, rows)
    except UnresolvedColumn as error:
        # The true service tells the place before it: ``line 1:44: Column …``.
        raise ParameterInvalid(f"{error.message};please add the column in the index attribute") from None
    except QueryError as error:
        raise ParameterInvalid(error.message) from None
    return list(answer.texts())


def _columns(index: Mapping[str, Any]) -> dict[str, str]:
    keys: Mapping[str, Mapping[str, Any]] = index.get("keys") or {}
    return {**_RESERVED, **{name: key.get("type", "text") for name, key in keys.items() if key.get("doc_value")}}


def _text(log: LogEntry, name: str) -> str | None:
    return str(log.time) if name == "__time__" else log.field(name)
