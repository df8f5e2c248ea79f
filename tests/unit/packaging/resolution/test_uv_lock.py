"""A uv.lock that the real uv wrote: its versions and files hold for a layer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from unit.packaging.resolution.conftest import Builder
from unit.packaging.resolution.package_index import PackageIndex
from yunfn.exceptions import ResolutionError
from yunfn.packaging.definition import LockedPackage, read_definition
from yunfn.packaging.resolution import resolve
from yunfn.packaging.resolution.uv import find_uv

TEN = "3.10 x86_64-manylinux_2_28"


def test_versions_and_files_of_a_uv_lock_hold(
    index: PackageIndex, builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = index.wheel("a", "1.0", "py3-none-any", 'b; python_version >= "3.8"', "win; sys_platform == 'win32'")
    b = index.wheel("b", "1.0")
    index.wheel("win", "1.0")
    index.wheel("devtool", "1.0")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["a"]\n'
        '[dependency-groups]\ndev = ["devtool"]\n'
    )
    command = [find_uv(), "lock", "--quiet", "--python", sys.executable, "--no-python-downloads"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    index.wheel("a", "2.0")
    index.wheel("b", "2.0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache-later"))
    definition = read_definition(tmp_path / "uv.lock", ["alibaba:python3.10"])
    lock = resolve(definition, wheels=builder)
    assert lock.environments[TEN] == (LockedPackage("a", "1.0", (a,)), LockedPackage("b", "1.0", (b,)))
    # Another file in the locked one's place is not taken.
    index.wheel("b", "1.0", "py3-none-any", "devtool")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache-much-later"))
    with pytest.raises(ResolutionError, match=r"b: no file that fits has a hash that the requirement allows"):
        resolve(definition, wheels=builder)


def test_a_layer_without_packages_is_resolved(index: PackageIndex, builder: Builder, tmp_path: Path) -> None:
    file = tmp_path / "layer.yaml"
    file.write_text("targets: alibaba:python3.10\nfiles: layer.yaml\n")
    assert resolve(read_definition(file), wheels=builder).environments == {TEN: ()}
    assert index.requests == []
