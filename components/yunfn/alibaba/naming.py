"""Default names of cloud resources: the stack's name first, so that two stacks of one program never collide."""

from __future__ import annotations

import pulumi


def default_name(name: str) -> str:
    """Answer ``<stack>-<name>``, for a resource the user gave no name of its own."""
    return f"{pulumi.get_stack()}-{name}"
