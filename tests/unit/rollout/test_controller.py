"""What a rollout needs next, from state and time alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.rollout_runs import PLACE, errors, plan
from yunfn.rollout.controller import CallHook, Measure, Over, Restore, Shift, Wait, Write, decide
from yunfn.rollout.event import (
    Began,
    Cause,
    Command,
    Commanded,
    Decided,
    Decision,
    Ended,
    Event,
    GateReached,
    Hooked,
    Measured,
    Paused,
    Resumed,
    Shifted,
    Shifting,
)
from yunfn.rollout.hook import FunctionCall, Gate, Moment
from yunfn.rollout.metric import Measurement, Outcome, Reading
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState, begin, fold

TENTH, HALF = (Routing("1", "2", Decimal(each)) for each in ("0.1", "0.5"))


def _state(specification: Specification, *events: Event) -> RolloutState:
    return fold(begin(1, Began(at=0, alias=PLACE, stable="1", candidate="2", specification=specification)), events)


def _measured(outcome: Outcome, at: float, *, until: float | None = None, step: int = 0, **more: bool) -> Measured:
    taken = Measurement(
        metric="errors", outcome=outcome, at=at, since=0, until=at if until is None else until, text="so and so",
        candidate=Reading(100, 1), **more,
    )  # fmt: skip
    return Measured(at=at, step=step, measurements=(taken,))


FIRST = Shifted(at=100, step=0, routing=TENTH)
JUDGED = plan(10, 50, seconds=60, metrics=[errors(interval=25.0)])


def test_steps_follow_one_another_by_exact_weights_and_promotion_is_one_call() -> None:
    state, seen = _state(plan(10, 50, seconds=60)), []
    now = 0.0
    while not isinstance(action := decide(state, now), Over):
        match action:
            case Shift():
                assert state.routing
                moved = Shifted(at=now, step=action.step, routing=action.routing)
                announced = Shifting(at=now, step=action.step, before=state.routing, routing=action.routing)
                state = fold(state, [announced, moved])
                seen.append((now, action.routing))
            case Wait(until=until):
                assert until is not None and until > now
                now = until
            case Write():
                state = fold(state, [action.event])
            case _:
                raise AssertionError(action)
    assert seen == [(0, TENTH), (60, HALF), (120, Routing("2"))]
    assert state.phase is Phase.SUCCEEDED


def test_a_metric_is_measured_by_its_interval_and_at_the_end_of_the_step() -> None:
    state = _state(JUDGED, FIRST)
    assert decide(state, 100) == Wait(125)
    due = decide(state, 125)
    assert isinstance(due, Measure) and [each.name for each in due.metrics] == ["errors"]
    state = fold(state, [_measured(Outcome.SUCCESS, 125), _measured(Outcome.SUCCESS, 150)])
    assert decide(state, 151) == Wait(160)
    assert isinstance(decide(state, 160), Measure)
    assert decide(fold(state, [_measured(Outcome.SUCCESS, 160)]), 160) == Shift(1, HALF)


@pytest.mark.parametrize("outcome", [Outcome.NO_DATA, Outcome.ERROR, Outcome.INCONCLUSIVE])
def test_no_step_passes_without_a_good_measurement_of_it(outcome: Outcome) -> None:
    tolerant = plan(10, 50, metrics=[errors(interval=30.0, inconclusive_limit=9)], patience=100.0)
    state = _state(tolerant, FIRST, _measured(outcome, 160))
    assert decide(state, 170) == Wait(190)
    action = decide(fold(state, [_measured(outcome, 260)]), 260)
    assert isinstance(action, Write) and isinstance(action.event, Paused)
    want = Cause.INCONCLUSIVE if outcome is Outcome.INCONCLUSIVE else Cause.NO_DATA
    assert action.event.cause is want


def test_figures_from_before_the_step_do_not_pass_it() -> None:
    state = _state(JUDGED, FIRST, _measured(Outcome.SUCCESS, 160, until=100))
    assert isinstance(decide(state, 160), Wait)
    assert decide(fold(state, [_measured(Outcome.SUCCESS, 185, until=130)]), 185) == Shift(1, HALF)


def test_the_last_step_wants_success_the_others_nothing_against_it() -> None:
    state = _state(JUDGED, FIRST, _measured(Outcome.UNDECIDED, 160))
    assert decide(state, 160) == Shift(1, HALF)
    state = fold(state, [Shifted(at=160, step=1, routing=HALF), _measured(Outcome.UNDECIDED, 220, step=1)])
    assert isinstance(decide(state, 220), Wait)
    promoted = decide(fold(state, [_measured(Outcome.SUCCESS, 245, step=1)]), 245)
    assert isinstance(promoted, Write) and isinstance(promoted.event, Decided)
    assert promoted.event.decision is Decision.PROMOTE


@pytest.mark.parametrize(("limit", "failures", "goes"), [(0, 1, True), (1, 1, False), (1, 2, True), (2, 2, False)])
def test_more_failures_than_the_limit_put_stable_back(limit: int, failures: int, goes: bool) -> None:
    metrics = [errors(interval=25.0, failure_limit=limit)]
    events = [_measured(Outcome.FAILURE, 125 + number) for number in range(failures)]
    action = decide(_state(plan(10, metrics=metrics), FIRST, *events), 130)
    assert isinstance(action, Restore) is goes
    if isinstance(action, Restore):
        assert action.measurement == events[-1].measurements[0] and action.reason == "errors: so and so"


def test_failures_of_earlier_steps_count_and_those_before_a_resume_do_not() -> None:
    metrics = [errors(interval=25.0, failure_limit=1)]
    first = _state(plan(10, 50, metrics=metrics), FIRST, _measured(Outcome.FAILURE, 125))
    second = fold(first, [Shifted(at=200, step=1, routing=HALF), _measured(Outcome.FAILURE, 225, step=1)])
    assert isinstance(decide(second, 225), Restore)
    resumed = fold(first, [Paused(at=130, cause=Cause.COMMAND, reason=""), Resumed(at=140)])
    again = fold(resumed, [_measured(Outcome.FAILURE, 165)])
    assert not isinstance(decide(again, 165), Restore)
    kept = fold(first, [Paused(at=130, cause=Cause.NO_DATA, reason=""), Resumed(at=140, kept=True)])
    assert isinstance(decide(fold(kept, [_measured(Outcome.FAILURE, 165)]), 165), Restore)


def test_errors_of_the_source_are_no_failures_and_pause_in_a_row_only() -> None:
    metrics = [errors(interval=10.0, error_limit=2)]
    errors_ = [_measured(Outcome.ERROR, 110 + each) for each in range(2)]
    state = _state(plan(10, metrics=metrics), FIRST, *errors_)
    assert isinstance(decide(state, 112), Wait)
    assert isinstance(decide(fold(state, [_measured(Outcome.SUCCESS, 113), *errors_]), 113), Wait)
    action = decide(fold(state, [_measured(Outcome.ERROR, 113)]), 113)
    assert isinstance(action, Write) and isinstance(action.event, Paused) and action.event.cause is Cause.SOURCE


def test_where_stable_is_no_better_it_stays_and_goes_once_stable_is_well() -> None:
    state = _state(JUDGED, FIRST, _measured(Outcome.FAILURE, 125, stable_fails=True))
    action = decide(state, 125)
    assert isinstance(action, Write) and isinstance(action.event, Paused)
    assert action.event.cause is Cause.STABLE_UNHEALTHY and "1, which is stable" in action.event.reason
    paused = fold(state, [action.event])
    assert isinstance(decide(paused, 130), Wait)
    assert isinstance(decide(paused, 150), Measure)
    assert isinstance(decide(fold(paused, [_measured(Outcome.FAILURE, 150)]), 150), Restore)


@pytest.mark.parametrize("dry", [True, False])
def test_a_dry_run_neither_holds_nor_decides(dry: bool) -> None:
    state = _state(plan(10, 50, metrics=[errors(interval=25.0, dry_run=dry)]), FIRST, _measured(Outcome.FAILURE, 160))
    assert (decide(state, 160) == Shift(1, HALF)) is dry


def test_hooks_come_in_order_and_once_a_step() -> None:
    hooks = tuple(
        FunctionCall(name=name, moment=moment)
        for name, moment in [("a", Moment.BEFORE), ("b", Moment.BEFORE), ("c", Moment.STEP)]
    )

    def called(name: str, moment: Moment, step: int) -> Hooked:
        return Hooked(at=0, moment=moment, step=step, name=name, passed=True, answer="", seconds=0)

    state = _state(plan(10, 50, hooks=hooks))
    assert decide(state, 0) == CallHook(hooks[0], -1)
    state = fold(state, [called("a", Moment.BEFORE, -1)])
    assert decide(state, 0) == CallHook(hooks[1], -1)
    state = fold(state, [called("b", Moment.BEFORE, -1)])
    assert decide(state, 0) == Shift(0, TENTH)
    state = fold(state, [FIRST])
    assert decide(state, 160) == CallHook(hooks[2], 0)
    state = fold(state, [called("c", Moment.STEP, 0)])
    assert decide(state, 160) == Shift(1, HALF)
    state = fold(state, [Shifted(at=160, step=1, routing=HALF)])
    assert decide(state, 220) == CallHook(hooks[2], 1)


def test_gates_stand_before_their_weight() -> None:
    gated = plan(10, 50, gates=(Gate(Decimal("0.3")), Gate(Decimal("0.4"))))
    state = _state(gated, FIRST)
    gate = decide(state, 160)
    assert gate == Write(GateReached(at=160, step=0, weight=Decimal("0.4")))
    waiting = fold(state, [gate.event])
    assert decide(waiting, 9999) == Wait(None)
    promoted = fold(waiting, [Commanded(at=200, command=Command.PROMOTE)])
    going = decide(promoted, 200)
    assert isinstance(going, Write)
    assert decide(fold(promoted, [going.event]), 200) == Shift(1, HALF)


def test_an_announced_shift_is_made_whoever_comes_next() -> None:
    state = _state(plan(10), Shifting(at=1, step=0, before=Routing("1"), routing=TENTH))
    assert decide(state, 5) == Shift(0, TENTH)
    aborted = fold(state, [Commanded(at=2, command=Command.ABORT)])
    assert isinstance(decide(aborted, 5), Restore)


def test_an_abort_after_promotion_is_too_late_and_before_it_is_not() -> None:
    decided = Decided(at=160, decision=Decision.PROMOTE, reason="fine")
    abort = Commanded(at=161, command=Command.ABORT)
    state = _state(plan(10), FIRST, decided)
    assert isinstance(decide(fold(state, [abort]), 161), Restore)
    promoted = Shifted(at=162, step=1, routing=Routing("2"))
    for order in ([abort, promoted], [promoted, abort]):
        done = decide(fold(state, order), 162)
        assert isinstance(done, Write) and isinstance(done.event, Ended) and done.event.phase is Phase.SUCCEEDED


def test_orders_that_meant_nothing_when_they_came_mean_nothing_later() -> None:
    gated = plan(10, gates=(Gate(Decimal(1)),))
    early = [Commanded(at=110, command=command) for command in (Command.PROMOTE, Command.RESUME, Command.RETRY)]
    state = _state(gated, FIRST, *early, GateReached(at=160, step=0, weight=Decimal(1)))
    assert decide(state, 161) == Wait(None) and not state.retried and len(state.orders) == 3
    taken_back = _state(gated, FIRST, Commanded(at=110, command=Command.PAUSE), early[1])
    assert decide(taken_back, 111) == Wait(160)


def test_an_end_is_final() -> None:
    ended = _state(plan(10), FIRST, Ended(at=130, phase=Phase.CONTESTED, reason="somebody"))
    later = fold(
        ended,
        [Decided(at=131, decision=Decision.ABORT, reason=""), Ended(at=132, phase=Phase.ABORTED),
         Commanded(at=133, command=Command.ABORT)],
    )  # fmt: skip
    assert later.phase is Phase.CONTESTED and decide(later, 200) == Over()
