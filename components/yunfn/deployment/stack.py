"""A stack's state, as the Pulumi CLI exports it: secrets stay encrypted."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

from yunfn.exceptions import MissingToolError, StackError

# Seconds; a large state from a far backend.
_TIMEOUT = 120


def export(stack: str) -> dict[str, Any]:
    """The state of ``stack`` of the project in the current folder.

    Raises:
        MissingToolError: there is no pulumi on PATH.
        StackError: the CLI refused, in its own words.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise MissingToolError("pulumi is not on PATH: install it (pulumi.com/docs/install), or run make engine")
    command = [pulumi, "stack", "export", "--stack", stack, "--non-interactive"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise StackError(f"stack {stack}: pulumi stack export did not answer in {_TIMEOUT} s") from None
    if done.returncode:
        raise StackError(f"stack {stack}: {(done.stderr or done.stdout).strip().removeprefix('error: ')}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
