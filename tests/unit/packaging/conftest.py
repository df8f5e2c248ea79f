"""What all tests of packaging share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def compilers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for the whole run, as making the compiler's libraries takes seconds; each is made under a lock."""
    base = tmp_path_factory.getbasetemp()
    # Below the folder of all of pytest-xdist's workers, where there are some.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "compilers"
    folder.mkdir(exist_ok=True)
    return folder
