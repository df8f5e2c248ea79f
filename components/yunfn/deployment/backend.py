"""What is asked of a cloud about deployed functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from yunfn.deployment.functions import DeployedFunction
from yunfn.deployment.states import CallState, DeploymentState


@dataclass(frozen=True, slots=True)
class FunctionStatus:
    """A function's state; ``reason`` in the cloud's words where it is not deployed; the versions by alias."""

    state: DeploymentState
    reason: str = ""
    aliases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CallResult:
    """What became of a call: ``value`` is what the function returned, as text; ``error`` why it failed."""

    request_id: str
    state: CallState
    value: str | None = None
    error: str = ""
    duration_ms: float | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a function printed: when, which function, in which call ("" where it cannot be told)."""

    time: datetime
    function: str
    request_id: str
    message: str


class Backend(Protocol):
    """One cloud's answers; every method raises CloudAnswerError where the cloud refuses."""

    def status(self, function: DeployedFunction) -> FunctionStatus:
        """What the function is now."""

    def invoke(self, function: DeployedFunction, qualifier: str, event: bytes, *, wait: bool) -> CallResult:
        """Call it; without ``wait`` only queue the call."""

    def result(self, function: DeployedFunction, request_id: str) -> CallResult | None:
        """What became of a call, None if this function had none of that id, or is gone."""

    def keeps_logs(self, function: DeployedFunction) -> bool:
        """Whether what the function prints is kept anywhere."""

    def late(self, function: DeployedFunction) -> timedelta:
        """How long after its time a line of the function may still appear."""

    def logs(
        self, function: DeployedFunction, since: datetime, until: datetime, request_id: str | None
    ) -> Iterable[LogLine]:  # fmt: skip
        """The lines from ``since`` up to ``until``, in order of time; only those of one call if it is named."""
