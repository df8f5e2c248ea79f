"""The artifact store on OSS, by the true client over a local cloud: what it writes, and what it refuses."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import crcmod.crcmod
import oss2
import pytest

from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.crc64 import crc64_of_file
from yunfn.storage.object_store import ObjectHead, Transfer
from yunfn.storage.oss_store import OssStore

KEY = "code/hello/0123.zip"
MB = 1024**2


@pytest.fixture(params=[1000, 9 * MB + 17], ids=["small", "large"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that goes in one request, and one that goes in five parts."""
    path = tmp_path / "package.zip"
    path.write_bytes(os.urandom(request.param))
    return path


def put(store: OssStore, file: Path, transfer: Transfer | None = None) -> ObjectHead:
    return store.put(KEY, file, crc64_of_file(file), transfer or Transfer())


def test_what_is_put_is_there_byte_for_byte(store: OssStore, file: Path) -> None:
    assert store.head(KEY) is None
    told: list[int] = []
    head = put(store, file, Transfer(sent=told.append))
    assert (head.size, head.crc64) == (file.stat().st_size, crc64_of_file(file))
    assert store.head(KEY) == head
    assert b"".join(store.read(KEY)) == file.read_bytes()
    assert told == sorted(told) and told[0] == 0 and told[-1] == head.size


def test_it_is_private_encrypted_and_a_zip(store: OssStore, bucket: oss2.Bucket, file: Path) -> None:
    put(store, file)
    assert bucket.get_object_acl(KEY).acl == "private"
    found = bucket.head_object(KEY)
    assert found.headers["x-oss-server-side-encryption"] == "AES256"
    assert found.content_type == "application/zip"


def test_an_object_that_is_there_is_never_overwritten(store: OssStore, bucket: oss2.Bucket, file: Path) -> None:
    bucket.put_object(KEY, b"theirs")
    with pytest.raises(ObjectExistsError, match=f"oss://{store.bucket}/{KEY}"):
        put(store, file)
    assert b"".join(store.read(KEY)) == b"theirs"


def test_one_that_comes_during_the_upload_is_not_overwritten(store: OssStore, bucket: oss2.Bucket, file: Path) -> None:
    def comes(_: int) -> None:
        if not bucket.object_exists(KEY):
            bucket.put_object(KEY, b"theirs")

    with pytest.raises(ObjectExistsError):
        put(store, file, Transfer(sent=comes))
    assert b"".join(store.read(KEY)) == b"theirs"


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_versioned_bucket_is_refused_before_anything_is_sent(
    store: OssStore, bucket: oss2.Bucket, file: Path, status: str, requests_of: Callable[[str], list[str]]
) -> None:
    bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig("Enabled"))
    bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig(status))
    with pytest.raises(ArtifactError, match=f"versioning is {status}.*never versioned"):
        put(store, file)
    assert requests_of(store.bucket)[-1] == "GetBucketVersioning"
    assert not list(oss2.ObjectIterator(bucket)) and not list(oss2.MultipartUploadIterator(bucket))


def test_bytes_that_differ_from_the_files_are_removed_again(store: OssStore, file: Path) -> None:
    with pytest.raises(ArtifactError, match=r"CRC-64 .* removed again"):
        store.put(KEY, file, crc64_of_file(file) ^ 1, Transfer())
    assert store.head(KEY) is None


def test_a_file_that_changes_during_the_upload_is_not_stored(store: OssStore, tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(os.urandom(9 * MB))
    crc = crc64_of_file(file)

    def change(_: int) -> None:
        with file.open("r+b") as content:
            content.seek(8 * MB)
            content.write(os.urandom(100))

    with pytest.raises(ArtifactError, match="CRC-64"):
        store.put(KEY, file, crc, Transfer(sent=change))
    assert store.head(KEY) is None


def test_a_file_that_is_gone_is_named(store: OssStore, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"gone\.zip: cannot be read: No such file"):
        store.put(KEY, tmp_path / "gone.zip", 0, Transfer())


def test_delete_removes_and_does_not_mind_what_is_gone(store: OssStore, file: Path) -> None:
    put(store, file)
    store.delete(KEY)
    assert store.head(KEY) is None
    store.delete(KEY)


def test_what_the_cloud_refuses_is_told_with_api_code_and_request_id(
    session: AlibabaSession, store: OssStore, file: Path, in_cloud: object
) -> None:
    request_id = r"\(request [0-9A-F-]{20,}\)"
    with pytest.raises(CloudAnswerError, match=f"OSS GetObject oss://{store.bucket}/{KEY}: NoSuchKey: .*{request_id}"):
        list(store.read(KEY))
    with pytest.raises(CloudAnswerError, match=f"OSS GetBucketVersioning no-such-bucket: NoSuchBucket: .*{request_id}"):
        put(OssStore(session, "no-such-bucket"), file)
    with pytest.raises(CloudAnswerError, match=r"OSS HeadObject oss://no-such-bucket/.*: NoSuchBucket"):
        OssStore(session, "no-such-bucket").head(KEY)


def test_no_secret_is_in_an_error(session: AlibabaSession, store: OssStore, file: Path) -> None:
    forged = replace(session, access_key_secret="w" * 30, token="")
    with pytest.raises(CloudAnswerError, match="SignatureDoesNotMatch") as refused:
        put(OssStore(forged, store.bucket), file)
    said = "".join(map(str, (refused.value, refused.value.args)))
    assert forged.access_key_secret not in said and forged.access_key_id not in said and "Signature=" not in said


def test_a_bucket_of_another_region_is_told_from_a_missing_object(session: AlibabaSession, store: OssStore) -> None:
    with pytest.raises(CloudAnswerError, match="HeadObject"):
        OssStore(replace(session, region="cn-beijing"), store.bucket).head(KEY)


def test_the_slow_checksum_is_said_plainly(
    session: AlibabaSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        OssStore(session, "any")
        assert not caplog.messages
        monkeypatch.setattr(crcmod.crcmod, "_usingExtension", False)
        OssStore(session, "any")
    assert len(caplog.messages) == 1
    assert "14 MB/s" in caplog.text and "crcmod-plus" in caplog.text
