"""Default names in the letters that Tencent Cloud takes."""

from __future__ import annotations

import re

from yunfn.program.naming import default_name, fitted
from yunfn.runtimes import SCF_LIMITS

_LETTERS = re.compile(r"[^A-Za-z0-9_-]+")
# CAM documentation, CreateRole and CreatePolicy: 128 letters, of which these are the ones that both take.
_CAM_LENGTH = 128


def cam_name(name: str) -> str:
    """Answer ``<stack>-<name>`` in the letters and the length that CAM takes for a role or policy."""
    return fitted(default_name(name), _LETTERS, _CAM_LENGTH)


def scf_name(name: str) -> str:
    """Answer ``<stack>-<name>`` in the letters and the length that SCF takes for functions and layers."""
    return fitted(default_name(name), _LETTERS, SCF_LIMITS.function_name)


def namespace_name(name: str) -> str:
    """Answer ``<stack>-<name>`` as SCF takes it for a namespace, with room for the longest function's name."""
    return fitted(default_name(name), _LETTERS, SCF_LIMITS.names_together - SCF_LIMITS.function_name)
