"""Fixtures of the engine's tests."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from unit.engine.checkout import Checkout

ENGINE = Path(__file__).resolve().parents[3] / "engine"
sys.path.insert(0, str(ENGINE))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    shutil.copytree(ENGINE, made.engine, ignore=shutil.ignore_patterns("__pycache__"))
    made.programs.mkdir()
    (tmp_path / "user").mkdir()
    script = Path(__file__).with_name("fake_go.py").read_text()
    go = made.programs / "go"
    go.write_text(f"#!{sys.executable} -IS\n{script}")
    go.chmod(0o755)
    made.set("version", "1.26.8")
    exec_script = made.programs / "module" / "python" / "cmd" / "pulumi-language-python-exec"
    exec_script.parent.mkdir(parents=True)
    exec_script.write_text("#!/usr/bin/env python3\n")
    return made
