"""Locked requirements are installed once per lock and runtime."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from yunfn.exceptions import MissingToolError, PackagingError
from yunfn.packaging import install_tree
from yunfn.runtimes import ALIBABA

RUNTIME = ALIBABA["python3.10"]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock on one wheel that lies beside it, so that no index is asked."""
    wheel = tmp_path / "hello-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as out:
        out.writestr("hello.py", "WORLD = 1\n")
        out.writestr("hello-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: hello\nVersion: 1.0\n")
        out.writestr("hello-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        out.writestr("hello-1.0.dist-info/RECORD", "")
    file = tmp_path / "requirements.lock"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    file.write_text(f"hello @ {wheel.as_uri()} --hash=sha256:{digest}\n")
    return file


def test_a_lock_is_installed_once(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = install_tree(lock, RUNTIME, offline=True, cache=tmp_path / "trees")
    assert (tree / "hello.py").read_text() == "WORLD = 1\n"
    monkeypatch.setattr("yunfn.packaging.installed_tree._uv", lambda: pytest.fail("asked uv again"))
    assert install_tree(lock, RUNTIME, offline=True, cache=tmp_path / "trees") == tree
    with pytest.raises(pytest.fail.Exception, match="asked uv again"):
        install_tree(lock, ALIBABA["python3.12"], offline=True, cache=tmp_path / "trees")


def test_a_wheel_with_other_bytes_is_refused(lock: Path, tmp_path: Path) -> None:
    lock.write_text(lock.read_text()[:-5] + "0000\n")
    with pytest.raises(PackagingError, match=r"cannot be installed for python3\.10: .*[Hh]ash"):
        install_tree(lock, RUNTIME, offline=True, cache=tmp_path / "trees")
    assert list((tmp_path / "trees").iterdir()) == []


def test_offline_without_the_package_names_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "requirements.lock"
    file.write_text(f"no-such-package-of-yunfn==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(PackagingError, match="no-such-package-of-yunfn"):
        install_tree(file, RUNTIME, offline=True, cache=tmp_path / "trees")


def test_no_lock_no_uv_no_python(lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PackagingError, match="cannot be read: No such file"):
        install_tree(tmp_path / "none.lock", RUNTIME, cache=tmp_path / "trees")
    with pytest.raises(PackagingError, match=r"custom\.debian10 has no Python"):
        install_tree(lock, ALIBABA["custom.debian10"], cache=tmp_path / "trees")
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin/python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="uv is not on PATH"):
        install_tree(lock, RUNTIME, cache=tmp_path / "trees")
