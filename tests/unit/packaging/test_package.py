"""Packages are built once, kept by digest, and checked whenever they are used."""

from __future__ import annotations

import hashlib
import os
import zipfile
from base64 import b64decode
from pathlib import Path

import pytest

from yunfn.exceptions import PackagingError
from yunfn.packaging import folder, manifest, pack, zip_writer


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/index.py").write_bytes(b"def handler(e, c): ...\n")
    return tmp_path / "code"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_the_recorded_hashes_are_those_of_the_zip(code: Path, cache: Path) -> None:
    package = pack(code, cache=cache)
    content = package.file.read_bytes()
    assert package.md5 == hashlib.md5(content).hexdigest()
    assert b64decode(package.content_md5) == hashlib.md5(content).digest()
    assert package.sha256 == hashlib.sha256(content).hexdigest()
    assert package.zip_size == len(content)
    assert package.file.name == f"{package.digest}.zip"
    package.verify()


def test_the_digest_is_the_canonical_form_and_nothing_else(code: Path, cache: Path) -> None:
    content = hashlib.sha256(b"def handler(e, c): ...\n").hexdigest()
    form = f"yunfn-manifest 1\n100644 {content} 23 python/index.py\n"
    assert pack(code, prefix="python", cache=cache).digest == hashlib.sha256(form.encode()).hexdigest()


def test_unchanged_code_is_not_built_again(code: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = pack(code, cache=cache)

    def never(*_: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr("yunfn.packaging.cache.write_zips", never)
    assert pack(code, cache=cache) == first


@pytest.mark.parametrize("harm", ["truncated", "other bytes", "no record", "half a record"])
def test_a_damaged_cache_is_built_anew(code: Path, cache: Path, harm: str) -> None:
    first = pack(code, cache=cache)
    content, record = first.file.read_bytes(), first.file.with_suffix(".json")
    match harm:
        case "truncated":
            first.file.write_bytes(content[:-1])
        case "other bytes":
            first.file.write_bytes(content[:-1] + b"!")
        case "no record":
            record.unlink()
        case _:
            record.write_text(record.read_text()[:10])
    assert pack(code, cache=cache) == first
    assert first.file.read_bytes() == content


def test_a_package_that_does_not_match_is_never_used(code: Path, cache: Path) -> None:
    package = pack(code, cache=cache)
    package.file.write_bytes(package.file.read_bytes() + b"!")
    with pytest.raises(PackagingError, match=f"is not {package.md5} as recorded"):
        package.verify()
    package.file.unlink()
    with pytest.raises(PackagingError, match="is gone since it was packed"):
        package.verify()


def test_a_file_that_changes_while_packed_is_an_error(code: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true_open = folder.Folder.open

    def changing(self: folder.Folder, path: str) -> object:
        (code / path).write_bytes(b"other")
        return true_open(self, path)

    monkeypatch.setattr(folder.Folder, "open", changing)
    with pytest.raises(PackagingError, match=r"'index.py': changed while it was packed"):
        pack(code, cache=cache)
    assert list(cache.iterdir()) == []


def test_a_write_that_fails_leaves_nothing(code: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zip_writer, "_put", full)
    with pytest.raises(PackagingError, match=r"cannot be written: .*No space left"):
        pack(code, cache=cache)
    assert list(cache.iterdir()) == []


def test_a_generated_script_may_be_run(code: Path, cache: Path) -> None:
    package = pack(code, generated={"start": b"#!/bin/bash\n", "notes": b"bash"}, cache=cache)
    with zipfile.ZipFile(package.file) as archive:
        modes = {name: archive.getinfo(name).external_attr >> 16 & 0o777 for name in ("start", "notes")}
    assert modes == {"start": 0o755, "notes": 0o644}


def test_generated_files_join_the_package_and_never_replace(code: Path, cache: Path) -> None:
    package = pack(code, generated={"yunfn_wsgi.py": b"x"}, cache=cache)
    assert package.manifest.paths == {"index.py", "yunfn_wsgi.py"}
    assert package.digest != pack(code, cache=cache).digest
    with pytest.raises(PackagingError, match=r"'index.py': the name is taken"):
        pack(code, generated={"index.py": b"x"}, cache=cache)


def test_a_prefix_stays_inside(code: Path, cache: Path) -> None:
    assert pack(code, prefix="/python/", cache=cache).manifest.paths == {"python/index.py"}
    with pytest.raises(PackagingError, match=r"'..' would leave"):
        pack(code, prefix="../python", cache=cache)


def test_the_cache_is_for_its_user_only(code: Path, cache: Path) -> None:
    os.umask(os.umask(0o022))
    package = pack(code, cache=cache)
    assert package.file.stat().st_mode & 0o077 == 0
    assert cache.stat().st_mode & 0o077 == 0


def test_the_order_is_by_utf8_bytes() -> None:
    entries = [manifest.Entry(p, manifest.Mode.FILE, "0", 0) for p in ("é", "z", "a/b", "a-b", "a")]
    with pytest.raises(PackagingError, match="'a': is a file, and a folder for 'a/b'"):
        manifest.Manifest.of(entries, "test")
    ordered = manifest.Manifest.of(entries[:4], "test")
    assert [e.path for e in ordered.entries] == ["a-b", "a/b", "z", "é"]
