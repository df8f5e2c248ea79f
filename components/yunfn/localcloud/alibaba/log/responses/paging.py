"""Paging by ``offset`` and ``size``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.call import Call

T = TypeVar("T")
_LIMIT = 500


def page(call: Call, items: Sequence[T]) -> Sequence[T]:
    """The part of ``items`` that the call asks for; raises ParameterInvalid."""
    offset, size = number(call, "offset", 0), number(call, "size", 100)
    if offset < 0 or not 0 <= size <= _LIMIT:
        raise ParameterInvalid(f"offset must not be negative, size must be between 0 and {_LIMIT}")
    return items[offset : offset + size]


def number(call: Call, name: str, default: int) -> int:
    """A whole number of the query; raises ParameterInvalid."""
    text = call.param(name)
    try:
        return int(text) if text else default
    except ValueError:
        raise ParameterInvalid(f"{name} must be a number, not {text!r}") from None
