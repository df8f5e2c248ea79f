"""What macOS and Windows do to folders, done here: the package stays the same, or the difference is refused."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest

from yunfn.exceptions import PackagingError
from yunfn.packaging import INSTALL_TREE_IGNORES, ArtifactCache, Contents, Mode, Package, folder, pack
from yunfn.packaging.folder import Folder
from yunfn.packaging.ignore import Selection

# A tree as uv installs it on Linux.
TREE = {
    "numpy/__init__.py": b"__version__ = '2.0'\n",
    "numpy/core.so": b"\x7fELF\x02\x01\x01",
    "numpy/run.sh": b"#!/bin/sh\necho\n",
    "numpy-2.0.dist-info/METADATA": b"Name: numpy\nVersion: 2.0\n",
    "numpy-2.0.dist-info/REQUESTED": b"",
    "café/été.py": b"A = 1\n",
}
RUNS = {"numpy/core.so", "numpy/run.sh"}


def tree(root: Path, files: dict[str, bytes], runs: set[str] = RUNS) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
        (root / name).chmod(0o755 if name in runs else 0o644)
    return root


def packed(root: Path, cache: Path) -> Package:
    source = Folder(root, Selection(exclude=INSTALL_TREE_IGNORES), portable=True)
    return ArtifactCache(cache).pack([Contents.of([(source, "python")], "layer", "alibaba:python3.10")])[0]


@pytest.fixture
def linux(tmp_path: Path) -> Package:
    return packed(tree(tmp_path / "linux", TREE), tmp_path / "cache")


def test_records_scripts_and_leftovers_of_hosts_are_dropped(linux: Package, tmp_path: Path) -> None:
    more = {
        "bin/f2py": b"#!/Users/ada/.venv/bin/python\r\n",
        "Scripts/f2py.exe": b"MZ",
        ".lock": b"",
        "numpy-2.0.dist-info/RECORD": b"..\\Scripts\\f2py.exe,sha256=x,2\r\n",
        "numpy-2.0.dist-info/INSTALLER": b"uv\r\n",
        "numpy-2.0.dist-info/direct_url.json": b'{"url": "file:///Users/ada/numpy.whl"}',
        "numpy-2.0.dist-info/uv_cache.json": b"{}",
        "numpy/__pycache__/__init__.cpython-311.pyc": b"pyc",
        ".DS_Store": b"x",
        "numpy/.DS_Store": b"x",
        "numpy/._core.so": b"x",
        "__MACOSX/numpy/._core.so": b"x",
        "Thumbs.db": b"x",
        "numpy/desktop.ini": b"x",
    }
    mac = packed(tree(tmp_path / "mac", TREE | more), tmp_path / "other")
    assert mac.digest == linux.digest
    assert mac.file.read_bytes() == linux.file.read_bytes()
    assert mac.manifest.paths == {f"python/{name}" for name in TREE}


def test_hosts_without_a_right_to_run_give_the_same_modes(linux: Package, tmp_path: Path) -> None:
    # On Windows every file's mode is the same; some file systems of macOS and WSL say that everything runs.
    for name, runs in (("windows", set()), ("mounted", set(TREE))):
        assert packed(tree(tmp_path / name, TREE, runs), tmp_path / "other").digest == linux.digest
    modes = {entry.path.removeprefix("python/"): entry.mode for entry in linux.manifest.entries}
    assert {name for name, mode in modes.items() if mode is Mode.EXECUTABLE} == RUNS


def test_decomposed_names_of_macos_are_composed(linux: Package, tmp_path: Path) -> None:
    decomposed = {unicodedata.normalize("NFD", name): content for name, content in TREE.items()}
    assert set(decomposed) != set(TREE)
    mac = packed(tree(tmp_path / "mac", decomposed), tmp_path / "other")
    assert mac.digest == linux.digest
    with zipfile.ZipFile(mac.file) as archive:
        assert archive.read("python/café/été.py") == TREE["café/été.py"]


def test_two_names_that_are_one_when_composed_are_refused(tmp_path: Path) -> None:
    both = {unicodedata.normalize(form, "é.py"): b"x" for form in ("NFC", "NFD")}
    with pytest.raises(PackagingError, match=r"'python/é\.py': the name is taken"):
        packed(tree(tmp_path / "code", both), tmp_path / "cache")


def test_other_orders_of_listing_change_nothing(
    linux: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_scandir = os.scandir
    seen = []

    class Shuffled:
        def __init__(self, path: Any) -> None:
            with true_scandir(path) as listing:
                self._items = list(listing)
            random.Random(len(seen)).shuffle(self._items)
            seen.append(path)

        def __enter__(self) -> Any:
            return iter(self._items)

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(folder.os, "scandir", Shuffled)
    other = packed(tree(tmp_path / "other", TREE), tmp_path / "cache2")
    assert len(seen) > 3
    assert other.digest == linux.digest
    assert other.file.read_bytes() == linux.file.read_bytes()


def test_windows_own_code_folder_gives_links_and_modes_of_linux(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path / "code", {"lib/a.py": b"A = 1\n", "run": b"#!/bin/sh\n"}, {"run"})
    (root / "lib/up").symlink_to("../run")
    linux = pack(root, cache=tmp_path / "one")
    (root / "run").chmod(0o644)
    (root / "lib/up").unlink()
    (root / "lib/up").symlink_to("..\\run")
    monkeypatch.setattr(folder, "_WINDOWS", True)
    windows = pack(root, cache=tmp_path / "two")
    assert windows.digest == linux.digest
    with zipfile.ZipFile(windows.file) as archive:
        assert archive.read("lib/up") == b"../run"


def test_line_ends_are_content(tmp_path: Path) -> None:
    """A checkout with other line ends is another package; nothing in a package's files is rewritten."""
    unix = pack(tree(tmp_path / "unix", {"a.py": b"A = 1\n"}), cache=tmp_path / "cache")
    dos = pack(tree(tmp_path / "dos", {"a.py": b"A = 1\r\n"}), cache=tmp_path / "cache")
    assert unix.digest != dos.digest
    with zipfile.ZipFile(dos.file) as archive:
        assert archive.read("a.py") == b"A = 1\r\n"


def test_a_zip_of_windows_with_backslashes_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("lib_a.py", b"x")
    data = (tmp_path / "code.zip").read_bytes().replace(b"lib_a.py", b"lib\\a.py")
    (tmp_path / "code.zip").write_bytes(data)
    with pytest.raises(PackagingError, match="Windows paths do not name one file on every system"):
        pack(tmp_path / "code.zip", cache=tmp_path / "cache")


def wheel(folder: Path) -> Path:
    """A wheel with a library, a script that may run, an entry point and a record, as build tools make them."""
    names = {
        "fast/__init__.py": (b"def main(): ...\n", 0o644),
        "fast/core.so": (b"\x7fELF\x02\x01\x01", 0o755),
        "fast/run.sh": (b"#!/bin/sh\n", 0o755),
        "fast-1.0.dist-info/METADATA": (b"Metadata-Version: 2.1\nName: fast\nVersion: 1.0\n", 0o644),
        "fast-1.0.dist-info/WHEEL": (b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n", 0o644),
        "fast-1.0.dist-info/entry_points.txt": (b"[console_scripts]\nfast = fast:main\n", 0o644),
    }
    record = "".join(f"{name},,\n" for name in (*names, "fast-1.0.dist-info/RECORD"))
    names["fast-1.0.dist-info/RECORD"] = (record.encode(), 0o644)
    folder.mkdir(parents=True)
    file = folder / "fast-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, (content, mode) in names.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o100000 | mode) << 16
            archive.writestr(info, content)
    return file


def test_one_wheel_installed_on_two_hosts_is_one_package(tmp_path: Path) -> None:
    """Other folders, other link modes, another umask, compiled or not, by index or by path: by the true uv."""
    uv = str(Path(sys.executable).parent / "uv")
    digests, trees = set(), []
    # The environment's, and the one it was made from: scripts name the one they were installed by.
    pythons = (sys.executable, str(Path(sys.base_prefix) / "bin" / "python3"))
    for number, (umask, more) in enumerate(((0o022, []), (0o077, ["--link-mode", "copy", "--compile-bytecode"]))):
        file, root = wheel(tmp_path / f"index{number}"), tmp_path / f"host{number}" / "tree"
        source = ["fast", "--find-links", str(file.parent)] if number else [str(file)]
        command = [uv, "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(root), *more, *source]
        cache = {"UV_CACHE_DIR": str(tmp_path / f"uv{number}")}
        subprocess.run(
            [*command, "--python", pythons[number]], check=True, timeout=120, umask=umask, env=os.environ | cache
        )
        trees.append({str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()})
        digests.add(packed(root, tmp_path / "cache").digest)
    assert trees[0] != trees[1]
    assert "bin/fast" in trees[0]
    assert len(digests) == 1


def test_names_that_differ_by_case_alone_are_two_files_on_linux(tmp_path: Path) -> None:
    root = tree(tmp_path / "code", {"Model.py": b"one", "model.py": b"two"})
    assert pack(root, cache=tmp_path / "cache").manifest.paths == {"Model.py", "model.py"}
