"""What figures and hooks do to a rollout: pauses that end by themselves or not, limits, dry runs, stable."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from support.rollout_memory import ScriptedHooks, run, shares
from support.rollout_runs import World, errors, plan
from yunfn.exceptions import CloudAnswerError
from yunfn.exceptions import RolloutFailedError as Failed
from yunfn.rollout.event import Cause
from yunfn.rollout.hook import FunctionCall, Moment
from yunfn.rollout.metric import Conditions, Reading
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

STABLE, CANDIDATE = Routing("1"), Routing("2")
TENTH = Routing("1", "2", Decimal("0.1"))


def _begin(world: World, specification: Specification, name: str = "first", candidate: str = "2") -> asyncio.Task:  # type: ignore[type-arg]
    return asyncio.ensure_future(world.controller(name).driver.roll_out(candidate, specification))


@pytest.mark.parametrize("cause", [Cause.NO_DATA, Cause.SOURCE])
def test_a_pause_for_want_of_figures_ends_when_they_come(cause: Cause) -> None:
    silent = [True]
    world = World()

    def answer(version: str, since: float, until: float) -> Reading | None:
        if silent and cause is Cause.SOURCE:
            raise CloudAnswerError("the source is down")
        return None if silent else Reading(2000, 0)

    world.backend.answers = answer

    async def scenario() -> None:
        task = _begin(world, plan(10, metrics=[errors()], patience=30))
        await asyncio.sleep(300)
        state = world.last()
        assert state.paused and state.paused.cause is cause
        silent.clear()
        assert (await asyncio.wait_for(task, 60)).phase is Phase.SUCCEEDED

    run(scenario())


@pytest.mark.parametrize(
    ("answers", "rule", "cause"),
    [
        (Reading(100, 30), Conditions(success="< 0.1", failure="> 0.5"), Cause.INCONCLUSIVE),
        (Reading(100, 90), Conditions(failure="> 0.5"), Cause.STABLE_UNHEALTHY),
    ],
    ids=["inconclusive", "stable unhealthy"],
)
def test_it_pauses_and_stays(answers: Reading, rule: Conditions, cause: Cause) -> None:
    world = World()
    world.backend.answers = lambda *asked: answers

    async def scenario() -> None:
        task = _begin(world, plan(10, metrics=[errors(rule)]))
        await asyncio.sleep(600)
        state = world.last()
        assert state.paused and state.paused.cause is cause, state
        assert world.alias.routing == TENTH
        if cause is Cause.STABLE_UNHEALTHY:
            assert "1, which is stable, does no better" in state.reason
        task.cancel()

    run(scenario())


def test_a_stable_version_that_fails_less_is_gone_back_to() -> None:
    world = World()
    world.backend.answers = lambda version, since, until: Reading(100, 90 if version == "2" else 60)

    async def scenario() -> None:
        with pytest.raises(Failed):
            await _begin(world, plan(10, metrics=[errors(Conditions(failure="> 0.5"))]))

    run(scenario())
    assert world.alias.routing == STABLE


def test_what_a_dry_run_finds_decides_nothing() -> None:
    world = World(backend=shares({"2": 0.9}))

    async def scenario() -> None:
        state = await _begin(world, plan(10, metrics=[errors(dry_run=True)]))
        assert state.phase is Phase.SUCCEEDED
        assert {each.outcome for each in state.measurements} == {"failure"}

    run(scenario())


def test_a_failure_limit_is_how_many_failures_may_be() -> None:
    answers = iter([90, 0, 90, 0, 0, 0, 0, 0])
    world = World()
    world.backend.answers = lambda *asked: Reading(100, next(answers, 0))

    async def scenario(limit: int) -> None:
        rule = Conditions(failure="> 0.5")
        await _begin(world, plan(10, metrics=[errors(rule, failure_limit=limit, window=10.0)]))

    run(scenario(2))
    assert world.last().phase is Phase.SUCCEEDED
    assert sum(each.outcome == "failure" for each in world.last().measurements) == 2


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.STEP])
def test_a_hook_that_does_not_pass_rejects(moment: Moment) -> None:
    world = World(hooks=ScriptedHooks({"bad"}))
    moments = {"warm": Moment.BEFORE, "ask": Moment.STEP, "back": Moment.ROLLBACK, "done": Moment.AFTER}
    hooks = [FunctionCall(name=name, moment=at) for name, at in moments.items()]
    hooks.append(FunctionCall(name="bad", moment=moment))

    async def scenario() -> None:
        first = world.controller()
        with pytest.raises(Failed, match="hook bad did not pass: it said no"):
            await first.driver.roll_out("2", plan(10, hooks=tuple(hooks)))
        if moment is Moment.STEP:
            # What told of it is written after stable serves.
            assert first.faults.calls[-6:] == ["route", *["append"] * 5]

    run(scenario())
    assert world.alias.routing == STABLE
    called = [name for name, _ in world.hooks.called]
    # Nothing is rolled back of what never served.
    assert called == (["warm", "bad"] if moment is Moment.BEFORE else ["warm", "ask", "bad", "back"])
    assert len(world.alias.moves) == (0 if moment is Moment.BEFORE else 2)


@pytest.mark.parametrize("bad", [False, True])
def test_hooks_after_the_end_change_nothing(bad: bool) -> None:
    names = {"after", "rollback"}
    world = World(hooks=ScriptedHooks(names), backend=shares({"2": 0.9 if bad else 0.0}))
    hooks = (FunctionCall(name="after", moment=Moment.AFTER), FunctionCall(name="rollback", moment=Moment.ROLLBACK))

    async def scenario() -> None:
        await _begin(world, plan(10, metrics=[errors()], hooks=hooks))

    if bad:
        with pytest.raises(Failed):
            run(scenario())
    else:
        run(scenario())
    name, facts = world.hooks.called[0]
    assert (name, facts["moment"], facts["stable"], facts["candidate"]) == (
        ("rollback", "rollback", "1", "2") if bad else ("after", "after", "1", "2")
    )
    assert world.last().phase is (Phase.FAILED if bad else Phase.SUCCEEDED)
