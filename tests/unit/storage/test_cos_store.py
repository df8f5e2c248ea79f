"""The artifact store on COS, by the true client over a local cloud: what it writes, and what it refuses."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import crcmod.crcmod
import pytest
import requests

from support.cos_bucket import CosBucket, fresh_bucket, session_of
from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.localcloud.connection import Connection
from yunfn.storage.cos import CosStore
from yunfn.storage.crc64 import crc64_of_file
from yunfn.storage.object_store import ObjectHead, Transfer
from yunfn.storage.tencent_session import TencentSession

KEY = "code/hello/0123.zip"
MB = 1024**2


@pytest.fixture
def session(in_cloud: Connection) -> TencentSession:
    return session_of(in_cloud)


@pytest.fixture
def bucket(session: TencentSession) -> CosBucket:
    return fresh_bucket(session)


@pytest.fixture
def store(session: TencentSession, bucket: CosBucket) -> CosStore:
    return CosStore(session, bucket.name)


@pytest.fixture(params=[1000, 9 * MB + 17], ids=["small", "large"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file that goes in one request, and one that goes in ten parts."""
    path = tmp_path / "package.zip"
    path.write_bytes(os.urandom(request.param))
    return path


def put(store: CosStore, file: Path, transfer: Transfer | None = None) -> ObjectHead:
    return store.put(KEY, file, crc64_of_file(file), transfer or Transfer())


def test_what_is_put_is_there_byte_for_byte(store: CosStore, file: Path) -> None:
    assert store.head(KEY) is None
    told: list[int] = []
    head = put(store, file, Transfer(sent=told.append))
    assert (head.size, head.crc64) == (file.stat().st_size, crc64_of_file(file))
    assert store.head(KEY) == head
    assert b"".join(store.read(KEY)) == file.read_bytes()
    assert told == sorted(told) and told[0] == 0 and told[-1] == head.size


def test_an_empty_file_is_an_object_too(store: CosStore, tmp_path: Path) -> None:
    empty = tmp_path / "empty.zip"
    empty.touch()
    assert put(store, empty) == store.head(KEY)
    assert b"".join(store.read(KEY)) == b""


def test_it_is_private_encrypted_and_a_zip(store: CosStore, bucket: CosBucket, file: Path) -> None:
    put(store, file)
    bucket.put("open", b"x")
    bucket.call("put_bucket_acl", ACL="public-read")
    host = bucket.client.get_conf().get_host(Bucket=bucket.name)
    assert [requests.get(f"https://{host}/{key}", timeout=20).status_code for key in ("open", KEY)] == [200, 403]
    found = bucket.call("head_object", Key=KEY)
    assert found["x-cos-server-side-encryption"] == "AES256"
    assert found["Content-Type"] == "application/zip"


def test_an_object_that_is_there_is_never_overwritten(store: CosStore, bucket: CosBucket, file: Path) -> None:
    bucket.put(KEY, b"theirs")
    with pytest.raises(ObjectExistsError, match=f"cos://{store.bucket}/{KEY}"):
        put(store, file)
    assert b"".join(store.read(KEY)) == b"theirs"


def test_one_that_comes_during_the_upload_is_not_overwritten(store: CosStore, bucket: CosBucket, file: Path) -> None:
    def comes(_: int) -> None:
        if KEY not in bucket.objects():
            bucket.put(KEY, b"theirs")

    with pytest.raises(ObjectExistsError):
        put(store, file, Transfer(sent=comes))
    assert b"".join(store.read(KEY)) == b"theirs"


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_versioned_bucket_is_refused_before_anything_is_sent(
    store: CosStore, bucket: CosBucket, file: Path, status: str, requests_of: Callable[[str], list[str]]
) -> None:
    bucket.version("Enabled")
    bucket.version(status)
    with pytest.raises(ArtifactError, match=f"COS bucket .*: versioning is {status}.*never versioned"):
        put(store, file)
    assert requests_of(store.bucket)[-1] == "GetBucketVersioning"
    assert not bucket.objects() and not bucket.uploads()


def test_a_bucket_that_becomes_versioned_during_the_upload_is_told(
    store: CosStore, bucket: CosBucket, file: Path
) -> None:
    with pytest.raises(ArtifactError, match="became versioned during the upload"):
        put(store, file, Transfer(sent=lambda _: bucket.version("Enabled")))


def test_bytes_that_differ_from_the_files_are_removed_again(store: CosStore, file: Path) -> None:
    with pytest.raises(ArtifactError, match=r"CRC-64 .* removed again"):
        store.put(KEY, file, crc64_of_file(file) ^ 1, Transfer())
    assert store.head(KEY) is None


def test_a_file_that_is_gone_is_named(store: CosStore, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"gone\.zip: cannot be read: No such file"):
        store.put(KEY, tmp_path / "gone.zip", 0, Transfer())


def test_delete_removes_and_does_not_mind_what_is_gone(store: CosStore, file: Path) -> None:
    put(store, file)
    store.delete(KEY)
    assert store.head(KEY) is None
    store.delete(KEY)


def test_what_the_cloud_refuses_is_told_with_api_code_and_request_id(
    session: TencentSession, store: CosStore, file: Path
) -> None:
    request_id = r"\(request [0-9A-F-]{20,}\)"
    with pytest.raises(CloudAnswerError, match=f"COS GetObject cos://{store.bucket}/{KEY}: NoSuchKey: .*{request_id}"):
        list(store.read(KEY))
    missing = CosStore(session, f"no-such-{session.appid}")
    with pytest.raises(CloudAnswerError, match=f"COS GetBucketVersioning no-such-.*: NoSuchBucket: .*{request_id}"):
        put(missing, file)
    with pytest.raises(CloudAnswerError, match=f"COS HeadObject cos://no-such-.*: NoSuchBucket: .*{request_id}"):
        missing.head(KEY)


def test_no_secret_is_in_an_error_or_log(
    session: TencentSession, store: CosStore, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    forged = replace(session, secret_key="w" * 32)
    with caplog.at_level(logging.DEBUG), pytest.raises(CloudAnswerError, match="SignatureDoesNotMatch") as refused:
        put(CosStore(forged, store.bucket), file)
    said = "".join(map(str, (refused.value, refused.value.args)))
    assert forged.secret_key not in said and forged.secret_id not in said and "q-signature" not in said
    assert "q-sign" not in caplog.text and forged.secret_key not in caplog.text and "sign_key" not in caplog.text
    assert session.secret_key not in repr(session)
    with pytest.raises(CloudAnswerError, match=r"COS HeadObject .*: 403: .*\(request [0-9A-F-]{20,}\)"):
        CosStore(forged, store.bucket).head(KEY)


def test_a_bucket_of_another_region_is_told_from_a_missing_object(session: TencentSession, store: CosStore) -> None:
    with pytest.raises(CloudAnswerError, match=r"HeadObject .*NoSuchBucket"):
        CosStore(replace(session, region="ap-beijing"), store.bucket).head(KEY)


def test_the_slow_checksum_is_said_plainly(
    session: TencentSession, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(crcmod.crcmod, "_usingExtension", False)
    with caplog.at_level(logging.WARNING):
        CosStore(session, "any")
    assert "crcmod-plus" in caplog.text
