"""The folder that a program of the tests runs in."""

from __future__ import annotations

from pathlib import Path

import pytest


def with_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in ``folder``, with ``code`` in it, which is answered; yunfn's cache is there too."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.chdir(folder)
    (folder / "code").mkdir()
    (folder / "code/index.py").write_text("def handler(event, context): ...\n")
    return folder / "code"
