"""The artifact bucket on COS over a local cloud: what lies in it by content, and how it goes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.cos_bucket import CosBucket, session_of
from support.store_backends import checksums_of
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.storage import cos_artifacts
from yunfn.storage.cos_artifacts import CosArtifacts
from yunfn.storage.cos_client import open_client
from yunfn.storage.cos_store import CosStore
from yunfn.storage.object_store import Transfer
from yunfn.storage.retained import StoredObject
from yunfn.storage.tencent_session import TencentSession


@pytest.fixture
def session(in_cloud: Connection) -> TencentSession:
    return session_of(in_cloud, "ap-nanjing")


@pytest.fixture
def artifacts(session: TencentSession) -> CosArtifacts:
    return CosArtifacts(session)


@pytest.fixture
def bucket(session: TencentSession, artifacts: CosArtifacts) -> Iterator[CosBucket]:
    made = CosBucket(open_client(session), artifacts.name)
    made.call("create_bucket", ACL="private")
    yield made
    if artifacts.exists():
        for key in made.objects():
            made.call("delete_object", Key=key)
        made.call("delete_bucket")


def _object(key: str, body: bytes) -> StoredObject:
    return StoredObject(key, len(body), hashlib.sha256(body).hexdigest())


def test_the_bucket_is_there_or_not_or_it_is_an_error(
    session: TencentSession, artifacts: CosArtifacts, bucket: CosBucket
) -> None:
    assert artifacts.exists()
    assert not CosArtifacts(replace(session, region="ap-beijing")).exists()
    with pytest.raises(CloudAnswerError, match=rf"COS GetBucketVersioning {bucket.name}: SignatureDoesNotMatch"):
        CosArtifacts(replace(session, secret_key="w" * 32)).exists()


def test_every_package_is_known_by_its_sha256_downloaded_only_where_nothing_says_it(
    session: TencentSession,
    artifacts: CosArtifacts,
    bucket: CosBucket,
    tmp_path: Path,
    requests_of: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cos_artifacts, "_PAGE", 1)
    file = tmp_path / "package.zip"
    file.write_bytes(b"ours")
    CosStore(session, bucket.name).put("code/a/ours.zip", file, checksums_of(file), Transfer())
    assert list(artifacts.objects()) == [_object("code/a/ours.zip", b"ours")]
    assert "GetObject" not in requests_of(bucket.name)
    for key in ("code/b/theirs.zip", "code/ü & <3>.zip", "layers/theirs.zip", "other/theirs.zip", "codex"):
        bucket.put(key, key.encode())
    assert list(artifacts.objects()) == [
        _object("code/a/ours.zip", b"ours"),
        *(_object(key, key.encode()) for key in ("code/b/theirs.zip", "code/ü & <3>.zip", "layers/theirs.zip")),
    ]
    assert requests_of(bucket.name).count("GetObject") == 3


def test_what_is_deleted_is_gone_and_the_bucket_goes_when_it_is_empty(
    artifacts: CosArtifacts, bucket: CosBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cos_artifacts, "_PAGE", 2)
    keys = ["code/a.zip", "code/ü & <3>.zip", "layers/c.zip"]
    for key in (*keys, "kept"):
        bucket.put(key, b"x")
    artifacts.delete(keys)
    assert bucket.objects() == ["kept"]
    with pytest.raises(CloudAnswerError, match=f"COS DeleteBucket {bucket.name}: BucketNotEmpty"):
        artifacts.delete_bucket()
    for number in range(5):
        bucket.put(f"rollouts/default/a%24b/live/000001/{number:06d}.json", b"{}")
    assert len(list(artifacts.records())) == 5
    artifacts.delete(artifacts.records())
    assert bucket.objects() == ["kept"]
    artifacts.delete(["kept", "gone"])
    artifacts.delete_bucket()
    assert not artifacts.exists()


def test_a_key_that_cos_refuses_to_delete_is_an_error(
    artifacts: CosArtifacts, bucket: CosBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COS answers 200 then (API reference, "DELETE Multiple Objects"); the local cloud refuses the whole request."""
    answer = {"Error": [{"Key": "code/a.zip", "Code": "AccessDenied", "Message": "Access Denied."}]}
    monkeypatch.setattr(artifacts._cos, "delete_objects", lambda **_: answer)
    with pytest.raises(CloudAnswerError, match=r"DeleteMultipleObjects .*/code/a\.zip: AccessDenied: Access Denied\."):
        artifacts.delete(["code/a.zip"])
