"""Grants written as one line of text, as on a command line: ``oss.read(my-bucket, reports/)``.

Read by a grammar of its own, of names and texts only; nothing is ever evaluated as Python.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any, Final

import yunfn.access
from yunfn.access.statement import Grant
from yunfn.exceptions import ValidationError

_CALL: Final = re.compile(
    r"\s*(?P<service>[a-z][a-z0-9_]*)\.(?P<right>[a-z][a-z0-9_]*)\s*\((?P<rest>.*)\)\s*", re.DOTALL
)
# A quoted text holds no quote of its kind: no name of the clouds has one.
_ARGUMENT: Final = re.compile(
    r"""\s*(?:(?P<name>[a-z_][a-z0-9_]*)\s*=\s*)?(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s,()"'=]+))\s*"""
)
_PROPERTY: Final = "grant"
_EXAMPLE: Final = 'write it as oss.read(my-bucket, reports/) or oss.read("my-bucket", prefix="reports/")'


def read_grant(text: str) -> Grant:
    """The grant that one line says, such as ``cos.read("data-1250000000", "reports/")``.

    Raises:
        ValidationError: it is no such line, there is no such right, or a name is none of the cloud's.
    """
    found = _CALL.fullmatch(text)
    if found is None:
        raise ValidationError(
            "access", _PROPERTY, text, f"is not one right: {_EXAMPLE}; there are {', '.join(_rights())}"
        )
    kind = f"{found['service']}.{found['right']}"
    make = _rights().get(kind)
    if make is None:
        raise ValidationError("access", _PROPERTY, text, f"there is no right {kind}; there are {', '.join(_rights())}")
    texts, named = _arguments(text, found["rest"])
    signature = inspect.signature(make)
    try:
        bound = signature.bind(*texts, **named)
    except TypeError as error:
        shown = ", ".join(str(each).partition(":")[0] for each in signature.parameters.values())
        raise ValidationError("access", _PROPERTY, text, f"{error}: {kind}({shown})") from None
    for name, value in bound.arguments.items():
        if signature.parameters[name].annotation in (bool, "bool"):
            bound.arguments[name] = _truth(text, name, value)
    granted: Grant = make(*bound.args, **bound.kwargs)
    return granted


def _truth(text: str, name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise ValidationError("access", _PROPERTY, text, f"{name} is true or false")
    return value == "true"


def rights() -> tuple[str, ...]:
    """The names of all rights that may be written, such as ``oss.read``, in order."""
    return tuple(_rights())


@cache
def _rights() -> Mapping[str, Any]:
    """The public functions of ``yunfn.access``'s services that take names and make a grant."""
    found: dict[str, Any] = {}
    for service in sorted(yunfn.access.__all__):
        module = getattr(yunfn.access, service)
        if isinstance(module, ModuleType):
            found |= {f"{service}.{name}": make for name, make in vars(module).items() if _makes_grant(module, name)}
    return dict(sorted(found.items()))


def _makes_grant(module: ModuleType, name: str) -> bool:
    make = getattr(module, name)
    if name.startswith("_") or not inspect.isfunction(make) or not make.__module__.startswith(module.__name__):
        return False
    return inspect.signature(make).return_annotation in (Grant, "Grant")


def _arguments(text: str, rest: str) -> tuple[list[str], dict[str, str]]:
    texts: list[str] = []
    named: dict[str, str] = {}
    at = 0
    while rest.strip():
        found = _ARGUMENT.match(rest, at)
        if found is None or (found.end() < len(rest) and rest[found.end()] != ","):
            raise ValidationError("access", _PROPERTY, text, f"its arguments are not names with commas: {_EXAMPLE}")
        value = next(found[kind] for kind in ("double", "single", "bare") if found[kind] is not None)
        if found["name"] is None and named:
            raise ValidationError("access", _PROPERTY, text, "a name without 'word=' stands behind one that has it")
        if found["name"] is None:
            texts.append(value)
        elif found["name"] in named:
            raise ValidationError("access", _PROPERTY, text, f"{found['name']} stands twice")
        else:
            named[found["name"]] = value
        at = found.end() + 1
        if found.end() == len(rest):
            break
    return texts, named
