"""Arguments are checked at once where they are known, and else before any resource takes them."""

from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from yunfn.alibaba import rules
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked, optional


def memory(value: int) -> None:
    rules.memory("f", value)


def resolved(value: Any) -> Any:
    """The value of an output made inside an event loop."""

    async def resolve() -> Any:
        return await pulumi.Output.from_input(value()).future()

    return asyncio.run(resolve())


def test_a_plain_value_is_checked_at_once() -> None:
    assert checked(256, memory) == 256
    with pytest.raises(ValidationError):
        checked(100, memory)


def test_an_output_is_checked_when_its_value_comes() -> None:
    assert resolved(lambda: checked(pulumi.Output.from_input(256), memory)) == 256
    with pytest.raises(ValidationError, match="f: memory=100"):
        resolved(lambda: checked(pulumi.Output.from_input(100), memory))


def test_an_awaitable_is_checked_when_its_value_comes() -> None:
    async def later(value: int) -> int:
        return value

    assert resolved(lambda: checked(later(256), memory)) == 256
    with pytest.raises(ValidationError, match="f: memory=100"):
        resolved(lambda: checked(later(100), memory))


def test_what_is_left_out_is_not_checked() -> None:
    assert optional(None, memory) is None
    with pytest.raises(ValidationError):
        optional(100, memory)
