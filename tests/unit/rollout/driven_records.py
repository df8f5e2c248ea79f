"""Records that the controller itself wrote, in virtual time: a good candidate promoted, then a bad one rejected."""

from __future__ import annotations

import asyncio
from random import Random

from support.rollout_memory import run, shares
from support.rollout_runs import PLACE, World, errors, plan
from yunfn.exceptions import RolloutFailedError
from yunfn.rollout.event import Command
from yunfn.rollout.hook import FunctionCall, Gate, Moment
from yunfn.rollout.metric import Conditions, Measure, Metric, Probes
from yunfn.rollout.recorded import Recorded, all_recorded
from yunfn.rollout.report import AliasHistory

_SLOW = Metric(
    name="share of slow calls",
    measure=Measure.THROTTLES,
    source=Probes(events=("{}",)),
    rule=Conditions(success="<= 5 %", failure="> 60 %"),
    interval=15.0,
    dry_run=True,
)


def driven() -> tuple[Recorded, ...]:
    """Versions 2 (as good as 1) and 3 (one call in five fails), with a pause, a gate and a hook."""
    world = World(backend=shares({"1": 0.01, "2": 0.01, "3": 0.2}, random=Random(7)))
    hooks = (FunctionCall(name="smoke", moment=Moment.BEFORE),)
    promotion = plan(1, 5, 20, 50, seconds=300, metrics=[errors(), _SLOW], hooks=hooks, gates=(Gate(1),))

    async def people() -> None:
        for after, command in ((400, Command.PAUSE), (200, Command.RESUME), (1500, Command.PROMOTE)):
            await asyncio.sleep(after)
            world.order(command, now=world.controller().surroundings.now)

    async def scenario() -> None:
        person = asyncio.ensure_future(people())
        await world.controller().driver.roll_out("2", promotion)
        await person
        try:
            await world.controller().driver.roll_out("3", plan(10, 50, seconds=300, metrics=[errors(), _SLOW]))
        except RolloutFailedError:
            return
        raise AssertionError("one call in five fails, and nobody minds")

    run(scenario())
    return tuple(all_recorded(world.log))


def history() -> AliasHistory:
    """All of them."""
    return AliasHistory("live", PLACE, driven())
