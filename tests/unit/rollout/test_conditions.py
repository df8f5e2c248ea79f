"""Conditions of success and failure: what is read, and what figures come to."""

from __future__ import annotations

import math

import pytest

from yunfn.rollout.conditions import both, condition, meets, related
from yunfn.rollout.metric import Conditions, Outcome, Relation


@pytest.mark.parametrize(
    ("text", "sign", "bound"),
    [
        ("<= 300", "<=", 300),
        (">5%", ">", 0.05),
        ("  < .5 ", "<", 0.5),
        (">= -1e3", ">=", -1000),
        ("< 2.5 %", "<", 0.025),
    ],
)
def test_a_condition_is_read(text: str, sign: str, bound: float) -> None:
    found = condition(text)
    assert found.sign == sign
    assert found.bound == pytest.approx(bound)


@pytest.mark.parametrize("text", ["", "300", "=< 3", "== 3", "< ", "< 3 ms", "< nan", "< 1e999", "<3 <4", "< ٣"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no condition"):
        condition(text)


def test_neither_is_inconclusive_and_failure_wins() -> None:
    rule = Conditions(success="<= 300", failure="> 500")
    assert meets(rule, 300) is Outcome.SUCCESS
    assert meets(rule, 500) is Outcome.INCONCLUSIVE
    assert meets(rule, 501) is Outcome.FAILURE
    assert meets(Conditions(success="< 10", failure="> 5"), 7) is Outcome.FAILURE


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_one_left_out_is_the_other_ones_opposite(sign: str) -> None:
    for figure in (2.0, 3.0, 4.0):
        said = condition(f"{sign} 3").holds(figure)
        assert meets(Conditions(success=f"{sign} 3"), figure) is (Outcome.SUCCESS if said else Outcome.FAILURE)
        assert meets(Conditions(failure=f"{sign} 3"), figure) is (Outcome.FAILURE if said else Outcome.SUCCESS)
    with pytest.raises(ValueError, match="needed"):
        both(Conditions())


def test_a_figure_is_related_to_stables() -> None:
    assert related(Relation.FIGURE, 5, None) == 5
    assert related(Relation.DIFFERENCE, 5, 3) == 2
    assert related(Relation.RATIO, 6, 3) == 2
    assert related(Relation.RATIO, 0, 0) == 1
    assert related(Relation.RATIO, 1, 0) == math.inf
    with pytest.raises(ValueError, match="no figure"):
        related(Relation.RATIO, 1, None)
