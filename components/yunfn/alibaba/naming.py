"""Default names in the letters that Alibaba Cloud takes."""

from __future__ import annotations

import re

from yunfn.program.naming import default_name, fitted

# Letters that RAM takes in the names of roles and of policies alike (RAM documentation, CreateRole, CreatePolicy).
_RAM = re.compile(r"[^A-Za-z0-9-]+")
_RAM_LENGTH = 64
_LOG = re.compile(r"[^a-z0-9-]+")
_LOG_LENGTH = 63


def ram_name(name: str) -> str:
    """Answer ``<stack>-<name>`` in the letters and the length that RAM takes for a role or policy."""
    return fitted(default_name(name), _RAM, _RAM_LENGTH)


def log_project_name(name: str, account: str) -> str:
    """Answer ``<stack>-<name>-<account>`` as SLS takes it: a project's name is unique among all users."""
    return fitted(f"{default_name(name).lower()}-{account}", _LOG, _LOG_LENGTH)
