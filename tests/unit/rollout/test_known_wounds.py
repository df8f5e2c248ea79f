"""What canary tools of Function Compute get wrong today, each shown not to be so here.

Seen in Serverless Devs' canary plugin: it never promotes, its next run starts from a stale base, ten steps of 10 % are
eleven of which the last weighs 0.9999999, no figure is looked at and nothing rolled back, and a killed process leaves
the alias half shifted for good.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.rollout_memory import Crash, Fault, Faults, run, shares
from support.rollout_runs import World, errors, plan
from yunfn.exceptions import RolloutFailedError
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import linear
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

TENTHS = Specification(bucket="b", steps=linear(Decimal(10), 10))


def _roll_out(world: World, candidate: str, specification: Specification = TENTHS, faults: Faults | None = None) -> str:
    async def scenario() -> str:
        state = await world.controller(candidate, faults).driver.roll_out(candidate, specification)
        assert state is not None and state.phase is Phase.SUCCEEDED
        return state.stable

    return run(scenario())


def test_the_candidate_is_promoted_and_no_weight_is_left() -> None:
    world = World()
    _roll_out(world, "2")
    assert world.alias.routing == Routing("2")


def test_each_run_starts_from_the_alias_as_it_is() -> None:
    world = World()
    _roll_out(world, "2")
    assert _roll_out(world, "3") == "2"
    world.alias.routing = Routing("7")
    assert _roll_out(world, "4") == "7"


def test_steps_of_ten_percent_are_nine_exact_ones_and_the_promotion() -> None:
    world = World()
    _roll_out(world, "2")
    weights = [routing.weight for _, routing in world.alias.moves]
    assert weights == [*(Decimal(tenths) / 10 for tenths in range(1, 10)), 0]
    # In floats the sum of nine tenths is 0.8999999999999999.
    assert [str(weight) for weight in weights[:9]] == [f"0.{tenths}" for tenths in range(1, 10)]


def test_a_bad_version_is_seen_and_rolled_back() -> None:
    world = World(backend=shares({"2": 0.2}))
    with pytest.raises(RolloutFailedError):
        _roll_out(world, "2", plan(5, 20, metrics=[errors()]))
    assert world.alias.routing == Routing("1")


def test_what_a_killed_process_left_half_shifted_the_next_run_finishes() -> None:
    world = World()
    with pytest.raises(Crash):
        _roll_out(world, "2", faults=Faults({40: Fault.DIES_AFTER}))
    assert world.alias.routing is not None and world.alias.routing.weight
    world.dead.add("2")

    async def next_run() -> None:
        await world.controller("next").driver.roll_out("2", TENTHS)

    run(next_run())
    assert world.alias.routing == Routing("2")
