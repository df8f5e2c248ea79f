"""Conditions of success and failure, such as ``<= 300`` or ``> 5 %``: read, and held against a figure. Pure."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from yunfn.rollout.metric import Conditions, Outcome, Relation

_OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_OPPOSITES: Final = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}
_WRITTEN: Final = re.compile(r"\s*(<=|>=|<|>)\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(%?)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure's relation to a ``bound``; ``sign`` is one of <, <=, >, >=."""

    sign: str
    bound: float

    def holds(self, figure: float) -> bool:
        """Whether ``figure`` meets it."""
        return _OPERATORS[self.sign](figure, self.bound)

    @property
    def opposite(self) -> Condition:
        """What holds exactly where this one does not."""
        return Condition(_OPPOSITES[self.sign], self.bound)

    def __str__(self) -> str:
        return f"{self.sign} {self.bound:g}"


def condition(text: str) -> Condition:
    """Read a condition: a sign and a number, which may be in percent. Raises ValueError for anything else."""
    found = _WRITTEN.fullmatch(text)
    bound = float(found[2]) if found else math.inf
    if found is None or not math.isfinite(bound):
        raise ValueError(f"{text!r} is no condition: a sign (<, <=, >, >=) and a number, as '<= 300' or '> 5 %'")
    return Condition(found[1], bound / 100 if found[3] else bound)


def both(rule: Conditions) -> tuple[Condition, Condition]:
    """Success and failure; where one was left out, the other one's opposite. Raises ValueError if both were."""
    if not rule.success and not rule.failure:
        raise ValueError("a condition of success or of failure is needed")
    success = condition(rule.success) if rule.success else condition(rule.failure).opposite
    return success, condition(rule.failure) if rule.failure else success.opposite


def meets(rule: Conditions, figure: float) -> Outcome:
    """What ``figure`` comes to: failure where both conditions are met, inconclusive where neither is."""
    success, failure = both(rule)
    if failure.holds(figure):
        return Outcome.FAILURE
    return Outcome.SUCCESS if success.holds(figure) else Outcome.INCONCLUSIVE


def related(relation: Relation, candidate: float, stable: float | None) -> float:
    """The figure that a condition is about. Raises ValueError where it needs the stable version's and has none.

    Twice nothing is a ratio of 1; something by nothing is infinitely more.
    """
    if relation is Relation.FIGURE:
        return candidate
    if stable is None:
        raise ValueError("the stable version has no figure to compare with")
    if relation is Relation.DIFFERENCE:
        return candidate - stable
    if stable:
        return candidate / stable
    return math.copysign(math.inf, candidate) if candidate else 1.0
