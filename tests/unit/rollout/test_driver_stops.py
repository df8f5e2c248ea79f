"""Operations that are stopped, aliases moved by others, and clouds that refuse for good: each leaves what it must."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from support.rollout_memory import Crash, Fault, Faults, run, shares
from support.rollout_runs import World, errors, plan
from yunfn.exceptions import (
    AbortedRolloutError,
    CloudAnswerError,
    ContestedAliasError,
    LeaseHeldError,
    OperationStoppedError,
    RolloutError,
    RolloutFailedError,
)
from yunfn.rollout import records
from yunfn.rollout.event import Command
from yunfn.rollout.hook import FunctionCall, Moment
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing

HOOKS = tuple(FunctionCall(name=str(moment), moment=moment) for moment in Moment)
PLAN = plan(10, 50, seconds=20, metrics=[errors(minimum=5)], hooks=HOOKS)
STABLE, CANDIDATE = Routing("1"), Routing("2")


@pytest.mark.parametrize(("latency", "between"), [(0.0, 0.37), (0.4, 0.55), (3.0, 2.1)])
def test_a_stop_at_any_time_restores_stable_unless_the_candidate_was_promoted(latency: float, between: float) -> None:
    ended: set[Phase] = set()
    for number in range(160):
        world = World(latency=latency)

        async def scenario(world: World = world, at: float = number * between) -> None:
            first = world.controller()
            task = asyncio.ensure_future(first.driver.roll_out("2", PLAN))
            await asyncio.sleep(at)
            first.surroundings.stop()
            with contextlib.suppress(OperationStoppedError):
                await task
            # Calls that the stop cut off are made all the same.
            await asyncio.sleep(30)

        run(scenario())
        if not world.objects:
            assert world.alias.routing == STABLE
            continue
        state = world.last()
        if state.events == 1:
            # The stop cut off its beginning; nobody drives it, and nothing was moved.
            assert world.alias.routing == STABLE and not world.alias.moves
            continue
        assert state.phase in (Phase.ABORTED, Phase.SUCCEEDED), number
        assert world.alias.routing == (STABLE if state.phase is Phase.ABORTED else CANDIDATE), number
        assert state.routing == world.alias.routing
        ended.add(state.phase)
    assert ended == {Phase.ABORTED, Phase.SUCCEEDED}


def test_a_stop_while_a_newer_version_takes_the_place_restores_stable() -> None:
    superseded = 0
    for number in range(60):
        world = World(latency=2.0)

        async def scenario(world: World = world, at: float = number * 0.5) -> None:
            await world.controller("first").driver.roll_out("2", plan(10, seconds=900, wait=0.0))
            second = world.controller("second")
            task = asyncio.ensure_future(second.driver.roll_out("3", PLAN))
            await asyncio.sleep(at)
            second.surroundings.stop()
            with pytest.raises(OperationStoppedError):
                await task
            await asyncio.sleep(30)

        run(scenario())
        first = records.read(world.log, 1)
        assert first is not None
        # Before it had the lease nothing was its own to put back.
        assert world.alias.routing == (STABLE if first.ended else Routing("1", "2", PLAN.steps[0].weight)), number
        superseded += first.phase is Phase.SUPERSEDED
    assert superseded > 10


def test_a_stopped_rollout_begins_anew_at_the_next_run() -> None:
    world = World()

    async def scenario() -> None:
        first = world.controller()
        task = asyncio.ensure_future(first.driver.roll_out("2", PLAN))
        await asyncio.sleep(30)
        first.surroundings.stop()
        with pytest.raises(OperationStoppedError):
            await task
        state = await world.controller("second").driver.roll_out("2", PLAN)
        assert state is not None and state.number == 2 and state.phase is Phase.SUCCEEDED

    run(scenario())
    assert world.alias.routing == CANDIDATE


@pytest.mark.parametrize("seconds", [5, 15, 25, 35])
@pytest.mark.parametrize("moved", [Routing("3"), Routing("1", "3", PLAN.steps[0].weight), Routing("1"), None], ids=str)
def test_an_alias_moved_by_others_stays_as_they_put_it(seconds: float, moved: Routing | None) -> None:
    world = World()

    async def scenario() -> None:
        first = world.controller()
        task = asyncio.ensure_future(first.driver.roll_out("2", PLAN))
        await asyncio.sleep(seconds)
        world.alias.routing = moved
        with pytest.raises(ContestedAliasError, match="by other means"):
            await task

    run(scenario())
    assert world.alias.routing == moved
    assert world.last().phase is Phase.CONTESTED
    assert f"it goes to {moved}" in world.last().reason or moved is None


def test_after_a_contest_the_next_run_begins_with_what_is_there() -> None:
    world = World()

    async def scenario() -> None:
        first = world.controller()
        task = asyncio.ensure_future(first.driver.roll_out("2", PLAN))
        await asyncio.sleep(15)
        world.alias.routing = Routing("3")
        with pytest.raises(ContestedAliasError):
            await task
        state = await world.controller("second").driver.roll_out("2", PLAN)
        assert state is not None and state.stable == "3" and state.phase is Phase.SUCCEEDED

    run(scenario())
    assert world.alias.routing == CANDIDATE


def test_who_moves_it_to_the_candidate_by_hand_has_what_was_wanted() -> None:
    world = World()

    async def scenario() -> None:
        task = asyncio.ensure_future(world.controller().driver.roll_out("2", PLAN))
        await asyncio.sleep(15)
        world.alias.routing = CANDIDATE
        with pytest.raises(ContestedAliasError):
            await task
        state = await world.controller("second").driver.roll_out("2", PLAN)
        assert state is not None and state.phase is Phase.CONTESTED

    run(scenario())
    assert world.alias.routing == CANDIDATE
    assert len(world.alias.moves) == 1


def test_a_shift_that_is_refused_for_good_puts_stable_back() -> None:
    world = World()

    async def scenario() -> None:
        first = world.controller()
        task = asyncio.ensure_future(first.driver.roll_out("2", PLAN))
        await asyncio.sleep(15)
        refused: list[str] = []

        def refuse(name: str) -> None:
            # Moves to the second step; what puts stable back goes through.
            refused.extend([name] * (name == "route"))
            first.faults.always = {"route"} if len(refused) <= 5 else set()

        first.faults.before = refuse
        with pytest.raises(CloudAnswerError, match="Throttling"):
            await task
        assert len(refused) == 6

    run(scenario())
    assert world.alias.routing == STABLE
    assert world.last().phase is Phase.ABORTED


def test_where_stable_cannot_be_put_back_the_verdict_is_kept_for_the_next_run() -> None:
    world = World()

    async def scenario() -> None:
        first = world.controller()
        task = asyncio.ensure_future(first.driver.roll_out("2", PLAN))
        await asyncio.sleep(15)
        world.backend = shares({"2": 0.9})
        first.faults.always = {"route"}
        world.backend.faults = first.faults
        # The controller asks the backend that it was made with: let its answers turn bad.
        bad.append(True)
        with pytest.raises(RolloutError, match="could not be put back") as stuck:
            await task
        assert not isinstance(stuck.value, RolloutFailedError)
        state = world.last()
        assert state.phase is Phase.FINALISING and world.alias.routing == Routing("1", "2", PLAN.steps[0].weight)
        with pytest.raises(RolloutFailedError):
            await world.controller("second").driver.roll_out("2", PLAN)

    bad: list[bool] = []
    usual, failing = shares({}), shares({"2": 0.9})
    world.backend.answers = lambda *asked: (failing if bad else usual).answers(*asked)
    run(scenario())
    assert world.alias.routing == STABLE
    assert world.last().phase is Phase.FAILED


def test_where_the_record_cannot_be_written_stable_is_put_back() -> None:
    world = World()

    async def scenario() -> None:
        first = world.controller()
        task = asyncio.ensure_future(first.driver.roll_out("2", PLAN))
        await asyncio.sleep(15)
        first.faults.always = {"append"}
        with pytest.raises(CloudAnswerError):
            await task
        assert any("stable is back, but" in line for line in first.lasting)
        assert world.alias.routing == STABLE
        # Nobody could write down that it was; its lease ends by itself.
        with pytest.raises(LeaseHeldError, match="first"):
            await world.controller("second").driver.roll_out("2", PLAN)
        await asyncio.sleep(60)
        state = await world.controller("third").driver.roll_out("2", PLAN)
        assert state is not None and state.number == 2

    run(scenario())
    assert world.alias.routing == CANDIDATE


@pytest.mark.parametrize("latency", [0.05, 4.0])
def test_where_the_record_cannot_even_be_read_stable_is_put_back(latency: float) -> None:
    world = World(latency=latency)

    async def scenario() -> None:
        first = world.controller()
        task = asyncio.ensure_future(first.driver.roll_out("2", plan(10, seconds=500, metrics=[errors()])))
        await asyncio.sleep(100)
        assert world.alias.routing == Routing("1", "2", PLAN.steps[0].weight)
        first.faults.always = {"append", "read", "rollouts"}
        with pytest.raises(CloudAnswerError):
            await task

    run(scenario())
    assert world.alias.routing == STABLE


def test_a_lease_keeps_others_out_until_it_ends_or_its_process_is_dead() -> None:
    world = World()

    async def scenario() -> None:
        with pytest.raises(Crash):
            await world.controller("first", Faults({30: Fault.DIES_AFTER})).driver.roll_out("2", PLAN)
        for _ in range(2):
            with pytest.raises(LeaseHeldError, match=r"hello:live.*driven by first on host.*UTC"):
                await world.controller("second").driver.roll_out("2", PLAN)
            with pytest.raises(LeaseHeldError):
                await world.controller("second").driver.go_on()
        written = len(world.objects)
        await asyncio.sleep(61)
        state = await world.controller("second").driver.go_on()
        assert state.phase is Phase.SUCCEEDED and len(world.objects) > written

    run(scenario())


def test_a_controller_that_slept_past_its_lease_moves_nothing_any_more() -> None:
    world = World(latency=0.0)

    async def scenario() -> None:
        first = world.controller("first")
        task = asyncio.ensure_future(first.driver.roll_out("2", plan(10, 50, seconds=1000, metrics=[errors()])))
        await asyncio.sleep(30)
        asleep = asyncio.Event()
        usual = first.surroundings.sleep

        async def sleep(seconds: float) -> None:
            await asleep.wait()
            await usual(seconds)

        first.surroundings.sleep = sleep  # type: ignore[method-assign]
        await asyncio.sleep(100)
        second = world.controller("second")
        world.order(Command.ABORT)
        with pytest.raises(AbortedRolloutError):
            await second.driver.go_on()
        moves = len(world.alias.moves)
        asleep.set()
        with pytest.raises(LeaseHeldError, match="second"):
            await task
        assert len(world.alias.moves) == moves

    run(scenario())
    assert world.alias.routing == STABLE
    assert world.last().phase is Phase.ABORTED


@pytest.mark.parametrize("stopped", [False, True])
def test_who_slept_amid_a_measurement_does_not_put_back_what_others_promoted(stopped: bool) -> None:
    failing: list[bool] = []
    world = World(latency=0.0)
    world.backend.answers = lambda *asked: shares({"2": 0.9} if failing else {}).answers(*asked)

    async def scenario() -> None:
        faults = Faults()
        first = world.controller("first", faults, poll=1000.0)
        measured: list[str] = []

        def fall_asleep(name: str) -> None:
            measured.extend([name] * (name == "measure"))
            if len(measured) == 5:
                first.surroundings.fall_asleep(200)
                failing.append(True)

        faults.before = fall_asleep
        task = asyncio.ensure_future(first.driver.roll_out("2", plan(10, seconds=100, metrics=[errors()])))
        await asyncio.sleep(100)
        assert failing and not task.done()
        failing.clear()
        state = await world.controller("second").driver.roll_out("2", PLAN)
        assert state is not None and state.phase is Phase.SUCCEEDED
        failing.append(True)
        if stopped:
            first.surroundings.stop()
        with pytest.raises(OperationStoppedError if stopped else LeaseHeldError):
            await task

    run(scenario())
    assert world.alias.routing == CANDIDATE


def test_a_cloud_that_tells_late_where_the_alias_goes_is_asked_again() -> None:
    world = World()

    async def scenario() -> None:
        first = world.controller("first")
        task = asyncio.ensure_future(first.driver.roll_out("2", PLAN))
        await asyncio.sleep(5)
        first.surroundings.kill()
        with pytest.raises(Crash):
            await task
        world.dead.add("first")
        at = world.alias.routing
        assert at == Routing("1", "2", PLAN.steps[0].weight)
        looks: list[str] = []
        faults = Faults()

        def late(name: str) -> None:
            looks.extend([name] * (name == "alias"))
            world.alias.routing = STABLE if len(looks) < 2 else at
            if len(looks) >= 2:
                faults.before = None

        faults.before = late
        state = await world.controller("second", faults).driver.roll_out("2", PLAN)
        assert state is not None and (state.number, state.phase) == (1, Phase.SUCCEEDED)

    run(scenario())


def test_a_call_of_a_dead_controller_that_arrives_late_is_put_right() -> None:
    world = World()

    async def scenario() -> None:
        faults = Faults()
        first = world.controller("first", faults)

        def die_at_shift(name: str) -> None:
            if name == "route":
                raise Crash

        faults.before = die_at_shift
        with pytest.raises(Crash):
            await first.driver.roll_out("2", PLAN)
        world.dead.add("first")
        world.order(Command.ABORT)
        second = Faults()

        def arrive(name: str) -> None:
            state = world.last()
            if name == "append" and state.decided and world.alias.routing == STABLE and len(world.alias.moves) == 1:
                world.alias.move("first", Routing("1", "2", PLAN.steps[0].weight))

        second.before = arrive
        with pytest.raises(AbortedRolloutError):
            await world.controller("second", second).driver.go_on()

    run(scenario())
    assert [who for who, _ in world.alias.moves] == ["second", "first", "second"]
    assert world.alias.routing == STABLE
