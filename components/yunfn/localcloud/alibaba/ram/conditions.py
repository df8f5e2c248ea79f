"""The conditions of a statement: operators as RAM's "Policy structure and syntax" names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yunfn.localcloud import policy_tests
from yunfn.localcloud.policy_tests import COMPARISONS, Test

_ORDERS = {
    "Equals": "equal",
    "LessThan": "less than",
    "LessThanEquals": "less than or equal",
    "GreaterThan": "greater than",
    "GreaterThanEquals": "greater than or equal",
}

# Operator: (test, whether its meaning is turned round).
OPERATORS: dict[str, tuple[Test, bool]] = {
    "StringEquals": (policy_tests.equal, False),
    "StringNotEquals": (policy_tests.equal, True),
    "StringEqualsIgnoreCase": (policy_tests.equal_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (policy_tests.equal_ignoring_case, True),
    "StringLike": (policy_tests.like, False),
    "StringNotLike": (policy_tests.like, True),
    "Bool": (policy_tests.equal_ignoring_case, False),
    "IpAddress": (policy_tests.in_network, False),
    "NotIpAddress": (policy_tests.in_network, True),
    "NumericNotEquals": (policy_tests.number(COMPARISONS["equal"]), True),
    "DateNotEquals": (policy_tests.date(COMPARISONS["equal"]), True),
    **{f"Numeric{name}": (policy_tests.number(COMPARISONS[order]), False) for name, order in _ORDERS.items()},
    **{f"Date{name}": (policy_tests.date(COMPARISONS[order]), False) for name, order in _ORDERS.items()},
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
