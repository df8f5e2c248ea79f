"""Reads a query: ``and`` binds closer than ``or``, ``not`` closer than both; words side by side mean ``and``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from yunfn.localcloud.logsearch.conditions import (
    All,
    Anywhere,
    Compared,
    Condition,
    Empty,
    Everything,
    Some,
    Unless,
    Within,
)
from yunfn.localcloud.logsearch.dialect import Dialect
from yunfn.localcloud.logsearch.exceptions import QueryError
from yunfn.localcloud.logsearch.index import Field, LogIndex

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str

    def is_sign(self, *texts: str) -> bool:
        return self.kind == "sign" and self.text in texts

    def is_operator(self, text: str) -> bool:
        return self.kind == "word" and self.text.lower() == text


def parse(query: str, index: LogIndex, dialect: Dialect) -> Condition:
    """The condition that ``query`` states over logs of ``index``.

    SQL is not of it (``split``). Raises QueryError where it breaks the grammar or asks for a field without index.
    """
    tokens = _tokens(query, dialect)
    if not tokens or (len(tokens) == 1 and tokens[0].text == "*"):
        return Everything()
    reader = _Reader(query, tokens, index, dialect)
    found = reader.alternatives()
    reader.end()
    return found


def _tokens(query: str, dialect: Dialect) -> list[_Token]:
    found, at, end = [], 0, len(query.rstrip())
    while at < end:
        match = dialect.tokens.match(query, at)
        if match is None or match.lastgroup is None:
            raise QueryError(f"syntax error in query at {query[at : at + 20]!r}")
        text = match[match.lastgroup]
        if match.lastgroup in ("phrase", "quoted"):
            text = _ESCAPED.sub(r"\1", text.lstrip("#")[1:-1])
        elif match.lastgroup == "word" and dialect.escaped_words:
            text = _ESCAPED.sub(r"\1", text)
        found.append(_Token(match.lastgroup, text))
        at = match.end()
    return found


class _Reader:
    """Reads tokens from left to right; each method reads one level of the grammar."""

    def __init__(self, query: str, tokens: list[_Token], index: LogIndex, dialect: Dialect) -> None:
        self._query = query
        self._dialect = dialect
        self._tokens = tokens
        self._index = index
        self._at = 0

    def alternatives(self) -> Condition:
        parts = [self._sequence()]
        while self._take_operator("or"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Some(parts)

    def end(self) -> None:
        if self._peek() is not None:
            raise self._error()

    def _sequence(self) -> Condition:
        parts = [self._negation()]
        while (token := self._peek()) is not None and not token.is_operator("or") and not token.is_sign(")"):
            self._take_operator("and")
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else All(parts)

    def _negation(self) -> Condition:
        if self._take_operator("not"):
            return Unless(self._negation())
        return self._single()

    def _single(self) -> Condition:
        token = self._next()
        if token.is_sign("("):
            inner = self.alternatives()
            if not self._next().is_sign(")"):
                raise self._error()
            return inner
        if token.kind == "sign" or any(token.is_operator(one) for one in ("and", "or")):
            raise self._error()
        following = self._peek()
        if following is not None and following.is_sign(":", *_COMPARE):
            return self._field(token)
        if following is not None and following.is_operator("in") and self._is_range():
            self._next()
            return self._range(self._number_field(token.text))
        if token.kind == "word" and token.text == "*":
            return Everything()
        return Anywhere(self._index, self._index.wanted(self._checked(token)), token.kind == "phrase")

    def _field(self, token: _Token) -> Condition:
        name, sign = token.text, self._next()
        if name == self._dialect.name_with_colon and sign.is_sign(":"):
            name, sign = f"{name}:{self._next().text}", self._next()
        if sign.is_sign(*_COMPARE):
            if sign.is_sign("=") and not self._index.field(name).is_number:
                raise self._error()
            return Compared(self._number_field(name), _COMPARE[sign.text], self._number(self._next()))
        if not sign.is_sign(":"):
            raise self._error()
        field = self._index.field(name)
        if self._take_sign("("):
            return self._grouped(field)
        return self._asked(field, self._next())

    def _asked(self, field: Field, token: _Token) -> Condition:
        """What follows the colon: a value, or a comparison where the dialect has it there."""
        if self._dialect.compared_after_colon and token.is_sign(*_COMPARE):
            return Compared(self._number_field(field.name), _COMPARE[token.text], self._number(self._next()))
        return self._value(field, token)

    def _grouped(self, field: Field) -> Condition:
        """``field: (a or b)``: each word inside is asked of the field."""
        alternatives: list[list[Condition]] = [[]]
        while not (token := self._next()).is_sign(")"):
            if token.is_operator("or"):
                alternatives.append([])
            elif token.is_operator("not"):
                alternatives[-1].append(Unless(self._asked(field, self._next())))
            elif not token.is_operator("and"):
                alternatives[-1].append(self._asked(field, token))
        if not all(alternatives):
            raise self._error()
        return Some([All(parts) for parts in alternatives])

    def _value(self, field: Field, token: _Token) -> Condition:
        if token.kind == "sign":
            raise self._error()
        if field.is_number and token.text != "*":
            return Compared(field, operator.eq, self._number(token))
        if token.kind == "word" and token.text == "*":
            return Within(field, None, False)
        if self._dialect.compared_after_colon and not token.text:
            return Empty(field)
        return Within(field, field.cutter.wanted(self._checked(token)), token.kind == "phrase")

    def _range(self, field: Field) -> Condition:
        first, low, high, last = self._next(), self._next(), self._next(), self._next()
        if not first.is_sign("[", "(") or not last.is_sign("]", ")"):
            raise self._error()
        above = operator.ge if first.text == "[" else operator.gt
        below = operator.le if last.text == "]" else operator.lt
        return All([Compared(field, above, self._number(low)), Compared(field, below, self._number(high))])

    def _number_field(self, name: str) -> Field:
        field = self._index.field(name)
        if not field.is_number:
            raise QueryError(f"key ({name}) is indexed as {field.kind}; comparisons need long or double")
        return field

    def _number(self, token: _Token) -> float:
        try:
            return float(token.text)
        except ValueError:
            raise QueryError(f"{token.text!r} is not a number in query {self._query!r}") from None

    def _checked(self, token: _Token) -> str:
        if token.kind == "word" and token.text[0] in "*?":
            raise QueryError(f"a word must not begin with * or ?: {token.text!r}")
        return token.text

    def _is_range(self) -> bool:
        after = self._tokens[self._at + 1] if self._at + 1 < len(self._tokens) else None
        return after is not None and after.is_sign("[", "(")

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> _Token:
        token = self._peek()
        if token is None:
            raise self._error()
        self._at += 1
        return token

    def _take_operator(self, text: str) -> bool:
        token = self._peek()
        if token is not None and token.is_operator(text):
            self._at += 1
            return True
        return False

    def _take_sign(self, text: str) -> bool:
        token = self._peek()
        if token is not None and token.is_sign(text):
            self._at += 1
            return True
        return False

    def _error(self) -> QueryError:
        where = "its end" if self._at >= len(self._tokens) else repr(self._tokens[self._at].text)
        return QueryError(f"syntax error in query {self._query!r} near {where}")
