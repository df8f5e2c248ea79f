"""Default names of cloud resources: the stack's name first, so that two stacks of one program never collide."""

from __future__ import annotations

import hashlib
import re

import pulumi


def default_name(name: str) -> str:
    """Answer ``<stack>-<name>``, for a resource the user gave no name of its own."""
    return f"{pulumi.get_stack()}-{name}"


def fitted(text: str, refused: re.Pattern[str], length: int) -> str:
    """Replace refused letters and cut to length; a hash of the text keeps apart what would become equal."""
    found = refused.sub("-", text).strip("-")
    if found == text and len(text) <= length:
        return text
    return f"{found[: length - 9].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
