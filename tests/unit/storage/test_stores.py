"""The artifact stores, by the true clients over a local cloud: what they write, and what they refuse."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import crcmod.crcmod
import pytest
import requests

from support.store_backends import KEY, MB, Backend, Kind, checksums_of
from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.storage.crc64 import crc64_of_file
from yunfn.storage.object_store import Checksums, Transfer

REQUEST_ID = r"\(request [0-9A-F-]{20,}\)"


@pytest.fixture(params=[1000, 9 * MB + 17], ids=["small", "large"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that goes in one request, and one that goes in parts."""
    path = tmp_path / "package.zip"
    path.write_bytes(os.urandom(request.param))
    return path


def test_what_is_put_is_there_byte_for_byte(backend: Backend, file: Path) -> None:
    assert backend.store.head(KEY) is None
    told: list[int] = []
    head = backend.put(file, Transfer(sent=told.append))
    assert (head.size, head.crc64) == (file.stat().st_size, crc64_of_file(file))
    assert backend.store.head(KEY) == head
    assert backend.read() == file.read_bytes()
    assert told == sorted(told) and told[0] == 0 and told[-1] == head.size


def test_an_empty_file_is_an_object_too(backend: Backend, tmp_path: Path) -> None:
    empty = tmp_path / "empty.zip"
    empty.touch()
    assert backend.put(empty) == backend.store.head(KEY)
    assert backend.read() == b""


def test_it_is_private_encrypted_and_a_zip(backend: Backend, file: Path) -> None:
    backend.put(file)
    assert backend.kind() == Kind(public=False, encryption="AES256", content_type="application/zip")
    backend.place(b"x", "open")
    backend.publish()
    said = [requests.get(backend.url(key), timeout=20).status_code for key in ("open", KEY)]
    assert said == [200, 403]


def test_an_object_that_is_there_is_never_overwritten(backend: Backend, file: Path) -> None:
    backend.place(b"theirs")
    with pytest.raises(ObjectExistsError, match=f"{backend.cloud.lower()}://{backend.bucket}/{KEY}"):
        backend.put(file)
    assert backend.read() == b"theirs"


def test_one_that_comes_during_the_upload_is_not_overwritten(backend: Backend, file: Path) -> None:
    def comes(_: int) -> None:
        if KEY not in backend.objects():
            backend.place(b"theirs")

    with pytest.raises(ObjectExistsError):
        backend.put(file, Transfer(sent=comes))
    assert backend.read() == b"theirs"


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_versioned_bucket_is_refused_before_anything_is_sent(
    backend: Backend, file: Path, status: str, requests_of: Callable[[str], list[str]]
) -> None:
    backend.version("Enabled")
    backend.version(status)
    with pytest.raises(ArtifactError, match=f"{backend.cloud} bucket .*: versioning is {status}.*never versioned"):
        backend.put(file)
    assert requests_of(backend.bucket)[-1] == "GetBucketVersioning"
    assert not backend.objects() and not backend.uploads()


def test_a_bucket_that_becomes_versioned_during_the_upload_is_told(backend: Backend, file: Path) -> None:
    with pytest.raises(ArtifactError, match="became versioned during the upload"):
        backend.put(file, Transfer(sent=lambda _: backend.version("Enabled")))


def test_bytes_that_differ_from_the_files_are_removed_again(backend: Backend, file: Path) -> None:
    true = checksums_of(file)
    with pytest.raises(ArtifactError, match=r"CRC-64 .* removed again"):
        backend.store.put(KEY, file, replace(true, crc64=true.crc64 ^ 1), Transfer())
    assert backend.store.head(KEY) is None


def test_a_file_that_changes_during_the_upload_is_not_stored(backend: Backend, tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(os.urandom(9 * MB))
    checksums = checksums_of(file)

    def change(_: int) -> None:
        with file.open("r+b") as content:
            content.seek(8 * MB)
            content.write(os.urandom(100))

    with pytest.raises(ArtifactError, match="CRC-64"):
        backend.store.put(KEY, file, checksums, Transfer(sent=change))
    assert backend.store.head(KEY) is None


def test_a_file_that_is_gone_is_named(backend: Backend, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"gone\.zip: cannot be read: No such file"):
        backend.store.put(KEY, tmp_path / "gone.zip", Checksums(0, ""), Transfer())


def test_delete_removes_and_does_not_mind_what_is_gone(backend: Backend, file: Path) -> None:
    backend.put(file)
    backend.store.delete(KEY)
    assert backend.store.head(KEY) is None
    backend.store.delete(KEY)


def test_what_the_cloud_refuses_is_told_with_api_code_and_request_id(backend: Backend, file: Path) -> None:
    cloud, scheme = backend.cloud, backend.cloud.lower()
    with pytest.raises(
        CloudAnswerError, match=f"{cloud} GetObject {scheme}://{backend.bucket}/{KEY}: NoSuchKey: .*{REQUEST_ID}"
    ):
        backend.read()
    missing = backend.open(backend.missing)
    with pytest.raises(
        CloudAnswerError, match=f"{cloud} GetBucketVersioning {backend.missing}: NoSuchBucket: .*{REQUEST_ID}"
    ):
        backend.put(file, store=missing)
    with pytest.raises(
        CloudAnswerError, match=f"{cloud} HeadObject {scheme}://{backend.missing}/.*: NoSuchBucket: .*{REQUEST_ID}"
    ) as refused:
        missing.head(KEY)
    assert (refused.value.code, refused.value.status) == ("NoSuchBucket", 404)


def test_a_bucket_of_another_region_is_told_from_a_missing_object(backend: Backend) -> None:
    with pytest.raises(CloudAnswerError, match=f"{backend.cloud} HeadObject .*: {backend.elsewhere}: "):
        backend.open(region=backend.other_region).head(KEY)


def test_the_slow_checksum_is_said_plainly(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        backend.open()
        assert not caplog.messages
        monkeypatch.setattr(crcmod.crcmod, "_usingExtension", False)
        backend.open()
    assert len(caplog.messages) == 1
    assert "14 MB/s" in caplog.text and "crcmod-plus" in caplog.text
