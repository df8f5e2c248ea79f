"""Uploads that are killed, cancelled, dropped and raced: what is sent again, and what stays."""

from __future__ import annotations

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

import oss2
import pytest

from support.faulty_relay import FaultyRelay
from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.storage import multipart, part_sender
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.crc64 import crc64_of_file
from yunfn.storage.object_store import ObjectHead, Transfer
from yunfn.storage.oss_store import OssStore

KEY = "layers/numpy/0123.zip"
MB = 1024**2
SIZE = 24 * MB + 5
AS_OURS = {
    "x-oss-object-acl": "private",
    "x-oss-server-side-encryption": "AES256",
    "Content-Type": "application/zip",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_sender, "_LONGEST_WAIT", 0.05)


def put(store: OssStore, file: Path, transfer: Transfer | None = None) -> ObjectHead:
    return store.put(KEY, file, crc64_of_file(file), transfer or Transfer())


def test_an_upload_that_was_killed_goes_on_where_it_stopped(
    store: OssStore, file: Path, relay: FaultyRelay, requests_of: Callable[[str], list[str]]
) -> None:
    program = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from yunfn.storage import alibaba_session
        from yunfn.storage.crc64 import crc64_of_file
        from yunfn.storage.object_store import Transfer
        from yunfn.storage.oss_store import OssStore

        def sent(count):
            if count >= {SIZE // 2}:
                print(count, flush=True)
                time.sleep(60)

        file = Path({str(file)!r})
        store = OssStore(alibaba_session.from_environment(), {store.bucket!r})
        store.put({KEY!r}, file, crc64_of_file(file), Transfer(sent=sent))
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reached = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert store.head(KEY) is None
    first, before = requests_of(store.bucket), -1
    # What the dead process had sent is still on its way.
    while (first, before) != (now := (requests_of(store.bucket), relay.sent)):
        first, before = now
        time.sleep(0.5)

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
    store: OssStore, bucket: oss2.Bucket, file: Path, requests_of: Callable[[str], list[str]]
) -> None:
    data, parts = file.read_bytes(), multipart.plan(SIZE)
    upload = bucket.init_multipart_upload(KEY, headers=AS_OURS).upload_id
    for part in parts[:6]:
        bucket.upload_part(KEY, upload, part.number, data[part.offset : part.offset + part.size])
    bucket.upload_part(KEY, upload, 2, os.urandom(parts[1].size))
    bucket.upload_part(KEY, upload, 3, data[parts[2].offset :][: parts[2].size - 1])
    bucket.upload_part(KEY, upload, 40, os.urandom(MB))
    told: list[int] = []
    put(store, file, Transfer(sent=told.append))
    assert told[0] == 4 * multipart.part_size(SIZE)
    assert b"".join(store.read(KEY)) == data
    assert requests_of(store.bucket).count("UploadPart") == 9 + len(parts) - 4


def test_an_upload_begun_by_others_becomes_no_public_or_plain_object(
    store: OssStore, bucket: oss2.Bucket, file: Path
) -> None:
    data, part = file.read_bytes(), multipart.plan(SIZE)[0]
    headers = {"x-oss-object-acl": "public-read", "Content-Type": "text/html"}
    upload = bucket.init_multipart_upload(KEY, headers=headers).upload_id
    bucket.upload_part(KEY, upload, part.number, data[: part.size])
    put(store, file)
    assert bucket.get_object_acl(KEY).acl == "private"
    assert bucket.head_object(KEY).headers["x-oss-server-side-encryption"] == "AES256"


def test_a_cancelled_upload_stops_within_a_second_and_can_be_resumed(
    store: OssStore, bucket: oss2.Bucket, file: Path, relay: FaultyRelay
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
    assert len(list(oss2.ObjectUploadIterator(bucket, KEY))) == 1
    told: list[int] = []
    put(store, file, Transfer(sent=told.append))
    assert told[0] >= SIZE // 3
    assert b"".join(store.read(KEY)) == file.read_bytes()


def test_dropped_connections_are_made_anew(
    store: OssStore, file: Path, relay: FaultyRelay, quick_retries: None
) -> None:
    relay.budgets = [MB // 2] * 5
    put(store, file)
    assert relay.dropped == 5
    assert b"".join(store.read(KEY)) == file.read_bytes()


def test_reading_goes_on_after_dropped_connections(
    store: OssStore, file: Path, relay: FaultyRelay, quick_retries: None, session: AlibabaSession
) -> None:
    put(store, file)
    relay.down_budgets = [MB // 2] * 5
    # A store without open connections.
    assert b"".join(OssStore(session, store.bucket).read(KEY)) == file.read_bytes()
    assert relay.dropped == 5


def test_an_object_that_changes_while_it_is_read_is_never_mixed(
    store: OssStore, file: Path, bucket: oss2.Bucket
) -> None:
    put(store, file)
    pieces = store.read(KEY)
    next(pieces)
    bucket.put_object(KEY, os.urandom(SIZE))
    with pytest.raises(CloudAnswerError, match=r"OSS GetObject .*: PreconditionFailed"):
        list(pieces)


def test_a_cloud_that_drops_every_connection_is_an_error_of_the_request(
    store: OssStore, file: Path, relay: FaultyRelay, quick_retries: None
) -> None:
    relay.budgets = [20_000] * 500
    with pytest.raises(CloudAnswerError, match=f"OSS UploadPart oss://{store.bucket}/{KEY}: RequestError: "):
        put(store, file)


def test_answers_of_5xx_are_tried_again(
    store: OssStore, file: Path, quick_retries: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, true = set[str](), oss2.Session.do_request

    def first_not(self: oss2.Session, request: oss2.http.Request, timeout: float) -> oss2.http.Response:
        asked = f"{request.method} {request.url} {sorted(request.params.items())}"
        response = true(self, request, timeout)
        if asked not in refused and request.method != "POST":
            refused.add(asked)
            response.read()
            response.status = 503
        return response

    with monkeypatch.context() as patch:
        patch.setattr(oss2.Session, "do_request", first_not)
        put(store, file)
    # Each part, and the versioning and the uploads that were asked for before.
    assert len(refused) == len(multipart.plan(SIZE)) + 2
    assert b"".join(store.read(KEY)) == file.read_bytes()


class _Bending:
    """A body that differs on the wire from what its checksum was computed of."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self.len = body.len

    def read(self, size: int) -> bytes:
        data: bytes = self._body.read(size)
        return data[:-1] + bytes([data[-1] ^ 1]) if data else data


@pytest.fixture
def bent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first two bodies that are sent arrive bent; their URLs."""
    true, urls, lock = oss2.Session.do_request, list[str](), threading.Lock()

    def bend(self: oss2.Session, request: oss2.http.Request, timeout: float) -> oss2.http.Response:
        with lock:
            if request.method == "PUT" and len(urls) < 2:
                urls.append(request.url)
                request.data = _Bending(request.data)
        return true(self, request, timeout)

    monkeypatch.setattr(oss2.Session, "do_request", bend)
    return urls


def test_parts_bent_underway_are_sent_again(
    store: OssStore, file: Path, quick_retries: None, bent: list[str], requests_of: Callable[[str], list[str]]
) -> None:
    put(store, file)
    assert b"".join(store.read(KEY)) == file.read_bytes()
    assert requests_of(store.bucket).count("UploadPart") == len(multipart.plan(SIZE)) + len(bent) == 27


def test_an_object_bent_underway_is_sent_again(
    store: OssStore, file: Path, quick_retries: None, bent: list[str], requests_of: Callable[[str], list[str]]
) -> None:
    file.write_bytes(b"small")
    put(store, file)
    assert b"".join(store.read(KEY)) == b"small"
    assert requests_of(store.bucket).count("PutObject") == 3


def test_a_file_that_becomes_shorter_is_no_upload_that_hangs(store: OssStore, file: Path) -> None:
    def cut(_: int) -> None:
        os.truncate(file, 1000)

    with pytest.raises(ArtifactError, match=r"package\.zip: became shorter while it was uploaded"):
        put(store, file, Transfer(sent=cut))
    assert store.head(KEY) is None


def test_two_at_once_make_one_object(session: AlibabaSession, store: OssStore, file: Path, bucket: oss2.Bucket) -> None:
    heads: list[ObjectHead] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            heads.append(put(OssStore(session, store.bucket), file))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heads) == 1 and [type(error) for error in errors] == [ObjectExistsError] * 2, errors
    assert b"".join(store.read(KEY)) == file.read_bytes()


def test_an_upload_that_somebody_aborts_begins_anew(store: OssStore, file: Path, bucket: oss2.Bucket) -> None:
    aborted: list[str] = []

    def abort(count: int) -> None:
        if count and not aborted:
            for upload in oss2.ObjectUploadIterator(bucket, KEY):
                aborted.append(upload.upload_id)
                bucket.abort_multipart_upload(KEY, upload.upload_id)

    put(store, file, Transfer(sent=abort))
    assert len(aborted) == 1
    assert b"".join(store.read(KEY)) == file.read_bytes()
