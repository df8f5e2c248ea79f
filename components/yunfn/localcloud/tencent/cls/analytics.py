"""SQL behind the pipe: its columns are the fields that the index covers with statistics (``SqlFlag``).

Answers as SearchLog does ("SearchLog", output parameters): by ``UseNewAnalysis`` either ``Columns`` and rows as JSON
texts, or ``ColNames`` and rows of keys with their values as texts.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

from yunfn.localcloud.logsearch import Analysis, QueryError, analyse
from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.cls.exceptions import SyntaxFault
from yunfn.localcloud.tencent.cls.models import StoredEntry
from yunfn.localcloud.tencent.cls.models.entries import FILENAME, SOURCE

_TIME = "__TIMESTAMP__"
# Columns of themselves ("Time completion" and "reserved fields" in CLS's documentation).
_BUILTIN = {_TIME: "long", SOURCE: "text", FILENAME: "text"}


async def analysed(statement: str, index: Document, logs: Iterable[StoredEntry]) -> Analysis:
    """What ``statement`` answers over ``logs`` of a topic with ``index``; raises SyntaxFault."""
    columns = _columns(index)
    rows = ({name: _text(log, name) for name in columns} for log in logs)
    try:
        return await asyncio.to_thread(analyse, statement, columns, rows)
    except QueryError as error:
        raise SyntaxFault(error.message) from None


def shown(analysis: Analysis, *, new: bool) -> dict[str, Any]:
    """The parts of SearchLog's answer that an analysis fills; ``new`` is UseNewAnalysis."""
    if new:
        return {
            "Columns": [{"Name": name, "Type": _type(analysis, at)} for at, name in enumerate(analysis.names)],
            "AnalysisRecords": [
                json.dumps(dict(zip(analysis.names, row, strict=True)), ensure_ascii=False, separators=(",", ":"))
                for row in analysis.rows
            ],
        }
    return {
        "ColNames": list(analysis.names),
        "AnalysisResults": [
            {"Data": [{"Key": name, "Value": value} for name, value in row.items()]} for row in analysis.texts()
        ],
    }


def _columns(index: Document) -> dict[str, str]:
    rule: Mapping[str, Any] = index["Rule"] or {}
    keys = (rule.get("KeyValue") or {}).get("KeyValues") or []
    return {**_BUILTIN, **{one["Key"]: one["Value"]["Type"] for one in keys if one["Value"].get("SqlFlag")}}


def _text(log: StoredEntry, name: str) -> str | None:
    return str(log.entry.time_ms) if name == _TIME else log.entry.field(name)


def _type(analysis: Analysis, at: int) -> str:
    """The type of a column, by the first value in it that is none of NULL."""
    first = next((row[at] for row in analysis.rows if row[at] is not None), None)
    if isinstance(first, int):
        return "bigint"
    return "double" if isinstance(first, float) else "varchar"
