"""What is COS's own in the artifact store: what its client logs, and bytes that it does not check itself."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from support.store_backends import KEY, CosBackend
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.storage.cos import CosStore


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
