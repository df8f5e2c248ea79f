"""What Serverless Cloud Function takes: one rule per function, each raising ValidationError with property and rule.

Numbers come from ``runtimes.SCF_LIMITS`` (SCFD "limits"). What every cloud refuses alike stands in
``yunfn.program.rules``.
"""

from __future__ import annotations

import re

from yunfn.exceptions import ValidationError
from yunfn.program.rules import environment_letters, within
from yunfn.runtimes import SCF_LIMITS, TENCENT, Runtime

#: The runtime of functions that bring a container image; it has no Python of its own.
CONTAINER = "CustomImage"
#: The alias that every function has and that is called by whoever names none.
DEFAULT = "$DEFAULT"
#: Code and configuration that were never published.
LATEST = "$LATEST"

_FUNCTION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]")
_NAMESPACE = re.compile(r"[A-Za-z]([A-Za-z0-9_-]{0,58}[A-Za-z0-9])?")
_LAYER_NAME = re.compile(r"[A-Za-z]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")
_ALIAS_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_TRIGGER_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_LAYER_VERSION = re.compile(r"(?P<name>[A-Za-z]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?):(?P<version>[1-9][0-9]*)")


def function_name(resource: str, value: str) -> None:
    """Check a function's name (SCFD "CreateFunction")."""
    if not _FUNCTION_NAME.fullmatch(value):
        rule = "2–60 letters, digits, '_' and '-', starting with a letter, ending with a letter or digit"
        raise ValidationError(resource, "function_name", value, rule)


def namespace_name(resource: str, value: str) -> None:
    """Check a namespace's name (SCFD "limits", "CreateNamespace")."""
    if not _NAMESPACE.fullmatch(value):
        rule = "1–60 letters, digits, '_' and '-', starting with a letter, ending with a letter or digit"
        raise ValidationError(resource, "namespace", value, rule)


def names_together(resource: str, namespace: str, function: str) -> None:
    """Check that the names of namespace and function together are not too long (SCFD "limits")."""
    if len(namespace) + len(function) > SCF_LIMITS.names_together:
        rule = f"with its namespace {namespace!r} at most {SCF_LIMITS.names_together} letters together"
        raise ValidationError(resource, "function_name", function, rule)


def layer_name(resource: str, value: str) -> None:
    """Check a layer's name (SCFD "PublishLayerVersion")."""
    if not _LAYER_NAME.fullmatch(value):
        rule = "1–64 letters, digits, '_' and '-', starting with a letter, ending with a letter or digit"
        raise ValidationError(resource, "layer_name", value, rule)


def layer_version(resource: str, value: str) -> tuple[str, int]:
    """Answer name and number of a layer version written as ``<layer name>:<version>``."""
    match = _LAYER_VERSION.fullmatch(value)
    if not match:
        raise ValidationError(resource, "layers", value, "<layer name>:<version>, such as packages:3")
    return match["name"], int(match["version"])


def alias_name(resource: str, value: str) -> None:
    """Check an alias's name (SCFD "CreateAlias"); ``$DEFAULT`` is there already and is taken as it is."""
    if value != DEFAULT and not _ALIAS_NAME.fullmatch(value):
        rule = f"1–64 letters, digits, '_' and '-', starting with a letter, or {DEFAULT}"
        raise ValidationError(resource, "alias_name", value, rule)


def trigger_name(resource: str, value: str) -> None:
    """Check a trigger's name (SCFD "CreateTrigger")."""
    if not _TRIGGER_NAME.fullmatch(value):
        raise ValidationError(resource, "trigger_name", value, "1–100 letters, digits, '_' and '-'")


def runtime(resource: str, value: str) -> Runtime | None:
    """Look the runtime up in the table; None for a container image."""
    if value == CONTAINER:
        return None
    if value not in TENCENT:
        raise ValidationError(resource, "runtime", value, f"one of {', '.join([*TENCENT, CONTAINER])}")
    return TENCENT[value]


def environment_key(resource: str, key: str) -> None:
    """Check one key of the environment; what the platform uses itself is refused."""
    environment_letters(resource, key)
    if key.startswith(SCF_LIMITS.reserved_prefixes):
        raise ValidationError(resource, "environment", key, "the key is reserved by Serverless Cloud Function")


def memory(resource: str, value: int) -> None:
    """Check memory in MB: 64, or range and step."""
    if value == SCF_LIMITS.memory_least_mb and not isinstance(value, bool):
        return
    within(resource, "memory", value, SCF_LIMITS.memory_mb, "MB (or 64)")
    if value % SCF_LIMITS.memory_step_mb:
        raise ValidationError(resource, "memory", value, f"steps of {SCF_LIMITS.memory_step_mb} MB")


def description(resource: str, value: str) -> None:
    """Check the length of a description (SCFD "CreateFunction")."""
    if len(value) > SCF_LIMITS.description:
        rule = f"at most {SCF_LIMITS.description} characters"
        raise ValidationError(resource, "description", f"{len(value)} characters", rule)
