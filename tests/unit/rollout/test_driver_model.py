"""Whatever comes together: runs, schedulers, persons, hands on the alias, kills, stops, clouds that refuse.

A state machine of hypothesis lets them happen in any order, in virtual time, with up to three controllers at once. At
no time do weights sum to anything but 1, is the alias moved by who may not, or does the record contradict the alias;
and at the end one undisturbed run brings everything to a good end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from support.rollout_memory import START, Crash, Fault, MemoryAlias, VirtualLoop, shares
from support.rollout_runs import Controller, World, errors, plan
from yunfn.exceptions import RejectedCandidateError, YunfnError
from yunfn.rollout import records
from yunfn.rollout.event import Command
from yunfn.rollout.hook import FunctionCall, Gate, Moment
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState

VERSIONS = ["1", "2", "3", "4"]
BAD = "3"
HOOKS = tuple(FunctionCall(name=str(moment), moment=moment) for moment in Moment)
JUDGED = {"seconds": 20.0, "metrics": [errors(minimum=5)], "pause_limit": 120.0}
PLANS: list[Specification] = [
    plan(10, 50, hooks=HOOKS, **JUDGED),
    plan(10, wait=0.0, **JUDGED),
    plan(20, wait=15.0, gates=(Gate(Decimal(1)),), **JUDGED),
    plan(),
]
HAND = "hand"


class Rollouts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.world = World(MemoryAlias(Routing("1"), guard=self._guard), backend=shares({BAD: 0.9}))
        self.running: dict[str, tuple[Controller, asyncio.Task[Any]]] = {}
        self.count = 0
        self.handled: dict[int, int] = {}

    def teardown(self) -> None:
        try:
            self._ends_well()
        finally:
            for _, task in self.running.values():
                task.cancel()
            self._await(asyncio.sleep(0))
            self.loop.close()

    @initialize(latency=st.sampled_from([0.0, 0.05, 2.0]), seed=st.integers(0, 1000))
    def begin(self, latency: float, seed: int) -> None:
        self.world.latency = latency
        self.world.random = Random(seed)

    @precondition(lambda self: len(self.running) < 3)
    @rule(candidate=st.sampled_from(VERSIONS), specification=st.sampled_from(PLANS))
    def up(self, candidate: str, specification: Specification) -> None:
        self._start(lambda controller: controller.driver.roll_out(candidate, specification))

    @precondition(lambda self: len(self.running) < 3)
    @rule(once=st.booleans())
    def drive(self, once: bool) -> None:
        self._start(lambda controller: controller.driver.go_on(once=once))

    @rule(seconds=st.sampled_from([0.01, 0.3, 1.0, 7.0, 20.0, 61.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        self._await(asyncio.sleep(seconds))

    @rule(command=st.sampled_from(list(Command)))
    def somebody_orders(self, command: Command) -> None:
        with contextlib.suppress(YunfnError):
            self.world.order(command, now=lambda: START + self.loop.time())

    @rule(main=st.sampled_from(VERSIONS), other=st.sampled_from(VERSIONS), weight=st.sampled_from([0, 10, 50]))
    def somebody_moves_the_alias(self, main: str, other: str, weight: int) -> None:
        share = Decimal(weight) / 100 if main != other else Decimal(0)
        self.world.alias.move(HAND, Routing(main, other, share) if share else Routing(main))

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 2), ahead=st.integers(0, 12), fault=st.sampled_from(list(Fault)))
    def a_call_will_fail(self, which: int, ahead: int, fault: Fault) -> None:
        controller, _ = self._pick(which)
        controller.faults.plan[len(controller.faults.calls) + ahead] = fault

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 2), name=st.sampled_from(["append", "route", "alias", "read"]), off=st.booleans())
    def the_cloud_refuses_one(self, which: int, name: str, off: bool) -> None:
        controller, _ = self._pick(which)
        controller.faults.always = set() if off else {name}

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 2))
    def one_is_stopped(self, which: int) -> None:
        self._pick(which)[0].surroundings.stop()

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 2), seconds=st.sampled_from([3.0, 40.0, 90.0]))
    def one_falls_asleep(self, which: int, seconds: float) -> None:
        async def fall_asleep() -> None:
            self._pick(which)[0].surroundings.fall_asleep(seconds)

        self._await(fall_asleep())

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 2), known=st.booleans())
    def one_is_killed(self, which: int, known: bool) -> None:
        controller, _ = self._pick(which)
        controller.surroundings.kill()
        if known:
            self.world.dead.update(name for name, (each, _) in self.running.items() if each is controller)

    @invariant()
    def the_record_does_not_contradict_the_alias(self) -> None:
        rollouts = records.states(self.world.log)
        assert all(each.ended for each in rollouts[:-1])
        routing, moves = self.world.alias.routing, self.world.alias.moves
        if not rollouts or (moves and moves[-1][0] == HAND):
            return
        state = rollouts[-1]
        if state.ended and state.phase is not Phase.CONTESTED:
            assert routing == state.routing, f"{state.phase}: {routing}, recorded {state.routing}"
        elif not state.ended:
            open_ = [state.shifting.routing, state.shifting.before] if state.shifting else []
            assert routing in [state.routing, Routing(state.stable), *open_]

    @invariant()
    def a_bad_version_is_promoted_by_persons_only(self) -> None:
        for state in records.states(self.world.log):
            if state.phase is Phase.SUCCEEDED and state.candidate == BAD and state.began.specification.metrics:
                assert any(each.command is Command.PROMOTE for each in state.orders)

    @invariant()
    def controllers_end_by_what_they_tell(self) -> None:
        for name, (_, task) in list(self.running.items()):
            if task.done():
                error = task.exception()
                del self.running[name]
                if error is not None and not isinstance(error, YunfnError | Crash):
                    raise error

    def _guard(self, who: str, routing: Routing) -> None:
        """Towards the candidate only the leaseholder moves, and what it announced."""
        if who == HAND:
            return
        state = records.last(self.world.log)
        assert state is not None
        if routing in {Routing(each.stable) for each in records.states(self.world.log)}:
            return
        assert state.ended is None, f"{who} moves the alias to {routing} after the end"
        assert state.shifting is not None and state.shifting.routing == routing
        assert state.lease is not None and state.lease.holder == who, f"{who} moves under {state.lease}"

    def _ends_well(self) -> None:
        """Nobody disturbs any more; the next run puts its version live, or says why not, and all is told."""
        for controller, _ in self.running.values():
            controller.surroundings.kill()
        self._await(asyncio.sleep(70))
        self.world.alias.guard = None
        candidate, specification = "4", plan(10, **{**JUDGED, "pause_limit": 10.0})
        last = self.world.controller("last")
        try:
            self._await(last.driver.roll_out(candidate, specification))
        except RejectedCandidateError:
            assert any(each.rejected and each.candidate == candidate for each in records.states(self.world.log))
            return
        except YunfnError:
            # What was found unfinished came to its own end: a pause of it, an alias that somebody moved.
            self._await(self.world.controller("very last").driver.roll_out(candidate, specification))
        assert self.world.alias.routing == Routing(candidate)
        assert all(each.ended for each in records.states(self.world.log))

    def _start(self, work: Callable[[Controller], Coroutine[Any, Any, RolloutState | None]]) -> None:
        self.count += 1
        name = f"controller {self.count}"

        async def begin() -> None:
            controller = self.world.controller(name)
            self.running[name] = controller, asyncio.ensure_future(work(controller))

        self._await(begin())

    def _pick(self, which: int) -> tuple[Controller, asyncio.Task[Any]]:
        return list(self.running.values())[which % len(self.running)]

    def _await(self, work: Coroutine[Any, Any, Any]) -> None:
        self.loop.run_until_complete(work)


Rollouts.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.timeout(300)
class TestRollouts(Rollouts.TestCase):  # type: ignore[misc, name-defined]
    pass
