"""What the conditions of policies ask: tests of a text that a request has against one that a statement wants."""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable
from datetime import UTC, datetime

from yunfn.localcloud.globs import matches

Test = Callable[[str, str], bool]

COMPARISONS = {
    "equal": operator.eq,
    "less than": operator.lt,
    "less than or equal": operator.le,
    "greater than": operator.gt,
    "greater than or equal": operator.ge,
}
"""What numbers and dates are compared by."""


def equal(sent: str, wanted: str) -> bool:
    """Whether the texts are the same."""
    return sent == wanted


def equal_ignoring_case(sent: str, wanted: str) -> bool:
    """Whether the texts are the same but for case."""
    return sent.lower() == wanted.lower()


def like(sent: str, wanted: str) -> bool:
    """Whether ``sent`` fits the glob ``wanted``."""
    return matches(wanted, sent)


def in_network(sent: str, wanted: str) -> bool:
    """Whether the address ``sent`` lies in ``wanted``, an address or a block; False for what is none."""
    try:
        return ipaddress.ip_address(sent) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def number(compare: Callable[[float, float], bool]) -> Test:
    """A test of numbers; False for what is none."""

    def test(sent: str, wanted: str) -> bool:
        try:
            return compare(float(sent), float(wanted))
        except ValueError:
            return False

    return test


def date(compare: Callable[[datetime, datetime], bool]) -> Test:
    """A test of ISO 8601 moments, in UTC unless they say otherwise; False for what is none."""

    def test(sent: str, wanted: str) -> bool:
        try:
            return compare(_moment(sent), _moment(wanted))
        except ValueError:
            return False

    return test


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
