"""A folder becomes a package whose digest depends on its content alone."""

from __future__ import annotations

import os
import random
import zipfile
from pathlib import Path

import pytest

from yunfn.exceptions import PackagingError
from yunfn.packaging import Mode, pack


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def tree(root: Path, files: dict[str, bytes], order: int = 0) -> Path:
    names = sorted(files)
    random.Random(order).shuffle(names)
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(files[name])
    return root


FILES = {"index.py": b"def handler(e, c): ...\n", "lib/a.py": b"A = 1\n", "lib/é.txt": b"\x00\xff"}


def test_two_folders_two_orders_two_times_give_one_digest(tmp_path: Path, cache: Path) -> None:
    first = tree(tmp_path / "one", FILES)
    second = tree(tmp_path / "far" / "two", FILES, order=7)
    for file in second.rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    one, two = pack(first, cache=cache), pack(second, cache=tmp_path / "other")
    assert one.digest == two.digest
    assert one.file.read_bytes() == two.file.read_bytes()
    assert (one.md5, one.sha256) == (two.md5, two.sha256)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "index.py").write_bytes(b"def handler(e, c): pass\n"),
        lambda root: (root / "index.py").rename(root / "main.py"),
        lambda root: (root / "lib/a.py").chmod(0o755),
        lambda root: (root / "new.py").write_bytes(b""),
        lambda root: (root / "lib/a.py").unlink(),
        lambda root: (root / "link").symlink_to("index.py"),
    ],
    ids=["content", "name", "mode", "added", "removed", "link"],
)
def test_any_change_changes_the_digest(tmp_path: Path, cache: Path, change: object) -> None:
    root = tree(tmp_path / "code", FILES)
    before = pack(root, cache=cache).digest
    change(root)  # type: ignore[operator]
    assert pack(root, cache=cache).digest != before


def test_only_the_owners_right_to_run_counts_as_mode(tmp_path: Path, cache: Path) -> None:
    root = tree(tmp_path / "code", FILES)
    before = pack(root, cache=cache).digest
    (root / "index.py").chmod(0o600)
    assert pack(root, cache=cache).digest == before


def test_links_and_exec_bits_survive_in_the_zip(tmp_path: Path, cache: Path) -> None:
    root = tree(tmp_path / "code", FILES)
    (root / "run").write_bytes(b"#!/bin/sh\n")
    (root / "run").chmod(0o755)
    (root / "lib/up").symlink_to("../index.py")
    package = pack(root, prefix="python", cache=cache)
    with zipfile.ZipFile(package.file) as archive:
        modes = {i.filename: i.external_attr >> 16 for i in archive.infolist()}
        assert archive.read("python/lib/up") == b"../index.py"
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist(), key=str.encode)
    assert modes == {
        "python/index.py": Mode.FILE.value,
        "python/lib/a.py": Mode.FILE.value,
        "python/lib/up": Mode.SYMLINK.value,
        "python/lib/é.txt": Mode.FILE.value,
        "python/run": Mode.EXECUTABLE.value,
    }


def test_what_never_belongs_in_a_package_is_left_out(tmp_path: Path, cache: Path) -> None:
    junk = ("__pycache__/index.cpython-310.pyc", ".git/HEAD", ".venv/bin/python", "lib/x.pyc", ".DS_Store")
    plain = pack(tree(tmp_path / "plain", FILES), cache=cache)
    dirty = pack(tree(tmp_path / "dirty", {**FILES, **dict.fromkeys(junk, b"junk")}), cache=cache)
    assert dirty.digest == plain.digest


def test_include_and_exclude_are_patterns_of_gitignore(tmp_path: Path, cache: Path) -> None:
    root = tree(tmp_path / "code", {**FILES, "tests/t.py": b"", "lib/tests/t.py": b"", "notes.md": b""})
    assert pack(root, exclude=["/tests/", "*.md"], cache=cache).manifest.paths == {*FILES, "lib/tests/t.py"}
    assert pack(root, include=["*.py"], exclude=["tests/"], cache=cache).manifest.paths == {"index.py", "lib/a.py"}


@pytest.mark.parametrize(
    ("target", "rule"),
    [("/etc/passwd", "absolute link"), ("../../x", "must stay in the package"), ("lib/../../..", "must stay")],
)
def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path, cache: Path, target: str, rule: str) -> None:
    root = tree(tmp_path / "code", FILES)
    (root / "out").symlink_to(target)
    with pytest.raises(PackagingError, match=f"'out' -> .*{rule}"):
        pack(root, cache=cache)


def test_a_link_may_not_climb_through_another_link(tmp_path: Path, cache: Path) -> None:
    root = tree(tmp_path / "code", FILES)
    (root / "lib/here").symlink_to("..")
    (root / "out").symlink_to("lib/here/../secret")
    with pytest.raises(PackagingError, match=r"'out' -> 'lib/here/../secret'"):
        pack(root, cache=cache)


def test_what_is_no_file_is_refused(tmp_path: Path, cache: Path) -> None:
    root = tree(tmp_path / "code", FILES)
    os.mkfifo(root / "pipe")
    with pytest.raises(PackagingError, match="'pipe': is neither file, folder nor symbolic link"):
        pack(root, cache=cache)


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path, cache: Path) -> None:
    root = tree(tmp_path / "code", FILES)
    (root / os.fsdecode(b"\xff.py")).write_bytes(b"")
    with pytest.raises(PackagingError, match=r"xff.py.*file names must be UTF-8"):
        pack(root, cache=cache)


def test_an_empty_or_missing_folder_is_refused(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PackagingError, match="holds no file"):
        pack(tmp_path / "empty", cache=cache)
    with pytest.raises(PackagingError, match="no such folder or zip"):
        pack(tmp_path / "nowhere", cache=cache)
