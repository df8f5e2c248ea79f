"""CQL, CLS's own search language, as far as it goes without SQL (CLS documentation, "Syntax and Rules", 614/37803)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.logsearch import AnalyticStatement, Condition, Cutter, Dialect, FieldRule, LogIndex, QueryError
from yunfn.localcloud.logsearch import parse as read
from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.cls.exceptions import SyntaxFault
from yunfn.localcloud.tencent.cls.models.entries import FILENAME, SOURCE

# Quotes of either kind make a phrase; a backslash takes away a character's meaning.
_DIALECT = Dialect(
    re.compile(
        r"""\s*(?:
            (?P<phrase>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
          | (?P<sign>>=|<=|[():><=|])
          | (?P<word>(?:\\.|[^\s()"':><=|\\])+)
        )""",
        re.VERBOSE | re.DOTALL,
    ),
    compared_after_colon=True,
    escaped_words=True,
)
# A tokenizer is sent with these three written in two characters each (FullTextInfo in the API's reference).
_WRITTEN = {r"\n": "\n", r"\t": "\t", r"\r": "\r"}


def index_of(index: Document) -> LogIndex:
    """What a stored index covers."""
    rule: Mapping[str, Any] = index["Rule"] or {}
    full, keyed = rule.get("FullText"), rule.get("KeyValue") or {}
    case = bool(keyed.get("CaseSensitive"))
    fields = {one["Key"]: _field(one["Value"], case) for one in keyed.get("KeyValues") or []}
    line = _cutter(full, bool(full.get("CaseSensitive"))) if full else None
    return LogIndex(line, fields, lambda name: name in (SOURCE, FILENAME), internal=index["IncludeInternalFields"])


def parse(query: str, index: LogIndex) -> Condition:
    """The condition that ``query`` states over logs of ``index``.

    Raises SyntaxFault where it breaks the grammar or asks for a field without index, and UnknownOperationError for
    SQL behind a pipe, which the local cloud does not have.
    """
    try:
        return read(query, index, _DIALECT)
    except AnalyticStatement as error:
        raise UnknownOperationError("cls", f"SearchLog with {error.message}") from None
    except QueryError as error:
        raise SyntaxFault(error.message) from None


def _field(value: Mapping[str, Any], case: bool) -> FieldRule:
    children = {one["Key"]: _field(one["Value"], case) for one in value.get("ChildNode") or []}
    return FieldRule(value["Type"], _cutter(value, case), children)


def _cutter(rule: Mapping[str, Any], case: bool) -> Cutter:
    delimiters = re.sub(r"\\[ntr]", lambda found: _WRITTEN[found[0]], str(rule.get("Tokenizer") or ""))
    return Cutter(delimiters, case, bool(rule.get("ContainZH")))
