"""What Function Compute 3.0 takes: one rule per function, each raising ValidationError with property and rule.

Numbers come from ``runtimes.FC_LIMITS`` (FCD "limits"); rules on handlers and environment also from the
function-service rules that BingoInsight sets for every platform.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal

from yunfn.exceptions import ValidationError
from yunfn.runtimes import ALIBABA, FC_LIMITS, Runtime

#: The runtime of functions that bring a container image; it has no Python of its own.
CONTAINER = "custom-container"

_FUNCTION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
_ALIAS_NAME = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]{0,127}")
_HANDLER = re.compile(r"(?P<file>[A-Za-z_]\w*(/[A-Za-z_]\w*)*)\.(?P<function>[A-Za-z_]\w*)", re.ASCII)
_ENVIRONMENT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LAYER_ARN = re.compile(r"acs:fc:[a-z0-9-]+:[A-Za-z0-9]+:layers/[A-Za-z0-9_-]+/versions/[0-9]+")
_MODULE_FILES = ("{}.py", "{}/__init__.py", "{}.pyc", "{}.so")


def function_name(resource: str, property: str, value: str) -> None:
    """Check a function's, layer's or trigger's name (FCD "limits")."""
    if not _FUNCTION_NAME.fullmatch(value):
        rule = "1–128 letters, digits, '_' and '-', starting with a letter or '_'"
        raise ValidationError(resource, property, value, rule)


def alias_name(resource: str, value: str) -> None:
    """Check an alias's name (FCD "aliases")."""
    if not _ALIAS_NAME.fullmatch(value) or value == "LATEST":
        rule = "1–128 letters, digits, '_' and '-', not starting with a digit, and not LATEST"
        raise ValidationError(resource, "alias_name", value, rule)


def runtime(resource: str, value: str) -> Runtime | None:
    """Look the runtime up in the table; None for a container image."""
    if value == CONTAINER:
        return None
    if value not in ALIBABA:
        allowed = ", ".join([*ALIBABA, CONTAINER])
        raise ValidationError(resource, "runtime", value, f"one of {allowed}")
    return ALIBABA[value]


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


def environment_key(resource: str, key: str, kind: Runtime | None) -> None:
    """Check one key of the environment; what the platform or the runtime uses itself is refused."""
    if not isinstance(key, str) or not _ENVIRONMENT_KEY.fullmatch(key):
        rule = "keys start with a letter and hold only letters, digits and '_'"
        raise ValidationError(resource, "environment", key, rule)
    if key.startswith(FC_LIMITS.reserved_prefixes) or key in FC_LIMITS.reserved_keys:
        raise ValidationError(resource, "environment", key, "the key is reserved by Function Compute")
    if kind is not None and not kind.custom and key in FC_LIMITS.runtime_keys:
        raise ValidationError(resource, "environment", key, f"the key is set by the runtime {kind.name} itself")


def environment_size(resource: str, values: Mapping[str, str]) -> None:
    """Check that keys and values together fit (4 KB); no value is ever shown."""
    for key, value in values.items():
        if not isinstance(value, str):
            rule = f"values are text, this one is {type(value).__name__}"
            raise ValidationError(resource, "environment", key, rule)
    size = sum(len(key.encode()) + len(value.encode()) for key, value in values.items())
    if size > FC_LIMITS.environment_bytes:
        rule = f"keys and values hold at most {FC_LIMITS.environment_bytes} bytes in all"
        raise ValidationError(resource, "environment", f"{size} bytes", rule)


def within(resource: str, property: str, value: float, limits: tuple[float, float], unit: str) -> None:
    """Check a number against inclusive limits."""
    if isinstance(value, bool) or not limits[0] <= value <= limits[1]:
        raise ValidationError(resource, property, value, f"{limits[0]}–{limits[1]} {unit}")


def memory(resource: str, value: int) -> None:
    """Check memory in MB: range and step."""
    within(resource, "memory", value, FC_LIMITS.memory_mb, "MB")
    if value % FC_LIMITS.memory_step_mb:
        raise ValidationError(resource, "memory", value, f"steps of {FC_LIMITS.memory_step_mb} MB")


def cpu(resource: str, value: float) -> None:
    """Check vCPUs: range and step, by exact decimals."""
    within(resource, "cpu", value, FC_LIMITS.cpu, "vCPU")
    if Decimal(str(value)) % Decimal(str(FC_LIMITS.cpu_step)):
        raise ValidationError(resource, "cpu", value, f"steps of {FC_LIMITS.cpu_step} vCPU")


def cpu_and_memory(resource: str, vcpu: float, memory_mb: int) -> None:
    """Check the ratio of vCPU to memory in GB, 1:1 to 1:4."""
    low, high = (Decimal(str(ratio)).normalize() for ratio in FC_LIMITS.memory_gb_per_cpu)
    ratio = Decimal(memory_mb) / 1024 / Decimal(str(vcpu))
    if not low <= ratio <= high:
        rule = f"vCPU to memory in GB is 1:{low} to 1:{high}; {vcpu} vCPU with {memory_mb} MB is 1:{ratio:.2f}"
        raise ValidationError(resource, "cpu", vcpu, rule)


def disk(resource: str, value: int) -> None:
    """Check the size of the temporary disk in MB."""
    if value not in FC_LIMITS.disk_mb:
        raise ValidationError(resource, "disk", value, f"one of {', '.join(map(str, FC_LIMITS.disk_mb))} MB")


def layers(resource: str, count: int) -> None:
    """Check how many layers a function takes; each part of a split layer is one."""
    if count > FC_LIMITS.layers_per_function:
        rule = f"a function takes at most {FC_LIMITS.layers_per_function} layers"
        raise ValidationError(resource, "layers", f"{count} layers", rule)


def package_size(resource: str, property: str, size: int, limit_mb: int) -> None:
    """Check a zip's size in bytes against a limit in MB (FCD "limits": 500 from OSS; 100 in some regions)."""
    if size > limit_mb * 1024 * 1024:
        rule = f"the zip holds at most {limit_mb} MB"
        raise ValidationError(resource, property, f"{size / 1024 / 1024:.1f} MB", rule)


def layer_arn(resource: str, value: str) -> None:
    """Check the ARN of a layer version (FCD "layers")."""
    if not _LAYER_ARN.fullmatch(value):
        raise ValidationError(resource, "layers", value, "acs:fc:<region>:<account>:layers/<name>/versions/<number>")


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
