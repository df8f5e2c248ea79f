"""Runs that follow each other: ``wait``, a scheduler's ``drive``, newer and older versions, rows in the log project."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest

from support.rollout_memory import Crash, Faults, run, shares
from support.rollout_runs import World, errors, plan
from yunfn.exceptions import AbortedRolloutError, CloudAnswerError, RejectedCandidateError
from yunfn.exceptions import RolloutFailedError as Failed
from yunfn.rollout import records
from yunfn.rollout.event import Command
from yunfn.rollout.hook import FunctionCall, Moment
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

STABLE, CANDIDATE = Routing("1"), Routing("2")
TENTH = Routing("1", "2", Decimal("0.1"))


def _begin(world: World, specification: Specification, name: str = "first", candidate: str = "2") -> asyncio.Task:  # type: ignore[type-arg]
    return asyncio.ensure_future(world.controller(name).driver.roll_out(candidate, specification))


@pytest.mark.parametrize("percents", [(), (10, 50)])
def test_wait_leaves_it_in_progress_and_a_scheduler_drives_it_on(percents: Sequence[int]) -> None:
    world = World()

    async def scenario() -> None:
        state = await _begin(world, plan(*percents, wait=0.0, metrics=[errors()] if percents else []))
        if not percents:
            assert state.phase is Phase.SUCCEEDED
            return
        assert not state.phase.final and world.last().lease is None and world.alias.routing == TENTH
        for _ in range(30):
            await asyncio.sleep(10)
            state = await world.controller("cron").driver.go_on(once=True)
        assert state.phase is Phase.SUCCEEDED

    run(scenario())
    assert world.alias.routing == CANDIDATE


@pytest.mark.parametrize(("second", "other"), [(plan(10, 50), False), (plan(20, 30), True)])
def test_the_next_up_goes_on_with_the_same_rollout(second: Specification, other: bool) -> None:
    world = World()

    async def scenario() -> list[str]:
        assert (await _begin(world, plan(10, 50, wait=70.0))).step == 1
        controller = world.controller("second")
        state = await controller.driver.roll_out("2", second)
        assert state is not None and state.number == 1 and state.phase is Phase.SUCCEEDED
        assert [routing.weight for _, routing in world.alias.moves] == [Decimal("0.1"), Decimal("0.5"), 0]
        return controller.lasting

    told = run(scenario())
    assert told[0].startswith("rollout 1 of 2 goes on, with 50 % to 1, 50 % to 2")
    assert ("by the specification it began with" in told[0]) is other


def test_an_order_between_runs_is_carried_out_by_the_next() -> None:
    world = World(backend=shares({"2": 0.9}))

    async def scenario() -> None:
        await _begin(world, plan(10, wait=0.0))
        world.order(Command.ABORT)
        with pytest.raises(AbortedRolloutError):
            await world.controller("cron").driver.go_on(once=True)
        # It has ended: there is nothing to do, and nothing to complain of.
        assert (await world.controller("cron").driver.go_on(once=True)).phase is Phase.ABORTED

    run(scenario())
    assert world.alias.routing == STABLE


def test_a_newer_version_begins_from_the_first_step_with_the_same_stable() -> None:
    world = World()

    async def scenario() -> None:
        await _begin(world, plan(10, 50, wait=70.0))
        assert world.alias.routing == Routing("1", "2", Decimal("0.5"))
        state = await _begin(world, plan(10, 50), "second", "3")
        assert (state.number, state.stable, state.candidate, state.phase) == (2, "1", "3", Phase.SUCCEEDED)

    run(scenario())
    assert [str(routing) for _, routing in world.alias.moves[2:]] == [
        str(Routing("1", "3", Decimal("0.1"))), str(Routing("1", "3", Decimal("0.5"))), str(Routing("3")),
    ]  # fmt: skip
    assert [each.phase for each in records.states(world.log)] == [Phase.SUPERSEDED, Phase.SUCCEEDED]


@pytest.mark.parametrize("candidate", ["2", "3"])
def test_a_promotion_that_nobody_could_write_down_counts(candidate: str) -> None:
    world = World()
    faults = Faults()

    def die_at_promotion(name: str) -> None:
        if name == "append" and world.alias.routing == CANDIDATE:
            raise Crash

    faults.before = die_at_promotion

    async def scenario() -> None:
        with pytest.raises(Crash):
            await world.controller("first", faults).driver.roll_out("2", plan(10))
        world.dead.add("first")
        await _begin(world, plan(10), "second", candidate)

    run(scenario())
    first, *rest = records.states(world.log)
    assert first.phase is Phase.SUCCEEDED and first.stable == "1"
    assert [(each.stable, each.candidate, each.phase) for each in rest] == (
        [] if candidate == "2" else [("2", "3", Phase.SUCCEEDED)]
    )
    assert world.alias.routing == Routing(candidate)


def test_a_weight_beside_the_wanted_version_goes_by_one_call() -> None:
    world = World()
    world.alias.routing = Routing("2", "9", Decimal("0.3"))

    async def scenario() -> None:
        state = await _begin(world, plan(10, metrics=[errors()]))
        assert state.phase is Phase.SUCCEEDED and (state.stable, state.candidate) == ("2", "2")

    run(scenario())
    assert [routing for _, routing in world.alias.moves] == [CANDIDATE]


def test_who_goes_back_to_stable_meanwhile_aborts() -> None:
    world = World()

    async def scenario() -> None:
        await _begin(world, plan(10, 50, wait=70.0))
        state = await _begin(world, plan(10, 50), "second", "1")
        assert state.phase is Phase.ABORTED and "1 is wanted again" in state.reason
        assert await _begin(world, plan(10, 50), "third", "1") is None

    run(scenario())
    assert world.alias.routing == STABLE


def test_a_rejected_candidate_does_not_take_the_place_of_one_under_way() -> None:
    world = World(backend=shares({"2": 0.9}))

    async def scenario() -> None:
        with pytest.raises(Failed):
            await _begin(world, plan(10, metrics=[errors()]))
        await _begin(world, plan(10, 50, wait=0.0), candidate="3")
        with pytest.raises(RejectedCandidateError):
            await _begin(world, plan(10, 50))
        assert world.last().candidate == "3" and not world.last().ended

    run(scenario())


def test_a_weight_left_by_others_is_dropped_by_the_first_shift() -> None:
    world = World()
    world.alias.routing = Routing("1", "9", Decimal("0.3"))

    async def scenario() -> None:
        await _begin(world, plan(10, wait=0.0))
        assert [routing for _, routing in world.alias.moves] == [TENTH]

    run(scenario())


def test_a_version_is_waited_for_until_the_alias_may_name_it() -> None:
    world = World()
    world.alias.unready.add("2")

    async def scenario() -> None:
        task = _begin(world, plan(10, hooks=(FunctionCall(name="warm", moment=Moment.BEFORE),)))
        await asyncio.sleep(60)
        assert world.alias.moves == [] and world.hooks.called == []
        world.alias.unready.clear()
        await task

    run(scenario())
    assert world.alias.routing == CANDIDATE


def test_a_version_that_never_will_be_moves_nothing() -> None:
    world = World()
    world.alias.broken.add("2")

    async def scenario() -> None:
        with pytest.raises(CloudAnswerError, match="will never be"):
            await _begin(world, plan(10))

    run(scenario())
    assert world.alias.moves == [] and world.last().phase is Phase.ABORTED


def test_phases_and_measurements_are_rows_and_a_log_that_refuses_them_is_told_of_once() -> None:
    class Lines:
        def __init__(self, refuses: bool) -> None:
            self.refuses = refuses
            self.rows: list[dict[str, str]] = []

        def write(self, lines: Sequence[dict[str, str]]) -> None:
            if self.refuses:
                raise CloudAnswerError("SLS PutLogs: Unauthorized")
            self.rows += lines

    for refuses in (False, True):
        world, lines = World(), Lines(refuses)

        async def scenario(world: World = world, lines: Lines = lines) -> list[str]:
            first = world.controller(lines=lines)
            await first.driver.roll_out("2", plan(10, metrics=[errors()]))
            return first.lasting

        told = run(scenario())
        assert len([line for line in told if "do not reach the log project" in line]) == refuses
        assert world.alias.routing == CANDIDATE
        if not refuses:
            assert [each["kind"] for each in lines.rows if each["kind"] != "Measured"] == [
                "Began", "Shifted", "Decided", "Shifted", "Ended",
            ]  # fmt: skip
            assert {each["phase"] for each in lines.rows} >= {"Progressing", "Promoting", "Succeeded"}


def test_four_aliases_roll_out_side_by_side() -> None:
    worlds = [World() for _ in range(4)]

    async def scenario() -> float:
        await asyncio.gather(*(_begin(world, plan(10, 50, metrics=[errors()])) for world in worlds))
        return asyncio.get_running_loop().time()

    assert run(scenario()) < 130
    assert all(world.alias.routing == CANDIDATE for world in worlds)
