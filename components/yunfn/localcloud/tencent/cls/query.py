"""CQL, CLS's own search language, and where SQL behind it begins (CLS documentation, "Syntax and Rules", 614/37803)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.logsearch import Condition, Cutter, Dialect, FieldRule, LogIndex, QueryError, split
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
    """The condition that ``query``, without SQL, states over logs of ``index``.

    Raises SyntaxFault where it breaks the grammar or asks for a field without index.
    """
    try:
        return read(query, index, _DIALECT)
    except QueryError as error:
        raise SyntaxFault(error.message) from None


def parts(query: str) -> tuple[str, str]:
    """The search and the SQL behind its pipe, "" where there is none; raises SyntaxFault for a pipe with nothing."""
    search, statement = split(query)
    if not statement and search != query:
        raise SyntaxFault(f"syntax error in query {query!r}: there is no statement behind the pipe")
    return search, statement


def _field(value: Mapping[str, Any], case: bool) -> FieldRule:
    children = {one["Key"]: _field(one["Value"], case) for one in value.get("ChildNode") or []}
    return FieldRule(value["Type"], _cutter(value, case), children)


def _cutter(rule: Mapping[str, Any], case: bool) -> Cutter:
    delimiters = re.sub(r"\\[ntr]", lambda found: _WRITTEN[found[0]], str(rule.get("Tokenizer") or ""))
    return Cutter(delimiters, case, bool(rule.get("ContainZH")))
