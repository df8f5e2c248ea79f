"""The names of SCF's resources (API reference: CreateFunction, CreateAlias, PublishLayerVersion …)."""

from __future__ import annotations

import re

from yunfn.localcloud.tencent.scf.exceptions import InvalidValue
from yunfn.runtimes import SCF_LIMITS

_FUNCTION = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,58}[A-Za-z0-9]")
_LAYER = re.compile(r"[A-Za-z](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?")
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VERSION = re.compile(r"[1-9][0-9]{0,9}")


def check_namespace_name(name: str) -> None:
    """Raise InvalidParameterValue.Namespace unless ``name`` may name a namespace: the rule of functions' names."""
    if not _FUNCTION.fullmatch(name):
        raise InvalidValue(
            "Namespace", f"{name!r} must have 2-60 letters, digits, - and _, a letter first and no - or _ last"
        )


def check_function_name(namespace: str, name: str) -> None:
    """Raise InvalidParameterValue.FunctionName unless ``name`` may name a function of ``namespace``."""
    if not _FUNCTION.fullmatch(name):
        raise InvalidValue(
            "FunctionName", f"{name!r} must have 2-60 letters, digits, - and _, a letter first and no - or _ last"
        )
    if len(namespace) + len(name) > SCF_LIMITS.names_together:
        raise InvalidValue(
            "FunctionName", f"{name!r} and its namespace have more than {SCF_LIMITS.names_together} characters"
        )


def check_layer_name(name: str) -> None:
    """Raise InvalidParameterValue.LayerName unless ``name`` may name a layer."""
    if not _LAYER.fullmatch(name):
        raise InvalidValue(
            "LayerName", f"{name!r} must have 1-64 letters, digits, - and _, a letter first and no - or _ last"
        )


def check_alias_name(name: str) -> None:
    """Raise InvalidParameterValue.Name unless ``name`` may name an alias."""
    if not _ALIAS.fullmatch(name):
        raise InvalidValue("Name", f"{name!r} must have 1-64 letters, digits, - and _, a letter first")


def is_version(qualifier: str) -> bool:
    """Whether a qualifier is a version's number."""
    return _VERSION.fullmatch(qualifier) is not None
