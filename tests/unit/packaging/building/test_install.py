"""Installing: the locked packages and nothing else, each by its hash, built wheels among them."""

from __future__ import annotations

import importlib
import os
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from yunfn.exceptions import BuildError, ResolutionError
from yunfn.packaging.building import WheelBuilder, install
from yunfn.packaging.definition.model import LockedPackage
from yunfn.packaging.target import Target
from yunfn.pythons import find_python

# The package exports a function of the same name.
install_module = importlib.import_module("yunfn.packaging.building.install")
SIX = LockedPackage("six", "1.15.0", ("sha256:8b74bedcbbbaca38ff6d7491d76f2b06b3592611af620f8426e82dddb04a5ced",))
BUILT = LockedPackage("probe", "1.0", (f"sha256:{'0' * 64}",), sdist=True)


def test_wheels_of_the_index_and_built_ones_are_installed_together(
    builder: WheelBuilder, make_sdist: Callable[..., Path], fc36: Target, tmp_path: Path
) -> None:
    wheel = builder.wheel(make_sdist(), "probe", "1.0", fc36)
    place = tmp_path / "a folder with spaces"
    wheel = wheel.rename(place.mkdir() or place / wheel.name)
    install([SIX, BUILT], {"probe": wheel}, fc36, tmp_path / "tree")
    code = "import sys; sys.path.insert(0, sys.argv[1]); import probe, six; print(probe.x, six.__version__)"
    python = find_python("3.6").executable
    assert subprocess.check_output([python, "-IBSc", code, str(tmp_path / "tree")], text=True) == "1 1.15.0\n"
    assert not list((tmp_path / "tree").rglob("*.pyc"))


def test_another_hash_is_refused_in_uvs_words(fc310: Target, tmp_path: Path) -> None:
    wrong = LockedPackage("six", "1.15.0", (f"sha256:{'0' * 64}",))
    with pytest.raises(ResolutionError, match=r"(?s)packages for alibaba:python3.10 .*Hash mismatch.*six==1.15"):
        install([wrong], {}, fc310, tmp_path / "tree")


def test_a_package_that_was_not_built_is_named(fc310: Target, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"probe 1\.0 has no wheel for the target and was not built"):
        install([BUILT], {}, fc310, tmp_path / "tree")


def test_settings_of_the_user_do_not_change_what_is_installed(
    fc310: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("UV_NO_BINARY", "1"), ("UV_TARGET", str(tmp_path / "elsewhere")), ("UV_PYTHON", "3.6")):
        monkeypatch.setenv(name, value)
    install([SIX], {}, fc310, tmp_path / "tree")
    assert (tmp_path / "tree/six.py").is_file() and not (tmp_path / "elsewhere").exists()


def test_no_packages_make_an_empty_tree(fc310: Target, tmp_path: Path) -> None:
    install([], {}, fc310, tmp_path / "tree")
    assert list((tmp_path / "tree").iterdir()) == []


def test_files_of_a_wheel_that_lead_out_are_not_written(fc310: Target, tmp_path: Path) -> None:
    """A built wheel comes from a build script, so it may be hostile; uv is who unpacks it."""
    wheel = tmp_path / "probe-1.0-py3-none-any.whl"
    info = "probe-1.0.dist-info"
    files = {
        "probe.py": "x = 1", "../../escaped": "x", f"{tmp_path}/absolute": "x",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }  # fmt: skip
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]))
    tree = tmp_path / "a" / "b"
    try:
        install([BUILT], {"probe": wheel}, fc310, tree)
    except ResolutionError:
        return  # refusing it is as good
    assert (tree / "probe.py").is_file()
    assert not [path for path in tmp_path.rglob("*") if path.name in ("escaped", "absolute")]
    assert not os.path.lexists(tmp_path.parent / "escaped")


def test_the_index_is_not_asked_for_what_uv_has(fc310: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[bool] = []
    call = install_module.uv_install

    def noted(arguments: Sequence[str], folder: Path, *, offline: bool, what: str, settings: object = None) -> None:
        calls.append(offline)
        call(arguments, folder, offline=offline, what=what)

    monkeypatch.setattr(install_module, "uv_install", noted)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    install([SIX], {}, fc310, tmp_path / "first")
    assert calls == [True, False]
    install([SIX], {}, fc310, tmp_path / "second")
    assert calls == [True, False, True]
    assert (tmp_path / "second" / "six.py").read_bytes() == (tmp_path / "first" / "six.py").read_bytes()
