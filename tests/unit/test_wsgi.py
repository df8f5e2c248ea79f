"""The WSGI adapter, on every Python that functions run: each case in a process of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

import yunfn

CASES = Path(__file__).with_name("wsgi_cases.py")
NAMES = re.findall(r"^def (case_\w+)", CASES.read_text(), re.MULTILINE)
VERSIONS = ("3.6", "3.10", "3.12", "3.13")


@cache
def python(version: str) -> str | None:
    """The interpreter of this version on PATH or in pyenv."""
    pyenv = sorted((Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python{version}"))
    for candidate in [shutil.which(f"python{version}"), *map(str, pyenv)]:
        if candidate and subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the adapter under the name it has in a function's package."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copy(Path(yunfn.__file__).with_name("wsgi.py"), folder / "yunfn_wsgi.py")
    return folder


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", NAMES)
def test_case(case: str, version: str, package: Path) -> None:
    interpreter = python(version)
    if interpreter is None:
        pytest.skip(f"no Python {version} on PATH or in pyenv")
    command = [interpreter, "-I", str(CASES), str(package), case]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", ""), done.stderr


def test_the_cases_are_found() -> None:
    assert len(NAMES) >= 15
