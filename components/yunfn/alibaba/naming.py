"""Default names of cloud resources: the stack's name first, so that two stacks of one program never collide."""

from __future__ import annotations

import hashlib
import re

import pulumi

# Letters that RAM takes in the names of roles and of policies alike (RAM documentation, CreateRole, CreatePolicy).
_RAM = re.compile(r"[^A-Za-z0-9-]+")
_RAM_LENGTH = 64
_LOG = re.compile(r"[^a-z0-9-]+")
_LOG_LENGTH = 63


def default_name(name: str) -> str:
    """Answer ``<stack>-<name>``, for a resource the user gave no name of its own."""
    return f"{pulumi.get_stack()}-{name}"


def ram_name(name: str) -> str:
    """Answer ``<stack>-<name>`` in the letters and the length that RAM takes for a role or policy."""
    return _fitted(default_name(name), _RAM, _RAM_LENGTH)


def log_project_name(name: str, account: str) -> str:
    """Answer ``<stack>-<name>-<account>`` as SLS takes it: a project's name is unique among all users."""
    return _fitted(f"{default_name(name).lower()}-{account}", _LOG, _LOG_LENGTH)


def _fitted(text: str, refused: re.Pattern[str], length: int) -> str:
    """Replace refused letters and cut to length; a hash of the text keeps apart what would become equal."""
    fitted = refused.sub("-", text).strip("-")
    if fitted == text and len(text) <= length:
        return text
    return f"{fitted[: length - 9].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
