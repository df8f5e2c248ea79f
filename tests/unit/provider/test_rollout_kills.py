"""A plugin that dies before or in any call of a rollout, on both clouds: the next run finishes what it left.

What a death in one call leaves, after the cloud carried it out and before the plugin heard of it, is what a death
before the next call leaves: so that both are tried by one run for each call, and one more that dies before the first.
The plugin runs in this process, so its death is played: from one call on nothing of it reaches the cloud any more, and
for those who come later its process is another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from unittest import mock

import pytest

from support.rolled_alias import BAD, GOOD, RolledAlias, probes
from support.scf_plugin import ScfPlugin, urn_of
from yunfn.exceptions import RejectedCandidateError, RolloutError, RolloutFailedError
from yunfn.provider.operations import Operations
from yunfn.provider.properties import Properties
from yunfn.provider.rate_limit import RateLimits
from yunfn.provider.resources import all_resources
from yunfn.provider.session import Sessions
from yunfn.rollout import holder
from yunfn.rollout.connections import Connections
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification

T = TypeVar("T")
pytestmark = [
    pytest.mark.usefixtures("quick_retries"),
    pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning"),
]
#: The calls that it may die in, and none of them; more than any rollout here makes.
CALLS = range(-1, 80)


class Killed(BaseException):
    """kill -9: what runs after it reaches nothing."""


class Death:
    """Lets the calls through until the one with number ``at``: that is carried out, and not heard of."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.made = 0
        self.dead = False
        self._lock = threading.Lock()

    def around(self, call: Callable[[], T]) -> T:
        with self._lock:
            number, self.made = self.made, self.made + 1
            self.dead = self.dead or number >= self.at
            if number > self.at:
                raise Killed
        answer = call()
        if number == self.at:
            raise Killed
        return answer


class _Mortal:
    """Stands in for a router or a log: every call of it may be the last."""

    def __init__(self, target: Any, death: Death) -> None:
        self._target, self._death = target, death

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)

        def call(*arguments: Any, **named: Any) -> Any:
            return self._death.around(lambda: method(*arguments, **named))

        return call


class Plugin:
    """The plugin's runs of one alias, each with operations and sessions of its own, as processes have."""

    def __init__(self, alias: RolledAlias) -> None:
        self.alias = alias
        self.life = 0

    def dies(self, death: Death, version: str, specification: Specification) -> bool:
        """A run that dies; whether it did."""
        router, log = Connections.router.fget, Connections.log.fget  # type: ignore[attr-defined]
        with (
            mock.patch.object(Connections, "router", property(lambda self: _Mortal(router(self), death))),
            mock.patch.object(Connections, "log", property(lambda self: _Mortal(log(self), death))),
            contextlib.suppress(Killed, RolloutError),
        ):
            self.up(version, specification)
        self.life += 1
        return death.dead

    def up(self, version: str, specification: Specification) -> None:
        """A run that lives; raises as the resource does."""
        resources = {each.declaration.token: each for each in all_resources(Sessions(Properties({})))}
        resource = resources[self.alias.token]
        old = Properties(self.alias.inputs("1", specification))
        new = Properties(self.alias.inputs(version, specification))

        async def run() -> None:
            operations = Operations(RateLimits(1000))
            await operations.perform(
                urn_of(self.alias.token), "update", None, lambda each: resource.update(each, self.alias.id, old, new)
            )

        with mock.patch.object(holder, "_started", lambda process: f"life {self.life}"):
            asyncio.run(run())


@pytest.fixture(params=["fc", "scf"])
def plugin(scf: ScfPlugin, request: pytest.FixtureRequest) -> Iterator[Plugin]:
    alias = RolledAlias(scf.cloud, request.param)
    scf.create(alias.token, alias.inputs("1", None))
    yield Plugin(alias)
    alias.remove()


def _fresh(plugin: Plugin) -> RolledAlias:
    """The same function's alias on version 1, its record emptied."""
    plugin.alias = plugin.alias.again()
    plugin.alias.move(Routing("1"))
    return plugin.alias


@pytest.mark.parametrize(("expect", "serves", "phase"), [(GOOD, "2", Phase.SUCCEEDED), (BAD, "1", Phase.FAILED)])
def test_whenever_it_dies_the_next_run_finishes(plugin: Plugin, expect: str, serves: str, phase: Phase) -> None:
    tried = 0
    for number in CALLS:
        alias = _fresh(plugin)
        plan = alias.specification("0.1", "0.5", seconds=0.05, metrics=(probes(expect, interval=0.05, calls=2),))
        if not plugin.dies(Death(number), "2", plan):
            break
        tried += 1

        midway, state = alias.routing(), alias.state()
        assert midway is not None
        if midway not in (Routing("1"), Routing("2")):
            assert state is not None, number
            assert state.ended is None
        try:
            plugin.up("2", plan)
        except (RolloutFailedError, RejectedCandidateError):
            assert serves == "1"
        assert alias.routing() == Routing(serves), number
        state = alias.state()
        assert state is not None
        assert state.phase is phase
        assert all(each.ended for each in alias.states())
    assert 8 < tried < len(CALLS)
