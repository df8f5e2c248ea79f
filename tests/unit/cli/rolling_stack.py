"""A stack whose aliases' records lie in memory, and the commands about rollouts run on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import click.testing
import pytest
from typer.testing import CliRunner

from support.rollout_memory import MemoryAlias, MemoryLog, MemoryRouter, ScriptedHooks, shares
from unit.deployment.test_rollouts import rolling_fc, rolling_scf, state
from yunfn.cli.application import application
from yunfn.cli.rollout.connecting import Clouds
from yunfn.deployment import RollingAlias
from yunfn.rollout.event import encode
from yunfn.rollout.metric import Metric
from yunfn.rollout.recorded import Recorded


class RollingStack:
    """The stack ``dev`` with the aliases ``live`` (Alibaba) and ``site-alias`` (Tencent), ``one`` of them or both."""

    def __init__(self, one: bool = True) -> None:
        self.exported: dict[str, Any] = state(rolling_fc(), *(() if one else (rolling_scf(),)))
        self.logs = {"live": MemoryLog(), "site-alias": MemoryLog()}
        self.aliases = {name: MemoryAlias(None) for name in self.logs}
        #: The share of calls that fail, by version.
        self.failing: dict[str, float] = {}
        self.opened: list[RollingAlias] = []

    def of(self, alias: RollingAlias) -> Any:
        """In the place of ``Clouds.of``."""
        self.opened.append(alias)
        return SimpleNamespace(
            log=self.logs[alias.name],
            router=MemoryRouter(self.aliases[alias.name]),
            hooks=ScriptedHooks(),
            lines=lambda logs: None,
            backend=self.backend,
        )

    def backend(self, metric: Metric) -> Any:
        """Figures of every metric."""
        return shares(self.failing)

    def hold(self, *recorded: Recorded, alias: str = "live") -> None:
        """Let the record hold these rollouts."""
        for each in recorded:
            for number, event in enumerate(each.events, 1):
                self.logs[alias].objects[each.number, number] = encode(event)

    def __call__(self, command: str, *arguments: str) -> click.testing.Result:
        """Run ``yunfn rollout``."""
        return CliRunner().invoke(application, ["rollout", command, *arguments, "--stack", "dev"])


@contextmanager
def in_place(stack: RollingStack) -> Iterator[RollingStack]:
    """Let the commands see this stack, and no Pulumi and no cloud."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("yunfn.cli.rollout.selection"), "export", lambda stack_name: stack.exported)
        patch.setattr(Clouds, "of", lambda clouds, alias: stack.of(alias))
        yield stack


def at(monkeypatch: pytest.MonkeyPatch, now: float, *commands: str) -> SimpleNamespace:
    """Let commands believe in that time; their pauses pass at once, and ``then`` of the clock is called in each."""
    clock = SimpleNamespace(now=now, then=lambda: None, pauses=0)

    def sleep(seconds: float) -> None:
        clock.now += seconds
        clock.pauses += 1
        assert clock.pauses < 1000, "it waits for ever"
        clock.then()

    for command in commands:
        module = import_module(f"yunfn.cli.rollout.{command}")
        monkeypatch.setattr(
            module, "time", SimpleNamespace(time=lambda: clock.now, monotonic=lambda: clock.now, sleep=sleep)
        )
    return clock
