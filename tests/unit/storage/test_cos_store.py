"""What is COS's own in the artifact store: what its client logs, and bytes that it does not check itself."""

from __future__ import annotations

import hashlib
import io
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from support.store_backends import KEY, MB, CosBackend, checksums_of
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.storage import multipart
from yunfn.storage.cos_store import SHA256_HEADER, CosStore
from yunfn.storage.object_store import Transfer


@pytest.fixture
def backend(in_cloud: Connection) -> CosBackend:
    return CosBackend(in_cloud)


@pytest.fixture(params=[b"small", bytes(3 * 1024**2)], ids=["small", "large"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(request.param)
    return path


def test_no_secret_is_in_an_error_or_log(backend: CosBackend, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    session = backend.session
    forged = replace(session, secret_key="w" * 32)
    store = CosStore(forged, backend.bucket)
    with caplog.at_level(logging.DEBUG), pytest.raises(CloudAnswerError, match="SignatureDoesNotMatch") as refused:
        backend.put(file, store=store)
    said = "".join(map(str, (refused.value, refused.value.args)))
    assert forged.secret_key not in said and forged.secret_id not in said and "q-signature" not in said
    assert "q-sign" not in caplog.text and forged.secret_key not in caplog.text and "sign_key" not in caplog.text
    assert session.secret_key not in repr(session)
    with pytest.raises(CloudAnswerError, match=r"COS HeadObject .*: 403: .*\(request [0-9A-F-]{20,}\)"):
        store.head(KEY)


def _kept_sha256(backend: CosBackend) -> str | None:
    """What COS says of the object under KEY in yunfn's header."""
    headers = backend.bucket_client.call("head_object", Key=KEY)
    return next((value for name, value in headers.items() if name.lower() == SHA256_HEADER), None)


def test_an_object_tells_the_sha256_that_cos_does_not(backend: CosBackend, file: Path) -> None:
    backend.put(file)
    assert _kept_sha256(backend) == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("said", ["0" * 64, ""], ids=["another", "none"])
def test_an_upload_that_was_begun_for_another_zip_leaves_no_wrong_sha256(
    backend: CosBackend, tmp_path: Path, said: str
) -> None:
    """Its first part may be the same all the same; one that says nothing is as good."""
    file = tmp_path / "package.zip"
    file.write_bytes(os.urandom(3 * MB))
    first = multipart.plan(3 * MB)[0]
    metadata = {"x-cos-forbid-overwrite": "true"} | ({SHA256_HEADER: said} if said else {})
    kind = {"ACL": "private", "ServerSideEncryption": "AES256", "ContentType": "application/zip"}
    begun = backend.bucket_client.call("create_multipart_upload", Key=KEY, Metadata=metadata, **kind)["UploadId"]
    backend.send(begun, first.number, file.read_bytes()[: first.size])
    told: list[int] = []
    backend.put(file, Transfer(sent=told.append))
    assert backend.read() == file.read_bytes()
    assert (told[0], _kept_sha256(backend)) == (first.size, checksums_of(file).sha256 if said else None)
    assert told.count(0) == bool(said)


@pytest.mark.parametrize("times", [1, 100])
def test_bytes_bent_on_their_way_back_are_asked_for_again(
    backend: CosBackend, tmp_path: Path, quick_retries: None, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(b"small")
    backend.put(file)
    true, bent = HTTPAdapter.send, list[str]()

    def bend(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = true(self, request, **options)
        if request.method == "GET" and len(bent) < times:
            bent.append(str(request.url))
            response.raw.read()
            response.raw = urllib3.HTTPResponse(io.BytesIO(b"smell"), preload_content=False)
        return response

    monkeypatch.setattr(HTTPAdapter, "send", bend)
    if times == 1:
        assert backend.read() == b"small"
        return
    with pytest.raises(CloudAnswerError, match=r"COS GetObject .*: what came is not what COS has.*again and again"):
        backend.read()
