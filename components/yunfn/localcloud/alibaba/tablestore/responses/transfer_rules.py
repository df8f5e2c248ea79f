"""Value transfer rules: what a regular expression finds in a text is compared, not the text ("ValueTransferRule")."""

from __future__ import annotations

import time
from collections.abc import Callable

import regex

from yunfn.localcloud.alibaba.tablestore.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.tablestore.protocol import table_store_pb2 as pb
from yunfn.localcloud.alibaba.tablestore.values import Value

LONGEST_EXPRESSION = 1024
"""Of so many characters an expression may be; not documented, but expressions take time to be read."""
_LONGEST_SEARCH = 1.0
"""How many seconds the searches of one request may take in all; some expressions would take years for one text."""

_CASTS: dict[int, Callable[[str], Value]] = {pb.VT_INTEGER: int, pb.VT_DOUBLE: float, pb.VT_STRING: str}


def transfer(rule: pb.ValueTransferRule) -> Callable[[Value], Value | None]:
    """What the rule finds in a text, as a value of the rule's type; None where it finds nothing like that.

    It is the first group of the expression, if it has one, else all that it matched. Raises ParameterInvalid, and so
    does what it returns for an expression that takes too long.
    """
    if len(rule.regex) > LONGEST_EXPRESSION:
        raise ParameterInvalid(f"The regex of the value transfer rule has more than {LONGEST_EXPRESSION} characters.")
    try:
        expression = regex.compile(rule.regex)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ParameterInvalid(f"Invalid regex of the value transfer rule: {rule.regex!r}, {error}.") from None
    kind = rule.cast_type if rule.HasField("cast_type") else pb.VT_STRING
    if kind not in _CASTS:
        raise ParameterInvalid(f"Invalid cast type of the value transfer rule: {pb.VariantType.Name(kind)}.")
    search, cast = _Search(expression), _CASTS[kind]

    def transferred(value: Value) -> Value | None:
        found = search.first(value) if isinstance(value, str) else None
        try:
            return None if found is None else cast(found)
        except ValueError:
            return None

    return transferred


class _Search:
    """Searches of one expression, which have their time together."""

    def __init__(self, expression: regex.Pattern[str]) -> None:
        self._expression = expression
        self._left = _LONGEST_SEARCH

    def first(self, text: str) -> str | None:
        """The first group of the first match, or all of it; raises ParameterInvalid when the time is over."""
        began = time.thread_time()
        try:
            found = self._expression.search(text, timeout=max(self._left, 0.001))
        except TimeoutError:
            raise ParameterInvalid("The regex of the value transfer rule takes too long.") from None
        self._left -= time.thread_time() - began
        first: str | None = found and found[1 if self._expression.groups else 0]
        return first
