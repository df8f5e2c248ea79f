"""What Function Compute 3.0 takes: one rule per function, each raising ValidationError with property and rule.

Numbers come from ``runtimes.FC_LIMITS`` (FCD "limits"). What every cloud refuses alike stands in
``yunfn.program.rules``.
"""

from __future__ import annotations

import re
from decimal import Decimal

from yunfn.exceptions import ValidationError
from yunfn.program.rules import environment_letters, within
from yunfn.runtimes import ALIBABA, FC_LIMITS, Runtime

#: The runtime of functions that bring a container image; it has no Python of its own.
CONTAINER = "custom-container"

_FUNCTION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
_ALIAS_NAME = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]{0,127}")
_LAYER_ARN = re.compile(r"acs:fc:[a-z0-9-]+:[A-Za-z0-9]+:layers/[A-Za-z0-9_-]+/versions/[0-9]+")


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


def environment_key(resource: str, key: str, kind: Runtime | None) -> None:
    """Check one key of the environment; what the platform or the runtime uses itself is refused."""
    environment_letters(resource, key)
    if key.startswith(FC_LIMITS.reserved_prefixes) or key in FC_LIMITS.reserved_keys:
        raise ValidationError(resource, "environment", key, "the key is reserved by Function Compute")
    if kind is not None and not kind.custom and key in FC_LIMITS.runtime_keys:
        raise ValidationError(resource, "environment", key, f"the key is set by the runtime {kind.name} itself")


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


def layer_arn(resource: str, value: str) -> None:
    """Check the ARN of a layer version (FCD "layers")."""
    if not _LAYER_ARN.fullmatch(value):
        raise ValidationError(resource, "layers", value, "acs:fc:<region>:<account>:layers/<name>/versions/<number>")
