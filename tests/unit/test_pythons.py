"""Finding the runtimes' true Pythons: who counts, in which order, and what is said where there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from yunfn import pythons
from yunfn.exceptions import PythonNotFoundError
from yunfn.pythons import find_custom_python, find_python, installed_python, missing_pythons

PYENV = pythons._pyenv_versions()
OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A machine with nothing on PATH, no pyenv and no uv; the folder of its PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.setattr(pythons, "_uv", lambda: None)
    find_python.cache_clear()
    find_custom_python.cache_clear()
    installed_python.cache_clear()
    yield folder
    find_python.cache_clear()
    installed_python.cache_clear()
    find_custom_python.cache_clear()


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("version", ["3.6", "3.10", "3.12"])
def test_the_minor_version_is_the_one_asked_for(version: str) -> None:
    found = find_python(version)
    said = subprocess.run([found.executable, "-V"], capture_output=True, text=True, check=True).stdout
    assert said == f"Python {found.full}\n" and found.full.startswith(f"{version}.")
    assert all(found.executable.is_relative_to(prefix) for prefix in found.prefixes)
    assert any(path.name == "site-packages" for path in found.packages)


def test_a_program_on_path_counts_only_by_what_it_says_when_run(elsewhere: Path, tmp_path: Path) -> None:
    script(elsewhere / f"python{OWN}", f"echo 'pyenv: python{OWN}: command not found' >&2; exit 127")
    true = script(tmp_path / f"pyenv/versions/{OWN}.1/bin/python{OWN}", f'exec {sys.executable} "$@"')
    assert find_python(OWN).full == sys.version.split()[0]
    true.unlink()
    find_python.cache_clear()
    with pytest.raises(PythonNotFoundError):
        find_python(OWN)


def test_another_version_under_the_right_name_is_not_taken(elsewhere: Path) -> None:
    script(elsewhere / "python3.6", f'exec {sys.executable} "$@"')
    with pytest.raises(PythonNotFoundError):
        find_python("3.6")


def test_pyenvs_shims_are_not_even_run(elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shims = tmp_path / "pyenv" / "shims"
    ran = tmp_path / "ran"
    script(shims / f"python{OWN}", f"touch {ran}")
    monkeypatch.setenv("PATH", f"{shims}:{elsewhere}")
    script(elsewhere / "python3", f'exec {sys.executable} "$@"')
    assert find_python(OWN).version == OWN and not ran.exists()


def test_uvs_store_is_looked_into_and_uv_fetches(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / f"uv/cpython-{OWN}.9-linux-x86_64-gnu/bin/python{OWN}"
    mkdir, cp = shutil.which("mkdir", path="/usr/bin:/bin"), shutil.which("cp", path="/usr/bin:/bin")
    prepared = script(tmp_path / "prepared", f'exec {sys.executable} "$@"')
    uv = script(
        tmp_path / "uv-itself",
        f'[ "$*" = "python install {OWN}" ] && {mkdir} -p {place.parent} && {cp} {prepared} {place}',
    )
    with pytest.raises(PythonNotFoundError, match="uv, which could fetch it, is not here"):
        find_python(OWN)
    monkeypatch.setattr(pythons, "_uv", lambda: str(uv))
    assert find_python(OWN).version == OWN
    assert place.exists()


def test_what_is_missing_is_named_with_where_and_how(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = script(tmp_path / "uv-itself", "echo 'error: No download found for cpython-3.6' >&2; exit 2")
    monkeypatch.setattr(pythons, "_uv", lambda: str(uv))
    [sentence] = missing_pythons(["python3", "custom.debian10"])
    for words in (
        "Python 3.6 is not on this machine", "python3.6 on PATH", str(tmp_path / "pyenv"), str(tmp_path / "uv"),
        "uv could not fetch it: error: No download found for cpython-3.6", "pyenv install 3.6",
    ):  # fmt: skip
        assert words in sentence
    assert missing_pythons(["custom"]) == []
    assert missing_pythons(["alibaba:custom+python3.6"]) == [sentence]  # as a layer's target says it
    assert missing_pythons(["Python3.6"]) == [sentence]  # as Tencent Cloud names it
    assert missing_pythons(["tencent:Python3.6", "alibaba:python3"]) == [sentence]


def test_an_unknown_runtime_is_a_mistake() -> None:
    for unknown in ("python9", "python3+python3.7"):
        with pytest.raises(KeyError):
            missing_pythons([unknown])


def test_what_is_only_looked_for_is_not_fetched(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    uv = script(tmp_path / "uv-itself", f"echo > {ran}")
    monkeypatch.setattr(pythons, "_uv", lambda: str(uv))
    assert installed_python("3.6") is None and not ran.exists()
    with pytest.raises(PythonNotFoundError):
        find_python("3.6")
    assert ran.exists()


def test_the_answer_is_kept(elsewhere: Path) -> None:
    path = script(elsewhere / f"python{OWN}", f'exec {sys.executable} "$@"')
    found = find_python(OWN)
    path.unlink()
    assert find_python(OWN) is found


def test_programs_of_custom_runtimes_get_the_newest(elsewhere: Path) -> None:
    assert find_custom_python() is None
    find_custom_python.cache_clear()
    for version in ("3.6", "3.10", "3.12"):
        [executable] = sorted(PYENV.glob(f"{version}.*/bin/python{version}"))[:1] or [None]
        if executable is None:
            pytest.skip(f"Python {version} is not in pyenv here")
        script(elsewhere / f"python{version}", f'exec {executable} "$@"')
    found_python = find_custom_python()
    assert found_python is not None and found_python.version == "3.12"


@pytest.mark.parametrize(
    ("runtimes", "code", "said"), [(["python3.10", "custom"], 0, ""), (["python3"], 1, "Python 3.6")]
)
def test_it_runs_before_anything_is_installed(tmp_path: Path, runtimes: list[str], code: int, said: str) -> None:
    components = str(Path(__file__).parents[2] / "components")
    pyenv = tmp_path if code else PYENV.parent
    environment = {
        "PYTHONPATH": components,
        "PATH": "",
        "PYENV_ROOT": str(pyenv),
        "UV_PYTHON_INSTALL_DIR": str(tmp_path),
    }
    # Without the site module none of yunfn's dependencies can be imported; so far from home uv is not found either.
    command = [find_python(OWN).executable, "-S", "-m", "yunfn.localcloud.runner", *runtimes]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(said) and bool(done.stderr) == bool(said)
