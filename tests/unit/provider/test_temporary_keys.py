"""Temporary keys whose end nobody told: a rollout says so, and begins; one that has nothing to shift says nothing."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from support.rollout_memory import MemoryAlias, MemoryLog, MemoryRouter, ScriptedHooks
from yunfn.provider.rollout import AliasRollouts
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.plan import Step
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

PLACE = AliasPlace("alibaba", "1", "r", "", "f", "live")


class Calm:
    """An operation that is not stopped."""

    name = "live"

    def __init__(self) -> None:
        self.warned: list[str] = []
        self.progress = SimpleNamespace(tell=lambda line: None)

    async def run(self, call: Callable[[], Any]) -> Any:
        return call()

    run_cut_short = finish = run

    async def sleep(self, seconds: float) -> None:
        """Time is short here."""

    def warn(self, line: str) -> None:
        self.warned.append(line)


@pytest.mark.parametrize(
    ("temporary", "candidate", "warnings"), [(True, "2", 1), (False, "2", 0), (True, "1", 0)], ids=str
)
async def test_it_warns_where_it_matters(temporary: bool, candidate: str, warnings: int) -> None:
    alias, operation = MemoryAlias(Routing("1")), Calm()
    connections: Any = SimpleNamespace(
        router=MemoryRouter(alias), log=MemoryLog(), hooks=ScriptedHooks(), backend=None, lines=lambda logs: None
    )
    rollouts = AliasRollouts(operation, PLACE, connections)  # type: ignore[arg-type]
    plan = Specification(bucket="b", steps=(Step(Routing("1").share("1") / 10, 0.0),))
    await rollouts.to(candidate, plan, ends=None, temporary=temporary)
    assert alias.routing == Routing(candidate)
    assert len(operation.warned) == warnings
    assert all(
        "live: the credentials are temporary, and nobody said when they end" in each for each in operation.warned
    )
