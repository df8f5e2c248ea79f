"""The Pythons of runtimes that tests need: missing, a test says so and does not run; in CI it fails."""

from __future__ import annotations

import os

import pytest

from yunfn.pythons import Interpreter, installed_python


def require_python(version: str) -> Interpreter:
    """The Python of minor version ``version`` ("3.6") on this machine."""
    found = installed_python(version)
    if found is None:
        reason = f"Python {version} is not on this machine"
        if "CI" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    return found
