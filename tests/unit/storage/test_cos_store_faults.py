"""Uploads to COS that are killed, cancelled, dropped and raced: what is sent again, and what stays."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from support.cos_bucket import CosBucket, fresh_bucket, session_of
from support.faulty_relay import FaultyRelay
from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.localcloud.connection import Connection
from yunfn.storage import multipart, part_sender
from yunfn.storage.cos import CosStore
from yunfn.storage.crc64 import crc64_of_file
from yunfn.storage.object_store import ObjectHead, Transfer
from yunfn.storage.tencent_session import TencentSession

KEY = "layers/numpy/0123.zip"
MB = 1024**2
SIZE = 24 * MB + 5
AS_OURS = {"ACL": "private", "ServerSideEncryption": "AES256", "ContentType": "application/zip"}


@pytest.fixture
def session(in_cloud: Connection) -> TencentSession:
    return session_of(in_cloud)


@pytest.fixture
def bucket(session: TencentSession) -> CosBucket:
    return fresh_bucket(session)


@pytest.fixture
def store(session: TencentSession, bucket: CosBucket) -> CosStore:
    return CosStore(session, bucket.name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_sender, "_LONGEST_WAIT", 0.05)


def put(store: CosStore, file: Path, transfer: Transfer | None = None) -> ObjectHead:
    return store.put(KEY, file, crc64_of_file(file), transfer or Transfer())


def begin(bucket: CosBucket, data: bytes, count: int, **headers: str) -> str:
    """An upload that somebody began and left with its first ``count`` parts."""
    upload: str = bucket.call("create_multipart_upload", Key=KEY, **headers)["UploadId"]
    for part in multipart.plan(len(data))[:count]:
        send(bucket, upload, part.number, data[part.offset : part.offset + part.size])
    return upload


def send(bucket: CosBucket, upload: str, number: int, body: bytes) -> None:
    bucket.call("upload_part", Key=KEY, UploadId=upload, PartNumber=number, Body=body)


def test_an_upload_that_was_killed_goes_on_where_it_stopped(
    store: CosStore, file: Path, relay: FaultyRelay, requests_of: Callable[[str], list[str]]
) -> None:
    program = textwrap.dedent(
        f"""
        import time
        from pathlib import Path
        from yunfn.storage import tencent_session
        from yunfn.storage.cos import CosStore
        from yunfn.storage.crc64 import crc64_of_file
        from yunfn.storage.object_store import Transfer

        def sent(count):
            if count >= {SIZE // 2}:
                print(count, flush=True)
                time.sleep(60)

        file = Path({str(file)!r})
        store = CosStore(tencent_session.from_environment(), {store.bucket!r})
        store.put({KEY!r}, file, crc64_of_file(file), Transfer(sent=sent))
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reached = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert store.head(KEY) is None
    first, before = requests_of(store.bucket), relay.sent

    told: list[int] = []
    put(store, file, Transfer(sent=told.append))
    assert told[0] >= reached
    assert b"".join(store.read(KEY)) == file.read_bytes()
    second = requests_of(store.bucket)[len(first) :]
    assert "InitiateMultipartUpload" not in second
    assert second.count("UploadPart") <= len(multipart.plan(SIZE)) - reached // multipart.part_size(SIZE)
    # TLS and request heads are some per cent of what is sent.
    assert relay.sent - before <= (SIZE - told[0]) * 1.1


def test_only_parts_that_are_the_files_own_are_kept(
    store: CosStore, bucket: CosBucket, file: Path, requests_of: Callable[[str], list[str]]
) -> None:
    data, parts = file.read_bytes(), multipart.plan(SIZE)
    upload = begin(bucket, data, 6, **AS_OURS)
    send(bucket, upload, 2, os.urandom(parts[1].size))
    send(bucket, upload, 3, data[parts[2].offset :][: parts[2].size - 1])
    send(bucket, upload, 40, os.urandom(MB))
    told: list[int] = []
    put(store, file, Transfer(sent=told.append))
    assert told[0] == 4 * multipart.part_size(SIZE)
    assert b"".join(store.read(KEY)) == data
    assert requests_of(store.bucket).count("UploadPart") == 9 + len(parts) - 4


def test_newer_uploads_of_other_keys_do_not_stand_before_it(store: CosStore, bucket: CosBucket, file: Path) -> None:
    begin(bucket, file.read_bytes(), 2, **AS_OURS)
    # Uploads are told with the second they began in.
    time.sleep(1.1)
    for number in range(6):
        bucket.call("create_multipart_upload", Key=f"{KEY}.{number}", **AS_OURS)
    told: list[int] = []
    put(store, file, Transfer(sent=told.append))
    assert told[0] == 2 * multipart.part_size(SIZE)
    assert len(bucket.uploads()) == 6


def test_the_upload_that_has_most_is_taken(store: CosStore, bucket: CosBucket, file: Path) -> None:
    data = file.read_bytes()
    for count in (3, 7, 1):
        begin(bucket, data, count, **AS_OURS)
    told: list[int] = []
    put(store, file, Transfer(sent=told.append))
    assert told[0] == 7 * multipart.part_size(SIZE)


@pytest.mark.parametrize("other", [{"ACL": "public-read"}, {"ContentType": "text/html"}, {"ServerSideEncryption": ""}])
def test_an_upload_begun_by_others_becomes_no_public_or_plain_object(
    store: CosStore, bucket: CosBucket, file: Path, other: dict[str, str]
) -> None:
    begin(bucket, file.read_bytes(), 1, **(AS_OURS | other))
    put(store, file)
    acl = bucket.call("get_object_acl", Key=KEY)["AccessControlList"]["Grant"]
    assert [grant["Permission"] for grant in acl] == ["FULL_CONTROL"]
    found = bucket.call("head_object", Key=KEY)
    assert (found["x-cos-server-side-encryption"], found["Content-Type"]) == ("AES256", "application/zip")


def test_a_cancelled_upload_stops_within_a_second_and_can_be_resumed(
    store: CosStore, bucket: CosBucket, file: Path, relay: FaultyRelay
) -> None:
    transfer = Transfer(sent=lambda count: relay.silent.set() if count >= SIZE // 3 else None)
    ended: list[float] = []

    def cancel() -> None:
        relay.silent.wait(20)
        time.sleep(0.2)
        ended.append(time.monotonic())
        transfer.cancelled.set()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(ArtifactError, match="cancelled; run again to go on"):
        put(store, file, transfer)
    took = time.monotonic() - ended[0]
    canceller.join()
    relay.silent.clear()
    assert took < 1
    assert store.head(KEY) is None
    assert len(bucket.uploads()) == 1
    told: list[int] = []
    put(store, file, Transfer(sent=told.append))
    assert told[0] >= SIZE // 3
    assert b"".join(store.read(KEY)) == file.read_bytes()


def test_cancelling_while_bytes_flow_is_no_error_of_the_cloud(store: CosStore, file: Path) -> None:
    transfer = Transfer()

    def sent(count: int) -> None:
        if count:
            transfer.cancelled.set()

    with pytest.raises(ArtifactError, match="cancelled; run again to go on"):
        store.put(KEY, file, crc64_of_file(file), Transfer(sent=sent, cancelled=transfer.cancelled))


def test_dropped_connections_are_made_anew(
    store: CosStore, file: Path, relay: FaultyRelay, quick_retries: None
) -> None:
    relay.budgets = [MB // 2] * 5
    put(store, file)
    assert relay.dropped == 5
    assert b"".join(store.read(KEY)) == file.read_bytes()


def test_a_cloud_that_drops_every_connection_is_an_error_of_the_request(
    store: CosStore, file: Path, relay: FaultyRelay, quick_retries: None
) -> None:
    relay.budgets = [20_000] * 500
    with pytest.raises(CloudAnswerError, match=f"COS UploadPart cos://{store.bucket}/{KEY}: .*Error: "):
        put(store, file)


def test_an_unknown_certificate_is_told_at_once(
    session: TencentSession, store: CosStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE")
    began = time.monotonic()
    with pytest.raises(CloudAnswerError, match=r"COS HeadObject .*SSLError.*\(request -\)"):
        CosStore(session, store.bucket).head(KEY)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("status", [503, 429])
def test_answers_that_say_later_are_tried_again(
    store: CosStore, file: Path, quick_retries: None, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    refused, true = set[str](), HTTPAdapter.send

    def first_not(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = true(self, request, **options)
        asked = f"{request.method} {request.url}"
        if asked not in refused and request.method != "POST":
            refused.add(asked)
            response.status_code = status
        return response

    with monkeypatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", first_not)
        put(store, file)
    # Each part, and the versioning and the uploads that were asked for before.
    assert len(refused) == len(multipart.plan(SIZE)) + 2
    assert b"".join(store.read(KEY)) == file.read_bytes()


@pytest.fixture
def bent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first two bodies that are sent arrive bent; their URLs."""
    true, urls, lock = HTTPAdapter.send, list[str](), threading.Lock()

    def bend(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        with lock:
            if request.method == "PUT" and len(urls) < 2:
                urls.append(str(request.url))
                body: Any = request.body
                data = body.read()
                request.body = data[:-1] + bytes([data[-1] ^ 1])
        return true(self, request, **options)

    monkeypatch.setattr(HTTPAdapter, "send", bend)
    return urls


def test_parts_bent_underway_are_sent_again(
    store: CosStore, file: Path, quick_retries: None, bent: list[str], requests_of: Callable[[str], list[str]]
) -> None:
    put(store, file)
    assert b"".join(store.read(KEY)) == file.read_bytes()
    assert requests_of(store.bucket).count("UploadPart") == len(multipart.plan(SIZE)) + len(bent) == 27


def test_an_object_bent_underway_is_sent_again(
    store: CosStore, file: Path, quick_retries: None, bent: list[str], requests_of: Callable[[str], list[str]]
) -> None:
    file.write_bytes(b"small")
    put(store, file)
    assert b"".join(store.read(KEY)) == b"small"
    assert requests_of(store.bucket).count("PutObject") == 3


def test_a_file_that_becomes_shorter_is_no_upload_that_hangs(store: CosStore, file: Path) -> None:
    def cut(_: int) -> None:
        os.truncate(file, 1000)

    with pytest.raises(ArtifactError, match=r"package\.zip: became shorter while it was uploaded"):
        put(store, file, Transfer(sent=cut))
    assert store.head(KEY) is None


@pytest.mark.parametrize("times", [1, 100])
def test_bytes_bent_on_their_way_back_are_asked_for_again(
    store: CosStore, file: Path, quick_retries: None, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    file.write_bytes(b"small")
    put(store, file)
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
        assert b"".join(store.read(KEY)) == b"small"
        return
    with pytest.raises(CloudAnswerError, match=r"COS GetObject .*: what came is not what COS has.*again and again"):
        list(store.read(KEY))


def test_two_at_once_make_one_object(session: TencentSession, store: CosStore, file: Path) -> None:
    heads: list[ObjectHead] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            heads.append(put(CosStore(session, store.bucket), file))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heads) == 1 and [type(error) for error in errors] == [ObjectExistsError] * 2, errors
    assert b"".join(store.read(KEY)) == file.read_bytes()


def test_an_upload_that_somebody_aborts_begins_anew(store: CosStore, file: Path, bucket: CosBucket) -> None:
    aborted: list[str] = []

    def abort(count: int) -> None:
        if count and not aborted:
            for upload in bucket.uploads():
                aborted.append(upload)
                bucket.call("abort_multipart_upload", Key=KEY, UploadId=upload)

    put(store, file, Transfer(sent=abort))
    assert len(aborted) == 1
    assert b"".join(store.read(KEY)) == file.read_bytes()


def test_an_object_that_is_replaced_while_it_is_read_is_not_mixed(
    store: CosStore, file: Path, bucket: CosBucket
) -> None:
    put(store, file)
    pieces = store.read(KEY)
    next(pieces)
    bucket.put(KEY, os.urandom(SIZE))
    with pytest.raises(CloudAnswerError, match=r"GetObject .*PreconditionFailed"):
        list(pieces)
