"""The conditions of a statement: operators as CAM's documentation names them.

"Overview of Effective Conditions" (598/10608), "Condition keys and condition operators" (598/58420); ``string_like`` as
COS's documentation uses it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yunfn.localcloud import policy_tests
from yunfn.localcloud.policy_tests import COMPARISONS, Test
from yunfn.localcloud.tencent.cam.resources import filled

Context = Mapping[str, str | tuple[str, ...]]
"""Condition keys of a request; a tuple for those that have many values (``qcs:resource_tag``)."""

_ORDERS = {
    "equal": "equal",
    "less_than": "less than",
    "less_than_equal": "less than or equal",
    "greater_than": "greater than",
    "greater_than_equal": "greater than or equal",
}

# Operator: (test, whether its meaning is turned round).
_OPERATORS: dict[str, tuple[Test, bool]] = {
    "string_equal": (policy_tests.equal, False),
    "string_not_equal": (policy_tests.equal, True),
    "string_equal_ignore_case": (policy_tests.equal_ignoring_case, False),
    "string_not_equal_ignore_case": (policy_tests.equal_ignoring_case, True),
    "string_like": (policy_tests.like, False),
    "string_not_like": (policy_tests.like, True),
    "bool_equal": (policy_tests.equal_ignoring_case, False),
    "binary_equal": (policy_tests.equal, False),
    "ip_equal": (policy_tests.in_network, False),
    "ip_not_equal": (policy_tests.in_network, True),
    "numeric_not_equal": (policy_tests.number(COMPARISONS["equal"]), True),
    "date_not_equal": (policy_tests.date(COMPARISONS["equal"]), True),
    **{f"numeric_{name}": (policy_tests.number(COMPARISONS[order]), False) for name, order in _ORDERS.items()},
    **{f"date_{name}": (policy_tests.date(COMPARISONS[order]), False) for name, order in _ORDERS.items()},
}
_NULL = "null_equal"
_WRITTEN = re.compile(r"(?:(?P<set>for_any_value|for_all_value):)?(?P<name>[a-z_]+?)(?P<optional>_if_exist)?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a condition key: one of ``wanted`` is enough."""

    name: str
    key: str
    wanted: tuple[str, ...]
    every: bool = False
    optional: bool = False

    def holds(self, context: Context) -> bool:
        """Whether the request passes.

        A key that it lacks fails a test, passes one turned round, and passes one with ``_if_exist``. Of a key with
        many values ``for_all_value`` wants each to pass; otherwise one is enough.
        """
        sent = context.get(self.key)
        if self.name == _NULL:
            return ("true" if not sent else "false") in self.wanted
        if sent is None and self.optional:
            return True
        test, turned = _OPERATORS[self.name]
        values = (sent,) if isinstance(sent, str) else sent or ()
        known = [wanted for each in self.wanted if (wanted := filled(each, context)) is not None]
        passed = [any(test(value, wanted) for wanted in known) is not turned for value in values]
        if self.every:
            return all(passed)
        return any(passed) if passed else turned


def read(operator: str, key: str, wanted: tuple[str, ...]) -> Condition | None:
    """The test that a document writes as ``operator: {key: wanted}``; None for an operator that CAM does not know."""
    found = _WRITTEN.fullmatch(operator)
    if found is None or (found["name"] not in _OPERATORS and found["name"] != _NULL):
        return None
    if found["name"] == _NULL and found["optional"]:
        # "A conditional operator (excluding null_equal) ending in _if_exist" (598/10608, note 3).
        return None
    return Condition(found["name"], key, wanted, found["set"] == "for_all_value", found["optional"] is not None)
