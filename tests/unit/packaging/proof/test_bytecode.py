"""Compiled files are told by their magic number, which the real Pythons of this machine confirm."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.packaging.proof import Finding
from yunfn.packaging.proof.bytecode import MAGIC_NUMBERS, magic_python
from yunfn.pythons import Interpreter, installed_python

from .conftest import rules

Findings = Callable[..., list[Finding]]
Find = Callable[[str], Interpreter]


def compiled_by(python: Interpreter, folder: Path) -> bytes:
    (folder / "module.py").write_text("answer = 42\n")
    command = [str(python.executable), "-c", "import py_compile; py_compile.compile('module.py', 'out.pyc')"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return (folder / "out.pyc").read_bytes()


@pytest.mark.parametrize("version", sorted(MAGIC_NUMBERS))
def test_the_table_is_that_of_the_real_python(python_of: Find, version: str) -> None:
    code = "import importlib.util as u; print(int.from_bytes(u.MAGIC_NUMBER[:2], 'little'))"
    done = subprocess.run(
        [str(python_of(version).executable), "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) == MAGIC_NUMBERS[version]


def test_the_running_pythons_are_not_all_missing() -> None:
    """Else the test above could be skipped throughout."""
    assert any(installed_python(version) for version in MAGIC_NUMBERS)


def test_its_own_bytecode_is_let_through(findings: Findings, python_of: Find, tmp_path: Path) -> None:
    content = compiled_by(python_of("3.10"), tmp_path)
    files = {"python/module.pyc": content, "python/__pycache__/module.cpython-310.pyc": content}
    assert findings(files, "alibaba:python3.10") == []


def test_another_pythons_is_refused_wherever_it_stands(findings: Findings, python_of: Find, tmp_path: Path) -> None:
    content = compiled_by(python_of("3.8"), tmp_path)
    files = {"python/module.pyc": content, "python/__pycache__/module.cpython-310.pyc": content, "python/a.py": b""}
    found = findings(files, "alibaba:python3.10")
    assert rules(found) == ["bytecode-magic", "bytecode-magic"]
    cached, sourceless = found
    assert "was compiled by Python 3.8" in cached.message
    assert "never reads it" in cached.message
    assert "bad magic number" in sourceless.message


def test_bytecode_that_is_none(findings: Findings) -> None:
    files = {"python/a.pyc": b"", "python/b.pyc": b"print('hello')\n", "python/a.py": b""}
    found = findings(files, "alibaba:python3.10")
    assert [(f.path, f.rule) for f in found] == [("python/a.pyc", "bytecode-magic"), ("python/b.pyc", "bytecode-magic")]
    assert "cut short" in found[0].message
    assert "no compiled file" in found[1].message


def test_an_unknown_number_is_named() -> None:
    assert magic_python((9999).to_bytes(2, "little") + b"\r\n") == "another Python (magic number 9999)"
