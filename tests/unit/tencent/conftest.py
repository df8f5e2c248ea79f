"""What every program of these tests finds: code beside it, and a cache of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.program_folder import with_code


@pytest.fixture(autouse=True)
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with code, beside which the program runs; the cache is the test's own."""
    return with_code(tmp_path, monkeypatch)
