"""What every component shares: what it refuses on purpose is told in its own words, without a traceback.

Pulumi's Python host prints an exception with all its frames unless it is a ``pulumi.RunError``. The tree of errors
knows no Pulumi, so an error becomes one as well on its way out of a component: it goes on being caught as what it is.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import pulumi

import yunfn
from yunfn.exceptions import YunfnError

P = ParamSpec("P")
T = TypeVar("T")
# Frames in these folders are not the user's program.
_NOT_THE_USERS = (str(Path(yunfn.__file__).parent), str(Path(pulumi.__file__).parent))


class Component(pulumi.ComponentResource):
    """A component whose refusals name the line of the program that declared it."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Let the subclass's ``__init__`` tell its errors."""
        super().__init_subclass__(**options)
        cls.__init__ = told(cls.__init__)  # type: ignore[method-assign]


def told(call: Callable[P, T]) -> Callable[P, T]:
    """Let the errors of yunfn that ``call`` raises be shown as they are, with the place in the user's program."""
    return _telling(call, _place)


def told_when_known(call: Callable[P, T]) -> Callable[P, T]:
    """As ``told``, for what runs when outputs come: the program's line is long past then."""
    return _telling(call, lambda: "")


def _telling(call: Callable[P, T], place: Callable[[], str]) -> Callable[P, T]:
    @functools.wraps(call)
    def telling(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            return call(*arguments, **named)
        except YunfnError as error:
            _show(error, place())
            raise

    return telling


def _place() -> str:
    """The file and line of the program that the call came from; "" where there is none."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((*_NOT_THE_USERS, "<")):
            inside = Path(file).is_relative_to(Path.cwd())
            return f"{Path(file).relative_to(Path.cwd()) if inside else file}:{frame.f_lineno}"
        frame = cast(Any, frame.f_back)
    return ""


def _show(error: YunfnError, place: str) -> None:
    """Make ``error`` one that Pulumi shows without frames, ``place`` before its text; once is enough."""
    kind = type(error)
    if isinstance(error, pulumi.RunError):
        return

    def text(self: YunfnError) -> str:
        said = kind.__str__(self)
        return f"{place}: {said}" if place else said

    error.__class__ = type(kind.__name__, (kind, pulumi.RunError), {"__str__": text, "__module__": kind.__module__})
