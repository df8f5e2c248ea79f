"""Artifacts stored once, and what lies under their key trusted only for its bytes: also where the bytes are hostile."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import oss2
import pytest

from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError, PackagingError
from yunfn.packaging import Package, pack
from yunfn.packaging.archive import Archive
from yunfn.packaging.ignore import Selection
from yunfn.packaging.manifest import Manifest
from yunfn.storage import artifacts
from yunfn.storage.artifacts import StoredArtifact, fetch_artifact, store_artifact
from yunfn.storage.object_store import Checksums, ObjectHead, Transfer
from yunfn.storage.oss_store import OssStore

TARGET = "alibaba:python3.10"
FILES = {"index.py": b"def handler(event, context): return 1\n", "data.bin": os.urandom(3000) * 3, "bin/run": b"#!\n"}


def write_zip(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    """A zip of other bytes than ours: another order, other times, another compression."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in reversed(files.items()):
            info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
            info.external_attr = (0o100755 if name == "bin/run" else 0o100644) << 16
            info.create_system = 3
            archive.writestr(info, content, method)
    return path


@pytest.fixture
def package(tmp_path: Path) -> Package:
    folder = tmp_path / "code"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "bin/run").chmod(0o755)
    return pack(folder, cache=tmp_path / "cache")


@pytest.fixture
def key(package: Package) -> str:
    return f"code/hello/{package.digest}.zip"


@pytest.fixture
def same_files(tmp_path: Path, package: Package) -> bytes:
    """Another zip of the package's files."""
    data = write_zip(tmp_path / "same.zip", FILES).read_bytes()
    assert data != package.file.read_bytes()
    return data


def test_it_is_uploaded_once_and_found_afterwards(
    store: OssStore, package: Package, key: str, requests_of: Callable[[str], list[str]]
) -> None:
    told: list[int] = []
    stored = store_artifact(store, key, package, Transfer(sent=told.append))
    head = store.head(key)
    assert head is not None
    assert stored == StoredArtifact(head, found=False, sha256=package.sha256)
    assert told[-1] == package.zip_size == head.size
    again = store_artifact(store, key, package)
    assert again == replace(stored, found=True)
    assert requests_of(store.bucket).count("PutObject") == 1


def test_another_zip_of_the_same_files_is_used_as_it_is(
    store: OssStore, bucket: oss2.Bucket, package: Package, key: str, same_files: bytes
) -> None:
    bucket.put_object(key, same_files)
    stored = store_artifact(store, key, package)
    assert stored.found and stored.head.size == len(same_files)
    assert stored.sha256 != package.sha256
    assert b"".join(store.read(key)) == same_files


def test_a_layer_is_recognised_for_its_own_target_only(
    store: OssStore, bucket: oss2.Bucket, tmp_path: Path, package: Package, same_files: bytes
) -> None:
    manifest = Manifest.of(package.manifest.entries, "test", TARGET)
    layer = replace(package, manifest=manifest, digest=manifest.digest)
    assert layer.digest != package.digest
    bucket.put_object("layers/x.zip", same_files)
    assert store_artifact(store, "layers/x.zip", layer, target=TARGET).found
    for other in ({}, {"target": "tencent:Python3.10"}, {"target": TARGET, "builder": 99}):
        with pytest.raises(ArtifactError, match="digest of its 3 files"):
            store_artifact(store, "layers/x.zip", layer, **other)


def changed(name: str) -> dict[str, bytes]:
    return {**FILES, name: b"import os; os.system('evil')\n"}


def bomb(folder: Path) -> bytes:
    """A zip with two entries that share their bytes."""
    file = write_zip(folder / "bomb.zip", {"a": b"x" * 1000, "b": b"x" * 1000})
    data = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        first = min(archive.infolist(), key=lambda info: info.header_offset)
        second = max(archive.infolist(), key=lambda info: info.header_offset)
    at = data.rindex(b"PK\1\2")
    assert data[at + 46 :].startswith(second.filename.encode())
    data[at + 42 : at + 46] = (first.header_offset + 10).to_bytes(4, "little")
    return bytes(data)


def in_front(folder: Path) -> bytes:
    """The package's own files, with another zip's entry in front that only streaming readers see."""
    other = write_zip(folder / "evil.zip", {"index.py": b"evil"}).read_bytes()
    return other[: other.index(b"PK\1\2")] + write_zip(folder / "good.zip", FILES).read_bytes()


HOSTILE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "another file": (lambda f: write_zip(f / "h.zip", changed("index.py")).read_bytes(), "digest of its 3 files is "),
    "a file more": (lambda f: write_zip(f / "h.zip", changed("sitecustomize.py")).read_bytes(), "of its 4 files"),
    "no zip": (lambda f: b"<html>not found</html>", "cannot be read as a zip"),
    "empty": (lambda f: b"", "cannot be read as a zip"),
    "climbs out": (lambda f: write_zip(f / "h.zip", changed("../../evil.py")).read_bytes(), r"'\.\.' would leave"),
    "bomb": (bomb, "a zip bomb"),
    "hidden in front": (in_front, "bytes that no entry owns"),
    "cut off": (lambda f: write_zip(f / "h.zip", FILES).read_bytes()[:-30], "cannot be read as a zip"),
}


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[bytes, str]:
    """Bytes that are not the package, and what is said of them."""
    make, said = HOSTILE[request.param]
    return make(tmp_path), said


def test_what_is_not_the_package_is_told_and_left_alone(
    store: OssStore, bucket: oss2.Bucket, package: Package, key: str, hostile: tuple[bytes, str], tmp_path: Path
) -> None:
    data, said = hostile
    bucket.put_object(key, data)
    with pytest.raises(ArtifactError, match=rf"{store.bucket}/{key}: holds .*{said}.*find out who") as refused:
        store_artifact(store, key, package)
    assert f"an object of {len(data)} bytes with SHA-256" in str(refused.value)
    assert "/tmp" not in str(refused.value)
    assert b"".join(store.read(key)) == data
    into = tmp_path / "cache" / "fetched.zip"
    with pytest.raises(ArtifactError, match=said):
        fetch_artifact(store, key, package.digest, package.sha256, into)
    assert not into.exists() and not list(into.parent.glob(".*.part"))


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_local_zip_that_is_not_the_one_that_was_packed_is_not_uploaded(
    store: OssStore, package: Package, key: str, harm: str
) -> None:
    data = bytearray(package.file.read_bytes())
    package.file.unlink()
    if harm == "changed":
        data[40] ^= 1
        package.file.write_bytes(data)
    with pytest.raises(PackagingError, match="is gone" if harm == "gone" else "as recorded when it was packed"):
        store_artifact(store, key, package)
    assert store.head(key) is None


class Raced(OssStore):
    """A store in which somebody else puts the object while it is being put."""

    theirs: bytes

    def put(self, key: str, file: Path, checksums: Checksums, transfer: Transfer) -> ObjectHead:
        self._oss.put_object(key, self.theirs)
        return super().put(key, file, checksums, transfer)


@pytest.fixture
def raced(session: object, bucket: oss2.Bucket) -> Raced:
    return Raced(session, bucket.bucket_name)  # type: ignore[arg-type]


def test_somebody_who_was_quicker_with_the_same_package_is_no_error(raced: Raced, package: Package, key: str) -> None:
    raced.theirs = package.file.read_bytes()
    assert store_artifact(raced, key, package).found


def test_somebody_who_was_quicker_with_something_else_is_refused(raced: Raced, package: Package, key: str) -> None:
    raced.theirs = b"evil"
    with pytest.raises(ArtifactError, match="cannot be read as a zip") as refused:
        store_artifact(raced, key, package)
    assert not isinstance(refused.value, ObjectExistsError)
    assert b"".join(raced.read(key)) == b"evil"


class Changing(OssStore):
    """A store whose object is another one by the time it is read."""

    def read(self, key: str) -> Iterator[bytes]:
        self._oss.put_object(key, b"evil" * 100)
        return super().read(key)


def test_an_object_that_changes_while_it_is_read_is_refused(
    session: object, bucket: oss2.Bucket, package: Package, key: str
) -> None:
    store_artifact(OssStore(session, bucket.bucket_name), key, package)  # type: ignore[arg-type]
    with pytest.raises(ArtifactError, match="changed while it was read"):
        store_artifact(Changing(session, bucket.bucket_name), key, package)  # type: ignore[arg-type]


def test_an_object_too_large_to_be_an_artifact_is_not_read(
    store: OssStore, bucket: oss2.Bucket, package: Package, key: str, monkeypatch: pytest.MonkeyPatch,
    requests_of: Callable[[str], list[str]],
) -> None:  # fmt: skip
    monkeypatch.setattr(artifacts, "MAX_UNZIPPED", 10)
    bucket.put_object(key, b"x" * 11)
    with pytest.raises(ArtifactError, match="11 bytes: no artifact is that large"):
        store_artifact(store, key, package)
    assert "GetObject" not in requests_of(store.bucket)


def test_comparing_can_be_cancelled(store: OssStore, package: Package, key: str) -> None:
    store_artifact(store, key, package)
    transfer = Transfer()
    transfer.cancelled.set()
    with pytest.raises(ArtifactError, match="cancelled"):
        store_artifact(store, key, package, transfer)


def test_fetching_gives_the_file_or_says_that_there_is_none(
    store: OssStore, package: Package, key: str, tmp_path: Path
) -> None:
    into = tmp_path / "team" / "fetched.zip"
    assert fetch_artifact(store, key, package.digest, package.sha256, into) is None
    assert not into.exists()
    store_artifact(store, key, package)
    assert fetch_artifact(store, key, package.digest, package.sha256, into) == package.sha256
    assert into.read_bytes() == package.file.read_bytes()
    assert into.stat().st_mode & 0o077 == 0


def test_fetching_by_digest_alone_reads_the_manifest(
    store: OssStore, bucket: oss2.Bucket, package: Package, key: str, same_files: bytes, tmp_path: Path
) -> None:
    bucket.put_object(key, same_files)
    into = tmp_path / "fetched.zip"
    assert fetch_artifact(store, key, package.digest, "", into) != package.sha256
    archive = Archive(into, Selection(defaults=False))
    assert Manifest.of(archive.entries(), "fetched").digest == package.digest
    archive.close()


def test_a_cloud_that_refuses_is_no_missing_object(session: object, package: Package, key: str, tmp_path: Path) -> None:
    store = OssStore(session, "no-such-bucket")  # type: ignore[arg-type]
    with pytest.raises(CloudAnswerError, match="NoSuchBucket"):
        fetch_artifact(store, key, package.digest, package.sha256, tmp_path / "f.zip")
