"""A zip handed in is hostile until every entry is checked."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from yunfn.exceptions import PackagingError
from yunfn.packaging import Mode, archive, pack


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def made(path: Path, *entries: tuple[str, bytes, int]) -> Path:
    """Write a zip of (name, content, Unix mode)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content, mode in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # zipfile warns of the duplicates that some tests need
                out.writestr(info, content)
    return path


FILE, RUN, LINK = stat.S_IFREG | 0o644, stat.S_IFREG | 0o755, stat.S_IFLNK | 0o777


def test_a_zip_and_its_folder_give_one_digest(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "code"
    (folder / "lib").mkdir(parents=True)
    (folder / "index.py").write_bytes(b"x")
    (folder / "lib/run").write_bytes(b"y")
    (folder / "lib/run").chmod(0o700)
    (folder / "lib/link").symlink_to("run")
    file = made(
        tmp_path / "code.zip",
        ("lib/", b"", stat.S_IFDIR | 0o755),
        ("lib/link", b"run", LINK),
        ("lib/run", b"y", RUN),
        ("index.py", b"x", FILE),
    )
    package = pack(file, cache=cache)
    assert package.digest == pack(folder, cache=cache).digest
    assert [e.mode for e in package.manifest.entries] == [Mode.FILE, Mode.SYMLINK, Mode.EXECUTABLE]


def test_the_default_ignores_are_not_for_zips(tmp_path: Path, cache: Path) -> None:
    package = pack(made(tmp_path / "code.zip", ("index.pyc", b"x", FILE)), cache=cache)
    assert package.manifest.paths == {"index.pyc"}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../evil.py", "'..' would leave"),
        ("a/../../evil.py", "'..' would leave"),
        ("/etc/evil.py", "absolute path"),
        ("a\\..\\evil.py", "Windows paths"),
        ("C:/evil.py", "Windows paths"),
        ("a//b.py", "empty and '.' parts"),
        ("./a.py", "empty and '.' parts"),
        ("a\nb.py", "control characters"),
    ],
)
def test_a_path_that_names_no_file_inside_is_refused(tmp_path: Path, cache: Path, name: str, rule: str) -> None:
    file = made(tmp_path / "evil.zip", ("good.py", b"", FILE), (name, b"", FILE))
    with pytest.raises(PackagingError, match=f"evil.zip: .*{rule}"):
        pack(file, cache=cache)
    assert not list(tmp_path.glob("**/evil.py"))


@pytest.mark.parametrize("target", ["/etc/passwd", "../x", "a/../../x", "", "C:\\x"])
def test_a_link_out_of_the_zip_is_refused(tmp_path: Path, cache: Path, target: str) -> None:
    file = made(tmp_path / "evil.zip", ("good.py", b"", FILE), ("link", target.encode(), LINK))
    with pytest.raises(PackagingError, match="'link'"):
        pack(file, cache=cache)


def test_a_file_behind_a_link_is_refused(tmp_path: Path, cache: Path) -> None:
    file = made(tmp_path / "evil.zip", ("d", b"sub", LINK), ("d/x.py", b"", FILE))
    with pytest.raises(PackagingError, match=r"'d': is a file, and a folder for 'd/x.py'"):
        pack(file, cache=cache)


def test_one_path_twice_is_refused(tmp_path: Path, cache: Path) -> None:
    file = made(tmp_path / "evil.zip", ("a.py", b"1", FILE), ("a.py", b"2", FILE))
    with pytest.raises(PackagingError, match=r"'a.py': the same path stands in it twice"):
        pack(file, cache=cache)


def test_a_device_is_refused(tmp_path: Path, cache: Path) -> None:
    file = made(tmp_path / "evil.zip", ("dev", b"", stat.S_IFCHR | 0o666))
    with pytest.raises(PackagingError, match="'dev': is neither file"):
        pack(file, cache=cache)


def test_a_bomb_is_stopped_by_what_really_comes_out(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_UNZIPPED", 10_000)
    fine = made(tmp_path / "fine.zip", ("a", b"\0" * 5_000, FILE), ("b", b"\0" * 5_000, FILE))
    assert pack(fine, cache=cache).manifest.size == 10_000
    bomb = made(tmp_path / "bomb.zip", ("a", b"\0" * 5_000, FILE), ("b", b"\0" * 5_001, FILE))
    with pytest.raises(PackagingError, match="'b': unzips to more than 10000 bytes in all"):
        pack(bomb, cache=cache)


def test_too_many_entries_are_refused(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    file = made(tmp_path / "many.zip", *((f"{i}.py", b"", FILE) for i in range(4)))
    with pytest.raises(PackagingError, match="4 entries, at most 3"):
        pack(file, cache=cache)


def test_entries_that_share_bytes_are_refused(tmp_path: Path, cache: Path) -> None:
    content = made(tmp_path / "one.zip", ("a.py", b"x" * 1000, FILE), ("b.py", b"y" * 1000, FILE)).read_bytes()
    # Point the second entry of the central directory at the first one's bytes.
    directory = content.rindex(b"PK\x01\x02")
    shared = bytearray(content)
    struct.pack_into("<I", shared, directory + 42, 0)
    (tmp_path / "overlap.zip").write_bytes(shared)
    with pytest.raises(PackagingError, match="zip bomb"):
        pack(tmp_path / "overlap.zip", cache=cache)


def test_an_encrypted_entry_is_refused(tmp_path: Path, cache: Path) -> None:
    content = bytearray(made(tmp_path / "a.zip", ("a.py", b"x", FILE)).read_bytes())
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "secret.zip").write_bytes(content)
    with pytest.raises(PackagingError, match=r"'a.py': is encrypted"):
        pack(tmp_path / "secret.zip", cache=cache)


def test_other_compressions_are_refused(tmp_path: Path, cache: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lzma.zip", "w", zipfile.ZIP_LZMA) as out:
        out.writestr("a.py", b"x" * 100)
    with pytest.raises(PackagingError, match="compressed by method 14"):
        pack(tmp_path / "lzma.zip", cache=cache)


def test_damage_is_named(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "text.zip").write_bytes(b"no zip at all")
    with pytest.raises(PackagingError, match="cannot be read as a zip"):
        pack(tmp_path / "text.zip", cache=cache)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as stored:
        stored.writestr("a.py", b"x" * 100)
    (tmp_path / "broken.zip").write_bytes(out.getvalue().replace(b"x" * 100, b"x" * 99 + b"y"))
    with pytest.raises(PackagingError, match=r"'a.py': cannot be unzipped: Bad CRC-32"):
        pack(tmp_path / "broken.zip", cache=cache)
