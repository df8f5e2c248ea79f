"""Calls at turns of a rollout: of a function or by HTTP; and gates, where a person decides."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import msgspec


class Moment(StrEnum):
    """When a hook is called."""

    #: Before the first weight: the candidate serves nobody yet.
    BEFORE = "before"
    #: At the end of each step, before the next.
    STEP = "step"
    #: After promotion; a failure is told and changes nothing.
    AFTER = "after"
    #: After stable was put back; likewise.
    ROLLBACK = "rollback"


class _Hook(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """``name`` is how it is told; it fails after ``timeout`` seconds, or if ``expect``, a regular expression, is not in
    the answer.
    """

    name: str
    moment: Moment
    timeout: float = 60.0
    expect: str = ""


class FunctionCall(_Hook, frozen=True, tag="function"):
    """A call of a function with an ``event``; a failing function is a failing hook.

    No ``function`` is the rolled out one; no ``qualifier`` then is the candidate, by its number.
    """

    function: str = ""
    namespace: str = ""
    qualifier: str = ""
    event: str = ""


class HttpCall(_Hook, frozen=True, tag="http"):
    """A call by HTTP, whose status must be one of ``statuses`` (any 2xx if empty).

    The body is a JSON object about the rollout unless ``body`` is given. ``headers_from`` names environment variables
    that hold values of headers: no secret stands in the record.
    """

    url: str
    method: str = "POST"
    headers: dict[str, str] = {}
    headers_from: dict[str, str] = {}
    body: str | None = None
    statuses: tuple[int, ...] = ()


Hook = FunctionCall | HttpCall


class Gate(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Nothing goes on to ``weight`` (0–1; 1 is promotion) before a person says ``yunfn rollout promote``."""

    weight: Decimal


class HookResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a hook came to: the beginning of its ``answer``, or why it failed; how many ``seconds`` it took."""

    passed: bool
    answer: str
    seconds: float


class HookCaller(Protocol):
    """Calls hooks; blocks. What goes wrong with the call is a result that did not pass."""

    def call(self, hook: Hook, facts: dict[str, str], cancelled: Callable[[], bool]) -> HookResult:
        """Call ``hook``; ``facts`` are stable, candidate, weight and moment, as texts."""
