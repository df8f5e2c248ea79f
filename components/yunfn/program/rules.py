"""Rules that no cloud sees differently, each raising ValidationError with property and rule.

Those on handlers and environment also from the function-service rules that BingoInsight sets for every platform.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal

from yunfn.exceptions import ValidationError

_HANDLER = re.compile(r"(?P<file>[A-Za-z_]\w*(/[A-Za-z_]\w*)*)\.(?P<function>[A-Za-z_]\w*)", re.ASCII)
_MODULE_FILES = ("{}.py", "{}/__init__.py", "{}.pyc", "{}.so")
_ENVIRONMENT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def handler(resource: str, property: str, value: str, paths: Collection[str] | None) -> None:
    """Check a Python handler, ``file.function`` with folders by '/', and that its file is in the package.

    ``paths`` are the package's files, or None where they are not known.
    """
    match = _HANDLER.fullmatch(value)
    if not match:
        rule = "a Python handler is file.function, such as index.handler or folder/index.handler"
        raise ValidationError(resource, property, value, rule)
    if paths is None:
        return
    file = match["file"]
    prefix, native = file + ".", (".so",)
    if any(form.format(file) in paths for form in _MODULE_FILES):
        return
    if any(path.startswith(prefix) and path.endswith(native) for path in paths):
        return
    raise ValidationError(resource, property, value, f"the code holds no file {file}.py")


def environment_letters(resource: str, key: str) -> None:
    """Check the letters of one key of the environment."""
    if not isinstance(key, str) or not _ENVIRONMENT_KEY.fullmatch(key):
        rule = "keys start with a letter and hold only letters, digits and '_'"
        raise ValidationError(resource, "environment", key, rule)


def environment_size(resource: str, values: Mapping[str, str], limit: int) -> None:
    """Check that keys and values together fit ``limit`` bytes; no value is ever shown."""
    for key, value in values.items():
        if not isinstance(value, str):
            rule = f"values are text, this one is {type(value).__name__}"
            raise ValidationError(resource, "environment", key, rule)
    size = sum(len(key.encode()) + len(value.encode()) for key, value in values.items())
    if size > limit:
        rule = f"keys and values hold at most {limit} bytes in all"
        raise ValidationError(resource, "environment", f"{size} bytes", rule)


def within(resource: str, property: str, value: float, limits: tuple[float, float], unit: str) -> None:
    """Check a number against inclusive limits."""
    if isinstance(value, str):
        # Settings of a stack are text: pulumi.Config has get_int and its like.
        raise ValidationError(resource, property, value, f"a number, not text: {limits[0]}–{limits[1]} {unit}")
    if isinstance(value, bool) or not limits[0] <= value <= limits[1]:
        raise ValidationError(resource, property, value, f"{limits[0]}–{limits[1]} {unit}")


def package_size(resource: str, property: str, size: int, limit_mb: int) -> None:
    """Check a zip's size in bytes against a limit in MB."""
    if size > limit_mb * 1024 * 1024:
        rule = f"the zip holds at most {limit_mb} MB"
        raise ValidationError(resource, property, f"{size / 1024 / 1024:.1f} MB", rule)


def layer_count(resource: str, count: int, limit: int) -> None:
    """Check how many layers a function takes; each part of a split layer is one."""
    if count > limit:
        raise ValidationError(resource, "layers", f"{count} layers", f"a function takes at most {limit} layers")


def layer_runtime(resource: str, layer: str, compatible: Collection[str], runtime: str) -> None:
    """Check that the function's runtime is one the layer says it is made for."""
    if runtime not in compatible:
        rule = f"runtime: {runtime} is not supported by the layer, made for {', '.join(compatible)}"
        raise ValidationError(resource, "layers", layer, rule)


def weight(resource: str, value: object) -> Decimal:
    """Answer the weight of the additional version as an exact decimal from 0 to 1."""
    rule = "a weight is a decimal from 0 to 1"
    if isinstance(value, bool):
        raise ValidationError(resource, "additional_weight", value, rule)
    try:
        exact = Decimal(str(value))
    except ArithmeticError as error:
        raise ValidationError(resource, "additional_weight", value, rule) from error
    if not (exact.is_finite() and 0 <= exact <= 1):
        raise ValidationError(resource, "additional_weight", value, rule)
    return exact


def mount_folder(resource: str, value: str, platform: Collection[str]) -> None:
    """Check where a file system appears: an absolute path outside of ``platform``, what the platform mounts itself."""
    parts = value.split("/")
    if not value.startswith("/") or "" in parts[1:] or ".." in parts or "." in parts:
        raise ValidationError(resource, "mounts.folder", value, "an absolute path such as /mnt/data")
    if parts[1] in platform:
        raise ValidationError(resource, "mounts.folder", value, f"/{parts[1]} is the platform's own")


def domain_name(resource: str, value: str) -> None:
    """Check a domain's name: no wildcard, in lower case (RFC 1035)."""
    if not _DOMAIN.fullmatch(value):
        raise ValidationError(resource, "domain_name", value, "a domain in lower case, such as www.example.com")
