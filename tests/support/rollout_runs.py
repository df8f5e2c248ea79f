"""Rollouts in memory for tests: what is usual in them, and a world in which controllers, persons and the cloud meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from support.rollout_memory import (
    Faults,
    MemoryAlias,
    MemoryLog,
    MemoryRouter,
    MemorySurroundings,
    ScriptedBackend,
    ScriptedHooks,
    shares,
)
from yunfn.rollout import records
from yunfn.rollout.driver import Driver
from yunfn.rollout.event import AliasPlace, Command, Leased
from yunfn.rollout.holder import Holder
from yunfn.rollout.metric import Comparison, Measure, Metric, Probes, Rule
from yunfn.rollout.plan import steps
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState

PLACE = AliasPlace("alibaba", "1", "cn-hangzhou", "", "hello", "live")


def errors(rule: Rule | None = None, **changes: Any) -> Metric:
    """The error rate every 10 s, at most 10 calls' minimum."""
    usual: dict[str, Any] = {"interval": 10.0, "minimum": 10}
    return Metric(
        name="errors", measure=Measure.ERRORS, source=Probes(events=("{}",)), rule=rule or Comparison(),
        **(usual | changes),
    )  # fmt: skip


def plan(*percents: int, seconds: float = 60.0, metrics: Sequence[Metric] = (), **changes: Any) -> Specification:
    """Steps of ``percents``, each for ``seconds``."""
    return Specification(
        bucket="b", steps=steps([Decimal(each) for each in percents], seconds), metrics=tuple(metrics), **changes
    )


@dataclass
class World:
    """One alias with its record; controllers come and go."""

    alias: MemoryAlias = field(default_factory=lambda: MemoryAlias(Routing("1")))
    objects: dict[tuple[int, int], bytes] = field(default_factory=dict)
    backend: ScriptedBackend = field(default_factory=lambda: shares({}))
    hooks: ScriptedHooks = field(default_factory=ScriptedHooks)
    dead: set[str] = field(default_factory=set)
    random: Random = field(default_factory=lambda: Random(0))
    latency: float = 0.05

    @property
    def log(self) -> MemoryLog:
        """The record without faults, for who looks or orders."""
        return MemoryLog(objects=self.objects)

    def last(self) -> RolloutState:
        """The last rollout."""
        state = records.last(self.log)
        assert state is not None
        return state

    def order(self, command: Command, now: Callable[[], float] = lambda: 0.0) -> None:
        """A person's command."""
        records.order(self.log, command, "ann@desk", now=now)

    def controller(self, name: str = "first", faults: Faults | None = None, **changes: Any) -> Controller:
        """A process that drives. Must be called in the running loop."""
        faults = faults or Faults()
        surroundings = MemorySurroundings(self.latency, self.random)
        driver = Driver(
            PLACE,
            MemoryRouter(self.alias, faults, name),
            MemoryLog(faults, self.objects),
            lambda metric: ScriptedBackend(self.backend.answers, self.backend.late, faults),
            self.hooks,
            surroundings,
            changes.pop("lines", None),
            holder=Holder(name, "host", 1, "0"),
            dead=self._is_dead,
            pause=lambda seconds: None,
            **changes,
        )
        return Controller(driver, surroundings, faults)

    def _is_dead(self, lease: Leased) -> bool:
        return lease.holder in self.dead


@dataclass
class Controller:
    """A process with a driver."""

    driver: Driver
    surroundings: MemorySurroundings
    faults: Faults

    @property
    def lasting(self) -> list[str]:
        """The lines that a CI's log keeps."""
        return [line for kept, line in self.surroundings.lines if kept]
