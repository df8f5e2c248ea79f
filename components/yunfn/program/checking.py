"""Checking of arguments that may not be known yet: now where the value is here, else when it comes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

import pulumi

from yunfn.program.component import told_when_known

T = TypeVar("T")


def later(value: object) -> bool:
    """Whether ``value`` is known only later: an output or another awaitable."""
    return isinstance(value, pulumi.Output) or inspect.isawaitable(value)


def checked(value: pulumi.Input[T], check: Callable[[T], object]) -> pulumi.Input[T]:
    """Answer ``value`` after ``check`` let it pass; ``check`` raises ValidationError for what the cloud refuses.

    A plain value is checked at once, so that nothing is registered after an error. An output is checked when
    its value comes, still before any resource that takes it.
    """
    if not later(value):
        check(value)  # type: ignore[arg-type]
        return value

    @told_when_known
    def resolved(known: T) -> T:
        check(known)
        return known

    return pulumi.Output.from_input(value).apply(resolved)


def optional(value: pulumi.Input[T] | None, check: Callable[[T], object]) -> pulumi.Input[T] | None:
    """Like ``checked`` for an argument that may be left out."""
    return None if value is None else checked(value, check)
