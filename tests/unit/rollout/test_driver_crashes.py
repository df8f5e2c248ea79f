"""A controller that is killed before or after any call it makes, or whose call is refused or loses its answer.

Every call of a whole rollout is tried. After a kill the alias is exactly stable, exactly the candidate, or mid-way with
a record that the next run finishes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from support.rollout_memory import Crash, Fault, Faults, run, shares
from support.rollout_runs import World, errors, plan
from yunfn.exceptions import RejectedCandidateError, RolloutFailedError
from yunfn.rollout import records
from yunfn.rollout.hook import FunctionCall, Moment
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing

HOOKS = tuple(FunctionCall(name=str(moment), moment=moment) for moment in Moment)
PLAN = plan(10, 50, seconds=20, metrics=[errors(minimum=5)], hooks=HOOKS)
GOOD = {"1": 0.01, "2": 0.01}
BAD = {"1": 0.01, "2": 0.9}
KILLS = (Fault.DIES_BEFORE, Fault.DIES_AFTER)
FAILURES = (Fault.REFUSED, Fault.LOST)


async def _roll_out(world: World, name: str, faults: Faults) -> None:
    try:
        await world.controller(name, faults).driver.roll_out("2", PLAN)
    except (RolloutFailedError, RejectedCandidateError):
        assert world.backend.answers("2", 0, 60) != world.backend.answers("1", 0, 60)


def _calls(failing: dict[str, float]) -> int:
    """How many calls a rollout makes."""
    faults = Faults()
    world = World(backend=shares(failing))
    run(_roll_out(world, "first", faults))
    return len(faults.calls)


@cache
def _numbers() -> dict[str, int]:
    return {"good": _calls(GOOD), "bad": _calls(BAD)}


def _each_call(faults: tuple[Fault, ...]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return pytest.mark.parametrize(
        ("kind", "fault"), [(kind, fault) for kind in ("good", "bad") for fault in faults], ids=str
    )


def _world(kind: str) -> World:
    return World(backend=shares(GOOD if kind == "good" else BAD))


def _as_it_must_end(world: World, kind: str) -> None:
    state = world.last()
    assert world.alias.routing == Routing("2" if kind == "good" else "1")
    assert state.phase is (Phase.SUCCEEDED if kind == "good" else Phase.FAILED)
    assert all(each.ended for each in records.states(world.log))
    assert state.routing == world.alias.routing


@_each_call(KILLS)
def test_killed_at_any_call_the_next_run_finishes(kind: str, fault: Fault) -> None:
    for number in range(_numbers()[kind]):
        world = _world(kind)

        async def killed(world: World = world, number: int = number) -> None:
            with pytest.raises(Crash):
                await _roll_out(world, "first", Faults({number: fault}))

        run(killed())
        state = records.last(world.log)
        midway = world.alias.routing not in (Routing("1"), Routing("2"))
        assert not midway or (state is not None and not state.ended), f"{fault} call {number}"
        world.dead.add("first")
        run(_roll_out(world, "second", Faults()))
        _as_it_must_end(world, kind)


@_each_call(KILLS)
def test_killed_twice_the_third_run_finishes(kind: str, fault: Fault) -> None:
    for number in range(0, _numbers()[kind], 3):
        for second in (3, 5, 8, 13):
            world = _world(kind)

            async def killed(world: World = world, number: int = number, second: int = second) -> None:
                with pytest.raises(Crash):
                    await _roll_out(world, "first", Faults({number: fault}))
                world.dead.add("first")
                # It may have had less to do than that.
                try:
                    await _roll_out(world, "second", Faults({second: fault}))
                except Crash:
                    world.dead.add("second")

            run(killed())
            run(_roll_out(world, "third", Faults()))
            _as_it_must_end(world, kind)


@_each_call(FAILURES)
def test_one_call_that_fails_changes_nothing(kind: str, fault: Fault) -> None:
    for number in range(_numbers()[kind]):
        world = _world(kind)
        run(_roll_out(world, "first", Faults({number: fault})))
        _as_it_must_end(world, kind)
