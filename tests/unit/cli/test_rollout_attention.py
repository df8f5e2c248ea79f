"""When a rollout is looked after, and when nobody does what is due."""

from __future__ import annotations

from decimal import Decimal

import pytest

from unit.rollout.records_of_rollouts import BEGAN, ERRORS, HOLDER, P95, PLACE, QUEUE, Writer, promoted
from yunfn.cli.rollout.attention import neglected
from yunfn.rollout.event import Began, Cause, Command, Commanded, Decided, Decision, Event, GateReached, Paused, Shifted
from yunfn.rollout.hook import Gate
from yunfn.rollout.metric import Metric
from yunfn.rollout.plan import Step
from yunfn.rollout.recorded import Recorded
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

_LONG = (Step(Decimal("0.1"), 3600.0),)


def _serving(*metrics: Metric, more: tuple[Event, ...] = (), gates: tuple[Gate, ...] = ()) -> Recorded:
    """In its first step since BEGAN, never measured."""
    specification = Specification(bucket="b", steps=_LONG, metrics=metrics, gates=gates)
    began = Began(at=BEGAN, holder=HOLDER, alias=PLACE, stable="3", candidate="4", specification=specification)
    shifted = Shifted(at=BEGAN, holder=HOLDER, step=0, routing=Routing("3", "4", Decimal("0.1")))
    return Recorded.of(1, [began, shifted, *more])


@pytest.mark.parametrize(("age", "expected"), [(0, False), (119, False), (121, True)])
def test_before_the_first_verdict_the_step_counts(age: float, expected: bool) -> None:
    assert bool(neglected(_serving(ERRORS, P95), BEGAN + age)) is expected


def test_each_metric_has_an_interval_of_its_own() -> None:
    slow = Metric(name="slow", measure=ERRORS.measure, source=ERRORS.source, interval=600.0)
    assert neglected(_serving(slow), BEGAN + 1100) == ""
    assert neglected(_serving(slow), BEGAN + 1201).startswith("no verdict on slow for 1201 s, it is due every 600 s")
    assert "errors" in neglected(_serving(slow, ERRORS), BEGAN + 200)


def test_a_dry_run_needs_no_verdict() -> None:
    slow = Metric(name="slow", measure=ERRORS.measure, source=ERRORS.source, interval=600.0)
    assert neglected(_serving(QUEUE, slow), BEGAN + 1199) == ""


def test_where_nothing_is_measured_it_is_the_steps_end_that_counts() -> None:
    assert neglected(_serving(), BEGAN + 3599) == ""
    assert neglected(_serving(), BEGAN + 3601) == "nobody has driven it for 3601 s, and something is due"


def test_at_a_gate_a_person_is_awaited_and_not_a_driver() -> None:
    reached = GateReached(at=BEGAN + 3600, holder=HOLDER, step=0, weight=Decimal(1))
    waiting = _serving(more=(reached,), gates=(Gate(Decimal(1)),))
    assert neglected(waiting, BEGAN + 100_000) == ""
    # What the person ordered is due; ordering is no sign of a driver.
    promote = Commanded(at=BEGAN + 9_999, holder="ann@laptop", command=Command.PROMOTE)
    ordered = _serving(more=(reached, promote), gates=(Gate(Decimal(1)),))
    assert neglected(ordered, BEGAN + 10_000).startswith("nobody has driven it for 6400 s")


def test_a_paused_one_is_measured_on() -> None:
    paused = Paused(at=BEGAN, holder=HOLDER, cause=Cause.COMMAND, reason="lunch")
    assert neglected(_serving(ERRORS, more=(paused,)), BEGAN + 121).startswith("no verdict on errors")


def test_stable_that_nobody_puts_back() -> None:
    decided = Decided(at=BEGAN + 1, holder=HOLDER, decision=Decision.RESTORE, reason="bad")
    assert neglected(_serving(ERRORS, more=(decided,)), BEGAN + 100) == ""
    assert neglected(_serving(ERRORS, more=(decided,)), BEGAN + 122).startswith("nobody has driven it for 121 s")


def test_before_the_first_weight_and_after_the_end() -> None:
    assert neglected(Writer(1, "4", "3").recorded(), BEGAN + 119) == ""
    assert neglected(Writer(1, "4", "3").recorded(), BEGAN + 121).startswith("nobody has driven it for 121 s")
    assert neglected(promoted(), BEGAN + 1_000_000) == ""
