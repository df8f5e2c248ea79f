"""``yunfn plugin``: where the plugin is, and that an installed copy runs by the Python that installed it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import yunfn
from support.pulumi_cli import PLUGIN
from yunfn import __version__
from yunfn.cli.application import application
from yunfn.exceptions import MissingToolError

RUNNER = CliRunner()
# Notes its arguments and keeps what it was told to install.
_PULUMI = """#!/bin/sh
printf '%s\\n' "$@" > "$NOTED/arguments"
while [ $# -gt 0 ]; do [ "$1" = --file ] && cp "$2" "$NOTED/installed"; shift; done
exit "${PULUMI_ENDS:-0}"
"""


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "pulumi").write_text(_PULUMI)
    (folder / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("NOTED", str(tmp_path))
    return tmp_path


def _first_line(plugin: Path, folder: Path, **environment: str) -> str:
    """What ``plugin`` says first, started in ``folder``: the port that it serves at."""
    with subprocess.Popen(
        [plugin, "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **environment},
    ) as running:
        assert running.stdout is not None
        try:
            return running.stdout.readline().strip()
        finally:
            running.kill()


def test_the_path_is_the_executables_folder() -> None:
    assert RUNNER.invoke(application, ["plugin", "path"]).stdout.strip() == str(PLUGIN)
    said = json.loads(RUNNER.invoke(application, ["plugin", "path", "--json"]).stdout)
    assert said == {"name": "yunfn", "version": __version__, "path": str(PLUGIN)}
    assert os.access(PLUGIN / "pulumi-resource-yunfn", os.X_OK)


def test_an_installed_copy_runs_by_the_python_that_installed_it(noted: Path) -> None:
    done = RUNNER.invoke(application, ["plugin", "install", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"name": "yunfn", "version": __version__, "python": sys.executable}
    words = (noted / "arguments").read_text().split()
    assert words[:5] == ["plugin", "install", "resource", "yunfn", __version__]
    # Nothing else leads to a Python that has yunfn: neither PATH, nor a virtual environment, nor the copy's folder.
    assert _first_line(noted / "installed", noted).isdigit()


def test_what_pulumi_refuses_is_passed_on(noted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_ENDS", "3")
    assert isinstance(RUNNER.invoke(application, ["plugin", "install"]).exception, MissingToolError)
    (noted / "bin" / "pulumi").unlink()
    error = RUNNER.invoke(application, ["plugin", "install"]).exception
    assert "pulumi is not on PATH" in str(error)


def test_a_python_without_yunfn_is_said(tmp_path: Path) -> None:
    copy = tmp_path / "pulumi-resource-yunfn"
    copy.write_text((PLUGIN / "pulumi-resource-yunfn").read_text())
    copy.chmod(0o755)
    done = subprocess.run([copy, "127.0.0.1:1"], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 1
    assert "no Python here has yunfn" in done.stderr
    assert "YUNFN_PYTHON" in done.stderr


def test_a_module_of_the_project_is_never_taken_for_one_of_the_plugins(tmp_path: Path) -> None:
    for name in ("grpc", "yunfn", "pulumi"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(f'the project was imported: {__file__}')\n")
    assert _first_line(PLUGIN / "pulumi-resource-yunfn", tmp_path, YUNFN_PYTHON=sys.executable).isdigit()


def test_the_wheel_holds_the_executable_with_its_mode() -> None:
    """Hatchling keeps modes; the file must stand under the package and be executable for that."""
    folder = Path(yunfn.__file__).parent
    assert (folder / "provider" / "bin" / "pulumi-resource-yunfn").stat().st_mode & 0o111 == 0o111
