"""The conditions of a statement: operators as RAM's "Policy structure and syntax" names them."""

from __future__ import annotations

import fnmatch
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

Test = Callable[[str, str], bool]


def _like(sent: str, wanted: str) -> bool:
    # fnmatch knows [seq] too, which RAM does not.
    return re.fullmatch(fnmatch.translate(wanted.replace("[", "[[]")), sent) is not None


def _ignore_case(sent: str, wanted: str) -> bool:
    return sent.lower() == wanted.lower()


def _ip(sent: str, wanted: str) -> bool:
    try:
        return ipaddress.ip_address(sent) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _number(compare: Callable[[float, float], bool]) -> Test:
    def test(sent: str, wanted: str) -> bool:
        try:
            return compare(float(sent), float(wanted))
        except ValueError:
            return False

    return test


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    def test(sent: str, wanted: str) -> bool:
        try:
            return compare(_moment(sent), _moment(wanted))
        except ValueError:
            return False

    return test


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


_COMPARISONS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

# Operator: (test, whether its meaning is turned round).
OPERATORS: dict[str, tuple[Test, bool]] = {
    "StringEquals": (operator.eq, False),
    "StringNotEquals": (operator.eq, True),
    "StringEqualsIgnoreCase": (_ignore_case, False),
    "StringNotEqualsIgnoreCase": (_ignore_case, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "Bool": (_ignore_case, False),
    "IpAddress": (_ip, False),
    "NotIpAddress": (_ip, True),
    "NumericNotEquals": (_number(operator.eq), True),
    "DateNotEquals": (_date(operator.eq), True),
    **{f"Numeric{name}": (_number(compare), False) for name, compare in _COMPARISONS.items()},
    **{f"Date{name}": (_date(compare), False) for name, compare in _COMPARISONS.items()},
}


@dataclass(frozen=True, slots=True)
class ConditionBlock:
    """Tests of (operator, condition key, values): all must hold, one value of each is enough."""

    tests: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def hold(self, context: Mapping[str, str]) -> bool:
        """Whether all tests hold; a key the request lacks fails a test, and passes one turned round."""
        if not self.tests:
            return True
        known = {name.lower(): value for name, value in context.items()}
        return all(self._holds(known.get(key.lower()), name, values) for name, key, values in self.tests)

    @staticmethod
    def _holds(sent: str | None, name: str, values: tuple[str, ...]) -> bool:
        test, turned = OPERATORS[name]
        if sent is None:
            return turned
        return any(test(sent, wanted) for wanted in values) is not turned
