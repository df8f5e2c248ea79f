"""A person's orders to a rollout under way: abort, pause, resume, promote; gates, and the limit of waiting."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from support.rollout_memory import run, shares
from support.rollout_runs import World, errors, plan
from yunfn.exceptions import AbortedRolloutError, RolloutError
from yunfn.exceptions import RolloutFailedError as Failed
from yunfn.rollout.event import Cause, Command
from yunfn.rollout.hook import Gate
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

STABLE, CANDIDATE = Routing("1"), Routing("2")
TENTH = Routing("1", "2", Decimal("0.1"))


def _begin(world: World, specification: Specification, name: str = "first", candidate: str = "2") -> asyncio.Task:  # type: ignore[type-arg]
    return asyncio.ensure_future(world.controller(name).driver.roll_out(candidate, specification))


def test_an_abort_puts_stable_back_and_rejects_nothing() -> None:
    world = World()

    async def scenario() -> None:
        task = _begin(world, plan(10, 50))
        await asyncio.sleep(30)
        world.order(Command.ABORT)
        with pytest.raises(AbortedRolloutError, match="ann@desk ordered to put stable back"):
            await asyncio.wait_for(task, 5)
        assert world.alias.routing == STABLE
        assert (await _begin(world, plan(10))).number == 2

    run(scenario())
    assert world.alias.routing == CANDIDATE


def test_a_pause_holds_the_weight_until_it_is_resumed_and_the_step_is_measured_anew() -> None:
    world = World()

    async def scenario() -> None:
        task = _begin(world, plan(10, 50, metrics=[errors()]))
        await asyncio.sleep(45)
        world.order(Command.PAUSE)
        await asyncio.sleep(600)
        assert world.alias.routing == TENTH and world.last().phase is Phase.PAUSED
        before = len(world.last().measurements)
        world.order(Command.RESUME)
        await asyncio.sleep(4)
        state = world.last()
        assert state.phase is Phase.PROGRESSING and state.step_measurements == () and state.forgiven == before
        assert state.counted_since == state.measured_since
        await task

    run(scenario())
    assert world.alias.routing == CANDIDATE


def test_while_paused_a_failing_candidate_goes() -> None:
    failing: dict[str, float] = {}
    world = World()
    world.backend.answers = lambda *asked: shares(failing).answers(*asked)

    async def scenario() -> None:
        task = _begin(world, plan(10, 50, metrics=[errors()]))
        await asyncio.sleep(15)
        world.order(Command.PAUSE)
        await asyncio.sleep(60)
        failing["2"] = 0.9
        with pytest.raises(Failed):
            await task

    run(scenario())
    assert world.alias.routing == STABLE


def test_nobody_decides_within_the_limit() -> None:
    world = World()

    async def scenario() -> None:
        task = _begin(world, plan(10, gates=(Gate(Decimal(1)),), pause_limit=300))
        await asyncio.sleep(330)
        assert not task.done() and world.last().phase is Phase.WAITING_PROMOTION
        with pytest.raises(AbortedRolloutError, match="nobody decided within 300 s"):
            await asyncio.wait_for(task, 60)

    run(scenario())
    assert world.alias.routing == STABLE


def test_a_gate_waits_for_promote_and_resume_does_not_go_through() -> None:
    world = World()

    async def scenario() -> None:
        task = _begin(world, plan(10, 50, gates=(Gate(Decimal("0.2")), Gate(Decimal(1))), metrics=[errors()]))
        await asyncio.sleep(20)
        with pytest.raises(RolloutError, match="waits for nobody"):
            world.order(Command.PROMOTE)
        await asyncio.sleep(100)
        assert world.last().gate and world.alias.routing == TENTH
        with pytest.raises(RolloutError, match="goes through"):
            world.order(Command.RESUME)
        world.order(Command.PROMOTE)
        world.order(Command.PROMOTE)
        await asyncio.sleep(100)
        # The second order was for the same gate.
        assert world.last().gate and world.alias.routing == Routing("1", "2", Decimal("0.5"))
        world.order(Command.PROMOTE)
        assert (await task).phase is Phase.SUCCEEDED

    run(scenario())
    assert world.alias.routing == CANDIDATE


def test_while_a_gate_waits_a_failing_candidate_goes() -> None:
    failing: dict[str, float] = {}
    world = World()
    world.backend.answers = lambda *asked: shares(failing).answers(*asked)

    async def scenario() -> None:
        task = _begin(world, plan(10, gates=(Gate(Decimal(1)),), metrics=[errors()]))
        await asyncio.sleep(90)
        assert world.last().phase is Phase.WAITING_PROMOTION
        failing["2"] = 0.9
        with pytest.raises(Failed):
            await asyncio.wait_for(task, 30)

    run(scenario())


def test_a_gate_before_the_first_weight() -> None:
    world = World()

    async def scenario() -> None:
        task = _begin(world, plan(10, gates=(Gate(Decimal("0.01")),)))
        await asyncio.sleep(30)
        assert world.alias.routing == STABLE and world.last().phase is Phase.WAITING_PROMOTION
        world.order(Command.PROMOTE)
        await task

    run(scenario())
    assert world.alias.routing == CANDIDATE


def test_promote_ends_a_pause_in_the_candidates_favour() -> None:
    world = World(backend=shares({}, rate=0))

    async def scenario() -> None:
        task = _begin(world, plan(10, metrics=[errors()], patience=60))
        await asyncio.sleep(150)
        state = world.last()
        assert state.paused and state.paused.cause is Cause.NO_DATA and world.alias.routing == TENTH
        world.order(Command.PROMOTE, now=lambda: 1.0)
        state = await asyncio.wait_for(task, 10)
        assert "a person let it pass at 10 %" in state.reason

    run(scenario())
    assert world.alias.routing == CANDIDATE
