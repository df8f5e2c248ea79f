"""A zip is unpacked as it was packed, and never outside the folder it is unpacked into."""

from __future__ import annotations

import stat
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from yunfn.exceptions import RefusedEntryError
from yunfn.packaging.archive import Archive
from yunfn.packaging.folder import Folder
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Manifest

FILE, RUN, LINK = stat.S_IFREG | 0o600, stat.S_IFREG | 0o700, stat.S_IFLNK | 0o777


def made(path: Path, *entries: tuple[str, bytes, int]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            out.writestr(info, content)
    return path


def unpacked(file: Path, into: Path) -> Manifest:
    into.mkdir()
    with closing(Archive(file, Selection(defaults=False))) as archive:
        return archive.unpack(into)


def test_what_comes_out_is_what_went_in(tmp_path: Path) -> None:
    file = made(
        tmp_path / "a.zip",
        ("lib/link", b"../bin/run", LINK),
        ("lib/dead", b"nothing", LINK),
        ("bin/run", b"#!/bin/sh\n", RUN),
        ("deep/er/file", b"x" * 100_000, FILE),
        ("empty/", b"", stat.S_IFDIR | 0o755),
    )
    manifest = unpacked(file, tmp_path / "out")
    assert Manifest.of(Folder(tmp_path / "out", Selection(defaults=False)).entries(), "out") == manifest
    assert (tmp_path / "out/lib/link").read_bytes() == b"#!/bin/sh\n"
    # Readable by whoever the functions run as, whatever the zip said.
    assert stat.S_IMODE((tmp_path / "out/deep/er/file").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "out/bin/run").stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([("d", b"/tmp", LINK), ("d/evil", b"", FILE)], "archive-absolute-link"),
        ([("d", b"other", LINK), ("d/evil", b"", FILE)], "archive-file-as-folder"),
        ([("d/evil", b"", FILE), ("d", b"other", LINK)], "archive-file-as-folder"),
        ([("d", b"", FILE), ("d/evil", b"", FILE)], "archive-file-as-folder"),
        ([("d/evil", b"", FILE), ("d", b"", FILE)], "archive-file-as-folder"),
        ([("a/b", b"..", LINK), ("a/b/../../evil", b"", FILE)], "archive-parent-path"),
        ([("x" * 300, b"", FILE)], "archive-unwritable"),
    ],
)
def test_nothing_is_written_outside(tmp_path: Path, entries: list[tuple[str, bytes, int]], rule: str) -> None:
    file = made(tmp_path / "a.zip", *entries)
    with pytest.raises(RefusedEntryError) as caught:
        unpacked(file, tmp_path / "out")
    assert caught.value.rule == rule
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "out"}
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_symlink()]
