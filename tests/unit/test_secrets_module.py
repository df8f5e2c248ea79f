"""The module that decrypts secrets inside functions, on every Python that they run in: one process for each."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import yunfn
from unit.test_wsgi import VERSIONS, python

CASES = Path(__file__).with_name("secrets_cases.py")
NAMES = sorted(re.findall(r"^def (case_\w+)", CASES.read_text(), re.MULTILINE))
SOURCE = Path(yunfn.__file__).with_name("secrets.py")


@pytest.mark.parametrize("version", VERSIONS)
def test_cases(version: str, tmp_path: Path) -> None:
    interpreter = python(version)
    if interpreter is None:
        pytest.skip(f"no Python {version} on PATH or in pyenv")
    shutil.copy(SOURCE, tmp_path / "yunfn_secrets.py")
    done = subprocess.run(
        [interpreter, "-I", str(CASES), str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == NAMES
    assert len(NAMES) >= 12


def test_it_needs_the_standard_library_alone() -> None:
    imported = set(re.findall(r"^(?:import|from) ([a-z0-9_]+)", SOURCE.read_text(), re.MULTILINE))
    assert imported <= {
        "base64", "hashlib", "hmac", "http", "json", "os", "random", "ssl", "threading", "time", "typing", "urllib",
        "uuid",
    }  # fmt: skip


def test_it_stands_in_for_itself_where_functions_are_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """As docs/secrets.md says: there is no package here that has it."""
    monkeypatch.setitem(sys.modules, "yunfn_secrets", importlib.import_module("yunfn.secrets"))
    monkeypatch.setenv("DB_PASSWORD", "test")
    told: dict[str, str] = {}
    exec("from yunfn_secrets import secret\nvalue = secret('DB_PASSWORD', None)", told)
    assert told["value"] == "test"
