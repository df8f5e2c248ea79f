"""The cache gives back exactly what was put in, or nothing; it forgets what is unused, and never what is in use."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import filelock
import pytest

from yunfn.exceptions import PackagingError
from yunfn.packaging import ArtifactCache, Build, Contents, Entry, Mode, Package, pack
from yunfn.packaging import cache as cache_module
from yunfn.packaging import package as package_module
from yunfn.packaging.proof.finding import Finding
from yunfn.packaging.source import Generated

LARGE = os.urandom(3 * 2**20)
HOUR = 3600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def cache(folder: Path) -> ArtifactCache:
    return ArtifactCache(folder)


def contents(content: bytes, target: str | None = None) -> Contents:
    return Contents.of([(Generated({"index.py": content}), "")], "test", target)


def packed(cache: ArtifactCache, content: bytes, target: str | None = None) -> Package:
    return cache.pack([contents(content, target)])[0]


def unused_for(package: Package, seconds: float) -> None:
    for file in (package.file, package.file.with_suffix(".json")):
        os.utime(file, (time.time() - seconds, time.time() - seconds))


def forbid(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError(f"{name} was called")

    monkeypatch.setattr(module, name, never)


def test_a_package_is_found_by_digest_with_its_manifest(cache: ArtifactCache) -> None:
    made = packed(cache, b"x", "alibaba:python3.10")
    assert cache.find(made.digest) == made
    assert made.manifest.target == "alibaba:python3.10"
    assert cache.find("0" * 64) is None


def test_several_packages_come_back_in_order_and_only_missing_ones_are_written(
    cache: ArtifactCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = packed(cache, b"first")
    made = cache.pack([contents(b"second"), contents(b"first"), contents(b"second")])
    assert [package.manifest for package in made] == [
        contents(content).manifest for content in (b"second", b"first", b"second")
    ]
    assert made[1] == first
    forbid(monkeypatch, cache_module, "write_zips")
    assert cache.pack([contents(b"first"), contents(b"second")]) == [first, made[0]]


def test_an_unchanged_large_zip_is_not_hashed_again(cache: ArtifactCache, monkeypatch: pytest.MonkeyPatch) -> None:
    made = packed(cache, LARGE)
    forbid(monkeypatch, package_module, "_digest")
    assert packed(cache, LARGE) == made
    with pytest.raises(AssertionError, match="_digest was called"):
        made.verify()


@pytest.mark.parametrize("harm", ["written over", "another file", "same time"])
def test_a_large_zip_that_was_touched_is_hashed_and_built_anew(cache: ArtifactCache, harm: str) -> None:
    made = packed(cache, LARGE)
    content, before = made.file.read_bytes(), made.file.stat()
    damaged = content[:1000] + bytes([content[1000] ^ 1]) + content[1001:]
    if harm == "another file":
        made.file.unlink()
    made.file.write_bytes(damaged)
    if harm == "same time":
        os.utime(made.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cache.find(made.digest) is None
    assert packed(cache, LARGE) == made
    assert made.file.read_bytes() == content


def test_a_zip_that_was_only_copied_back_is_hashed_once_and_used(
    cache: ArtifactCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = packed(cache, LARGE)
    shutil.copy(made.file, made.file.with_suffix(".copy"))
    made.file.with_suffix(".copy").replace(made.file)
    assert cache.find(made.digest) == made
    forbid(monkeypatch, package_module, "_digest")
    assert cache.find(made.digest) == made


def test_records_of_the_previous_release_are_used(cache: ArtifactCache, monkeypatch: pytest.MonkeyPatch) -> None:
    made = packed(cache, LARGE)
    record = made.file.with_suffix(".json")
    record.write_text(json.dumps({"md5": made.md5, "sha256": made.sha256, "zipSize": made.zip_size}))
    assert cache.find(made.digest) is None
    forbid(monkeypatch, cache_module, "write_zips")
    assert packed(cache, LARGE) == made
    forbid(monkeypatch, package_module, "_digest")
    assert packed(cache, LARGE) == made


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"md5": 1}', '{"md5":"", "sha256":"", "zipSize":"x"}', "\x00", "{}"]
)
def test_a_record_that_is_none_is_no_hit(cache: ArtifactCache, text: str) -> None:
    made = packed(cache, b"x")
    made.file.with_suffix(".json").write_text(text)
    assert cache.find(made.digest) is None
    assert packed(cache, b"x") == made
    assert cache.find(made.digest) == made


def test_a_manifest_of_another_package_is_no_hit(cache: ArtifactCache) -> None:
    made, other = packed(cache, b"x"), packed(cache, b"other")
    record = json.loads(made.file.with_suffix(".json").read_text())
    record["manifest"] = other.manifest.canonical.decode()
    made.file.with_suffix(".json").write_text(json.dumps(record))
    assert cache.find(made.digest) is None


def test_a_build_is_recalled_whole_or_not_at_all(cache: ArtifactCache) -> None:
    finding = Finding("size-zip", "warning", "python/a", "numpy", "is heavy", "leave it out")
    build = Build((packed(cache, b"one"), packed(cache, b"two")), (finding,), {"parts": [["numpy", "1.0", 5]]})
    assert cache.recall("k" * 64) is None
    cache.remember("k" * 64, build)
    assert cache.recall("k" * 64) == build
    build.packages[1].file.unlink()
    assert cache.recall("k" * 64) is None


@pytest.mark.parametrize("harm", ["", "{", "[]", '{"digests": []}', '{"digests": [], "findings": [], "details": {}}'])
def test_a_damaged_build_record_is_no_hit(cache: ArtifactCache, harm: str) -> None:
    cache.remember("k", Build((packed(cache, b"one"),)))
    (cache.folder / "inputs" / "k.json").write_text(harm)
    assert cache.recall("k") is None


def test_what_comes_from_elsewhere_is_taken_in_if_its_bytes_are_right(folder: Path, tmp_path: Path) -> None:
    made = packed(ArtifactCache(tmp_path / "other"), b"x", "alibaba:python3.10")
    cache = ArtifactCache(folder)
    shutil.copy(made.file, tmp_path / "found.zip")
    got = cache.adopt(tmp_path / "found.zip", made.digest, "alibaba:python3.10", sha256=made.sha256)
    assert (got.digest, got.sha256, got.manifest) == (made.digest, made.sha256, made.manifest)
    assert got.file.parent == folder
    assert not (tmp_path / "found.zip").exists()
    assert cache.find(made.digest) == got


@pytest.mark.parametrize(
    ("harm", "rule"),
    [
        ("sha256", "SHA-256 .* is not"),
        ("content", "holds a package of digest"),
        ("target", "holds a package of digest"),
    ],
)
def test_what_comes_from_elsewhere_and_is_wrong_is_not_taken(
    folder: Path, tmp_path: Path, harm: str, rule: str
) -> None:
    cache, elsewhere = ArtifactCache(folder), ArtifactCache(tmp_path / "other")
    made, other = packed(elsewhere, b"x", "alibaba:python3.10"), packed(elsewhere, b"other", "alibaba:python3.10")
    shutil.copy(other.file if harm == "content" else made.file, tmp_path / "found.zip")
    target = "alibaba:python3.9" if harm == "target" else "alibaba:python3.10"
    with pytest.raises(PackagingError, match=rule):
        cache.adopt(tmp_path / "found.zip", made.digest, target, sha256="0" * 64 if harm == "sha256" else None)
    assert [file.name for file in folder.iterdir()] == []


def test_what_is_no_zip_or_a_bomb_is_not_taken(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "found.zip").write_bytes(b"no zip")
    with pytest.raises(PackagingError, match="cannot be read as a zip"):
        ArtifactCache(folder).adopt(tmp_path / "found.zip", "0" * 64)
    with pytest.raises(PackagingError, match="cannot be"):
        ArtifactCache(folder).adopt(tmp_path / "nowhere.zip", "0" * 64)


def test_the_longest_unused_go_first_and_only_as_many_as_needed(folder: Path) -> None:
    cache = ArtifactCache(folder)
    made = [packed(cache, os.urandom(100_000)) for _ in range(4)]
    for age, package in zip((9, 3, 7, 5), made, strict=True):
        unused_for(package, age * HOUR)
    small = ArtifactCache(folder, limit=210_000)
    assert small.prune() == made[0].zip_size + made[2].zip_size
    assert [small.find(package.digest) is not None for package in made] == [False, True, False, True]
    assert not made[0].file.with_suffix(".json").exists()


def test_use_keeps_a_package(folder: Path) -> None:
    cache = ArtifactCache(folder, limit=0)
    made = packed(cache, b"used")
    unused_for(made, 2 * HOUR)
    assert packed(cache, b"used") == made
    assert cache.prune() == 0
    assert cache.find(made.digest) == made


def test_a_package_that_is_being_pruned_is_not_given_out(folder: Path) -> None:
    cache = ArtifactCache(folder)
    made = packed(cache, b"old")
    unused_for(made, 2 * HOUR)
    with ThreadPoolExecutor(1) as pool:
        with filelock.FileLock(folder / ".lock"):
            answer = pool.submit(cache.find, made.digest)
            # Whoever prunes has decided by now, and this one was old.
            with pytest.raises(TimeoutError):
                answer.result(timeout=0.3)
            made.file.with_suffix(".json").unlink()
            made.file.unlink()
        assert answer.result(timeout=60) is None


def test_writing_prunes_but_never_what_was_just_used(folder: Path) -> None:
    cache = ArtifactCache(folder, limit=1000)
    old, fresh = packed(cache, os.urandom(5000)), packed(cache, os.urandom(5000))
    unused_for(old, 2 * HOUR)
    new = packed(cache, os.urandom(5000))
    assert not old.file.exists()
    assert fresh.file.exists()
    assert new.file.exists()


def test_what_a_kill_left_behind_is_cleared_away_but_not_what_is_being_written(folder: Path) -> None:
    cache = ArtifactCache(folder)
    packed(cache, b"x")
    for name, age in (("left", 2 * 86_400), ("running", 60)):
        (folder / f".{name}").mkdir()
        (folder / f".{name}" / "part.zip").write_bytes(b"PK")
        (folder / f".{name}.part").write_bytes(b"{")
        for file in (folder / f".{name}", folder / f".{name}.part"):
            os.utime(file, (time.time() - age, time.time() - age))
    cache.remember("new", Build(()))
    cache.remember("old", Build(()))
    os.utime(folder / "inputs/old.json", (0, 0))
    cache.prune()
    assert {file.name for file in folder.glob(".[lr]*")} - {".lock"} == {".running", ".running.part"}
    assert [file.name for file in (folder / "inputs").iterdir()] == ["new.json"]


def test_a_lock_that_another_process_keeps_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ArtifactCache(folder)
    packed(cache, b"x")
    monkeypatch.setattr(cache_module, "_LOCK_SECONDS", 0.1)
    with (
        filelock.FileLock(folder / ".lock"),
        pytest.raises(PackagingError, match=r"\.lock: another process has held it"),
    ):
        packed(cache, b"y")


def test_the_loser_of_a_race_uses_what_the_winner_wrote(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process may have another zlib, so that its zip of the same manifest has other bytes."""
    true_write = cache_module.write_zips
    foreign: list[Package] = []

    def slow(packages: object) -> None:
        true_write(packages)  # type: ignore[arg-type]
        monkeypatch.setattr(cache_module, "write_zips", true_write)
        monkeypatch.setattr("yunfn.packaging.compression._LEVEL", 1)
        foreign.append(packed(ArtifactCache(folder), b"words of a race " * 5000))

    monkeypatch.setattr(cache_module, "write_zips", slow)
    mine = packed(ArtifactCache(folder), b"words of a race " * 5000)
    assert mine == foreign[0]
    mine.verify()


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.EROFS])
@pytest.mark.parametrize("age", [0, 2 * HOUR])
def test_a_cache_that_may_only_be_read_serves_what_it_has(
    folder: Path, monkeypatch: pytest.MonkeyPatch, age: float, code: int
) -> None:
    cache = ArtifactCache(folder)
    made = packed(cache, LARGE)
    cache.remember("k", Build((made,)))
    unused_for(made, age)
    (folder / ".lock").unlink(missing_ok=True)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    # Permissions hold nobody back who runs as root.
    monkeypatch.setattr(cache_module.os, "utime", refuse)
    monkeypatch.setattr(cache_module.filelock, "FileLock", refuse)
    assert cache.find(made.digest) == made
    assert cache.recall("k") == Build((made,))


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PackagingError, match=r"file/cache: cannot be written"):
        pack_into = tmp_path / "file" / "cache"
        packed(ArtifactCache(pack_into), b"x")
    assert ArtifactCache(tmp_path / "nowhere").prune() == 0


def test_the_public_pack_uses_the_same_cache(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/index.py").write_bytes(b"x")
    made = pack(tmp_path / "code", cache=folder)
    assert ArtifactCache(folder).find(made.digest) == made
    assert made.manifest.entries == (Entry("index.py", Mode.FILE, made.manifest.entries[0].sha256, 1),)


def test_nothing_is_kept_of_what_was_written_and_then_refused(cache: ArtifactCache, folder: Path) -> None:
    one = contents(LARGE)
    with pytest.raises(RuntimeError, match="refused"), cache.packing([one]):
        raise RuntimeError("refused")
    assert cache.find(one.manifest.digest) is None
    assert not [path for path in folder.rglob("*") if path.is_file()]
    with cache.packing([one]) as packed_one:
        assert cache.find(one.manifest.digest) is None
        assert packed_one() == [cache.find(one.manifest.digest)]
