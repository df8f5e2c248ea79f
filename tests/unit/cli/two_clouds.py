"""Both clouds as the commands about deployed functions see them: they answer what a test says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import click.testing
import pytest
from typer.testing import CliRunner

from unit.deployment.states_of_stacks import fc_alias, fc_function, scf_alias, scf_function, state
from yunfn.cli.application import application
from yunfn.deployment import CallResult, CallState, DeployedFunction, DeploymentState, FunctionStatus, LogLine
from yunfn.exceptions import YunfnError

LOG = {"project": "p", "logstore": "l"}
CALLER = (fc_function("caller", logConfig=LOG), fc_alias("caller", "live"))
SPEAKER = (scf_function("speaker", clsTopicId="t"), scf_alias("speaker", "$DEFAULT"))
DEPLOYED = FunctionStatus(DeploymentState.DEPLOYED, "", (("live", "3"),))


class TwoClouds:
    """A stack's state, and answers by function; the last of several is given for good."""

    def __init__(self) -> None:
        self.exported: dict[str, Any] = state(*CALLER)
        self.refusal: YunfnError | None = None
        self.states: dict[str, list[FunctionStatus]] = {}
        self.answer = CallResult("r-1", CallState.SUCCEEDED, '{"a": 1}', "", 12.5)
        self.results: dict[str, list[CallResult]] = {}
        self.looks: dict[str, list[list[LogLine]]] = {}
        #: What was asked, in order.
        self.opened: list[str] = []
        self.invoked: list[tuple[str, str, bytes, bool]] = []
        self.read: list[tuple[str, datetime, datetime, str | None]] = []

    def open(self, function: DeployedFunction) -> TwoClouds:
        """In the place of ``backend_for``."""
        self.opened.append(function.name)
        if self.refusal is not None:
            raise self.refusal
        return self

    def status(self, function: DeployedFunction) -> FunctionStatus:
        """See Backend."""
        return _next(self.states.get(function.name, [DEPLOYED]))

    def invoke(self, function: DeployedFunction, qualifier: str, event: bytes, *, wait: bool) -> CallResult:
        """See Backend."""
        self.invoked.append((function.name, qualifier, event, wait))
        return self.answer

    def result(self, function: DeployedFunction, request_id: str) -> CallResult | None:
        """See Backend."""
        known = self.results.get(function.name, [])
        return _next(known) if any(each.request_id == request_id for each in known) else None

    def keeps_logs(self, function: DeployedFunction) -> bool:
        """See Backend."""
        return bool(function.log)

    def late(self, function: DeployedFunction) -> timedelta:
        """See Backend."""
        return timedelta(seconds=30)

    def logs(
        self, function: DeployedFunction, since: datetime, until: datetime, request_id: str | None
    ) -> Iterable[LogLine]:
        """See Backend."""
        self.read.append((function.name, since, until, request_id))
        return _next(self.looks.get(function.name, [[]]))


def _next(answers: list[Any]) -> Any:
    return answers.pop(0) if len(answers) > 1 else answers[0]


class Pauses(SimpleNamespace):
    """In the place of ``time`` in a command: pauses pass at once, and the ``last`` one ends as Ctrl-C does."""

    def __init__(self, last: int = 1000) -> None:
        super().__init__()
        self.now = 0.0
        self.left = last

    def sleep(self, seconds: float) -> None:
        """Let so much time pass; raises KeyboardInterrupt when it was the last."""
        self.now += seconds
        self.left -= 1
        if self.left <= 0:
            raise KeyboardInterrupt

    def monotonic(self) -> float:
        """Seconds."""
        return self.now


def in_place(clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands see these clouds, and no Pulumi."""
    selection, status = (import_module(f"yunfn.cli.deployed.{name}") for name in ("selection", "status"))
    for module in (selection, status):
        monkeypatch.setattr(module, "export", lambda stack: clouds.exported)
    monkeypatch.setattr(selection, "backend_for", clouds.open)


def pausing(command: str, monkeypatch: pytest.MonkeyPatch, last: int = 1000) -> Pauses:
    """Let a command's pauses pass at once; answers its clock."""
    clock = Pauses(last)
    monkeypatch.setattr(import_module(f"yunfn.cli.deployed.{command}"), "time", clock)
    return clock


def yunfn(*arguments: str, stdin: bytes | str = "") -> click.testing.Result:
    """A command on the stack ``dev``."""
    return CliRunner().invoke(application, [*arguments, "--stack", "dev"], input=stdin)
