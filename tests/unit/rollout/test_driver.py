"""Rollouts driven to each of their ends, in virtual time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.rollout_memory import run, shares
from support.rollout_runs import World, errors, plan
from yunfn.exceptions import (
    RejectedCandidateError,
    RolloutFailedError,
)
from yunfn.rollout.event import Command
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing


def test_a_good_candidate_becomes_main_with_no_weight_left() -> None:
    world = World()

    async def scenario() -> None:
        first = world.controller()
        state = await first.driver.roll_out("2", plan(5, 20, 50, metrics=[errors()]))
        assert state is not None
        assert state.phase is Phase.SUCCEEDED
        told = [line for line in first.lasting if line.startswith("step")]
        assert [line.partition(";")[0] for line in told] == [
            "step 1 of 3: 95 % to 1, 5 % to 2, 3 min left at least",
            "step 2 of 3: 80 % to 1, 20 % to 2, 2 min left at least",
            "step 3 of 3: 50 % to 1, 50 % to 2, 1 min left at least",
        ]
        # What the step before came to.
        assert [line.count("; errors: ") for line in told] == [0, 1, 1]

    run(scenario())
    assert world.alias.routing == Routing("2")
    assert [move.weight for _, move in world.alias.moves] == [Decimal("0.05"), Decimal("0.2"), Decimal("0.5"), 0]


def test_a_bad_candidate_is_put_back_by_the_next_call_and_remembered() -> None:
    world = World(backend=shares({"1": 0.01, "2": 0.2}))

    async def scenario() -> None:
        first = world.controller()
        with pytest.raises(RolloutFailedError, match="errors") as failed:
            await first.driver.roll_out("2", plan(5, 20, 50, metrics=[errors()]))
        assert "19.8 % of 202 calls failed" in str(failed.value)
        # The deciding measurement, the call that puts stable back, and only then what tells of both.
        assert first.faults.calls[-7:] == ["measure", "measure", "route", "append", "append", "append", "append"]
        again = world.controller("again")
        with pytest.raises(RejectedCandidateError, match="rejected by rollout 1"):
            await again.driver.roll_out("2", plan(5, metrics=[errors()]))
        world.order(Command.RETRY)
        world.backend = shares({})
        state = await world.controller("third").driver.roll_out("2", plan(5, metrics=[errors()]))
        assert state is not None and state.phase is Phase.SUCCEEDED

    run(scenario())
    assert world.alias.routing == Routing("2")
