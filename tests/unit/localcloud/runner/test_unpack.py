"""Zips from outside: kept as they are meant, refused where they reach out."""

from __future__ import annotations

import os
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.exceptions import FunctionRunnerError
from yunfn.localcloud.runner import trees
from yunfn.localcloud.runner import unpack as unpacking
from yunfn.localcloud.runner.trees import TreeStore
from yunfn.localcloud.runner.unpack import unpack

LINK = 0o120777
Entries = list[tuple[str, str, int]]


@pytest.fixture
def make_zip(tmp_path: Path) -> Callable[[Entries], Path]:
    def make(entries: Entries) -> Path:
        path = tmp_path / "archive.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content, mode in entries:
                info = zipfile.ZipInfo(name)
                info.create_system = 3
                info.external_attr = mode << 16
                with warnings.catch_warnings(action="ignore"):  # a name given twice is meant
                    archive.writestr(info, content, zipfile.ZIP_DEFLATED)
        return path

    return make


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "root"
    path.mkdir()
    return path


def test_other_users_may_read_the_tree_whatever_the_umask(make_zip: Callable[[Entries], Path], root: Path) -> None:
    before = os.umask(0o077)
    try:
        unpack(make_zip([("python/pkg/__init__.py", "x", 0o100600), ("python/empty/", "", 0o040700)]), root)
    finally:
        os.umask(before)
    made = list(root.rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_dir()} == {0o755}
    assert {stat.S_IMODE(path.stat().st_mode) for path in made if path.is_file()} == {0o644}


def test_modes_links_and_folders_are_kept(make_zip: Callable[[Entries], Path], root: Path) -> None:
    archive = make_zip(
        [
            ("lib/libx.so", "libx.so.1", LINK),
            ("lib/libx.so.1", "binary", 0o100755),
            ("lib/up", "../bin", LINK),
            ("bin/run", "x", 0o104711),
            ("secret", "x", 0o100600),
            ("empty/", "", 0o040700),
            ("twice", "first", 0o100644),
            ("twice", "last", 0o100644),
        ]
    )
    unpack(archive, root)
    assert (root / "lib/libx.so").readlink() == Path("libx.so.1") and (root / "lib/up/run").is_file()
    modes = {
        name: stat.S_IMODE((root / name).stat().st_mode) for name in ("lib/libx.so.1", "bin/run", "secret", "empty")
    }
    assert modes == {"lib/libx.so.1": 0o755, "bin/run": 0o755, "secret": 0o644, "empty": 0o755}
    assert (root / "twice").read_text() == "last"


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ([("../out", "x", 0o100644)], "leaves the folder"),
        ([("a/../../out", "x", 0o100644)], "leaves the folder"),
        ([("/etc/passwd", "x", 0o100644)], "leaves the folder"),
        ([("a\\..\\out", "x", 0o100644)], "leaves the folder"),
        ([("link", "/etc/passwd", LINK)], "leaves the folder"),
        ([("link", "../../etc", LINK)], "leaves the folder"),
        ([("a/b/c/up", "../../..", LINK), ("out", "a/b/c/up/../..", LINK)], "leaves the folder"),
        ([("out", "..", LINK), ("out/file", "x", 0o100644)], "a folder of that name|no folder"),
        ([("file", "x", 0o100644), ("file/below", "x", 0o100644)], "no folder"),
        ([("device", "", 0o020644)], "neither file"),
        ([("fifo", "", 0o010644)], "neither file"),
    ],
)
def test_what_reaches_out_is_refused_and_leaves_nothing(
    make_zip: Callable[[Entries], Path], root: Path, entries: Entries, word: str
) -> None:
    archive = make_zip([("good", "x", 0o100644), *entries])
    with pytest.raises(FunctionRunnerError, match=word) as caught:
        unpack(archive, root)
    assert "archive.zip" in str(caught.value)
    assert list(root.iterdir()) == []
    assert sorted(path.name for path in root.parent.iterdir()) == ["archive.zip", "root"]


def test_a_bomb_is_refused_by_what_it_really_unpacks_to(
    make_zip: Callable[[Entries], Path], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_BYTES", 5_000_000)
    archive = make_zip([(f"zeros{number}", "0" * 2_000_000, 0o100644) for number in range(4)])
    assert archive.stat().st_size < 50_000
    with pytest.raises(FunctionRunnerError, match="more than 5000000 bytes"):
        unpack(archive, root)


def test_what_is_no_zip_is_named(tmp_path: Path, root: Path) -> None:
    (tmp_path / "code.zip").write_bytes(b"no zip at all")
    with pytest.raises(FunctionRunnerError, match=r"code\.zip cannot be unpacked"):
        unpack(tmp_path / "code.zip", root)


def test_a_refused_zip_is_not_kept_and_a_good_one_is_found_by_its_bytes(
    make_zip: Callable[[Entries], Path], tmp_path: Path
) -> None:
    store = TreeStore(tmp_path / "trees")
    with pytest.raises(FunctionRunnerError):
        store.tree(make_zip([("../out", "x", 0o100644)]))
    assert list(store.root.iterdir()) == []
    good = make_zip([("file", "x", 0o100644)])
    place = store.tree(good)
    assert (place / "file").read_text() == "x"
    copy = tmp_path / "copy.zip"
    copy.write_bytes(good.read_bytes())
    assert TreeStore(tmp_path / "trees").tree(copy) == place and len(list(store.root.iterdir())) == 1
    changed = make_zip([("file", "y", 0o100644)])
    assert store.tree(changed) != place


def test_only_the_trees_used_last_are_kept(
    make_zip: Callable[[Entries], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "_KEPT", 2)
    store = TreeStore(tmp_path / "trees")
    places = [store.tree(make_zip([("file", str(number), 0o100644)])) for number in range(3)]
    store.tree(make_zip([("file", "0", 0o100644)]))
    store.prune()
    assert [place.exists() for place in places] == [True, False, True]
