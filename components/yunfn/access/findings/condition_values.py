"""Rule on the values of conditions: those that are nothing their operator could compare with."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from yunfn.access import conditions
from yunfn.access.conditions import Operator
from yunfn.access.findings import rule
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.subject import Subject
from yunfn.access.statement import Condition, Statement

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
# RAM's documentation has ISO 8601; what else could be meant for a date is left to the cloud, if there is such a day.
_DAY = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ](?:[01]?\d|2[0-4]):[0-5]?\d(?::[0-6]?\d(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\d+")
_LEADING_ZEROS = re.compile(r"(?<![\d:a-f])0+(?=\d)", re.IGNORECASE)
# The documentation of both clouds has the words; the digits are left to the cloud.
_BOOLEANS = frozenset(("true", "false", "0", "1"))
_SHOWN = 80


def impossible(subject: Subject) -> Iterator[Hit]:
    """YF-…-019: the value is no address, date, number or boolean, and the operator compares with such."""
    for index, statement in enumerate(subject.statements):
        for condition in statement.conditions:
            known = conditions.operator(subject.grammar, condition.operator)
            kind = "" if known is None else _kind(known, condition.operator)
            if known is None or not kind:
                continue
            wrong = [item for item, value in enumerate(condition.values) if not _can_be(kind, value)]
            for item in wrong:
                value = condition.values[item]
                shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."
                every = len(wrong) == len(condition.values)
                message = f"{shown!r} is no {kind}: {_effect(statement, condition, known, every=every)}"
                where = ("Statement", index, "Condition", condition.operator, condition.key, item)
                yield Hit(rule.IMPOSSIBLE_VALUE, message, where)


def _kind(known: Operator, name: str) -> str:
    """What an operator compares with, "" for texts."""
    if known.null or "bool" in name.lower():
        return "boolean"
    return known.family if known.family in _FORMS else ""


def _can_be(kind: str, value: str) -> bool:
    return "${" in value or _FORMS[kind](value.strip())


def _effect(statement: Statement, condition: Condition, known: Operator, *, every: bool) -> str:
    """What comes of it for the statement."""
    does = "allows" if statement.allows else "denies"
    if not every:
        return f"the statement {does} by its other values only"
    if known.negated:
        return f"the test of {condition.key} stops no request, and the statement {does} as if it were not there"
    if known.optional or known.every:
        return f"no {condition.key} passes the test, and the statement {does} nothing that comes with one"
    return f"the test of {condition.key} never holds, and the statement {does} nothing"


def _is_address(value: str) -> bool:
    try:
        # Whether a cloud takes 010.0.0.1 is not known.
        ipaddress.ip_network(_LEADING_ZEROS.sub("", value), strict=False)
    except ValueError:
        return False
    return True


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        day = _DAY.fullmatch(value)
        if day is None:
            return _EPOCH.fullmatch(value) is not None
        try:
            date(int(day[1]), int(day[2]), int(day[3]))
        except ValueError:
            return False
    return True


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "address": _is_address,
    "date": _is_date,
    "number": lambda value: _NUMBER.fullmatch(value) is not None,
    "boolean": lambda value: value.lower() in _BOOLEANS,
}
