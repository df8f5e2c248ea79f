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

import pytest
import requests
from requests.adapters import HTTPAdapter

from support.faulty_relay import FaultyRelay
from support.store_backends import KEY, MB, Backend, Kind
from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.storage import multipart
from yunfn.storage.object_store import ObjectHead, Transfer

SIZE = 12 * MB + 5


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(os.urandom(SIZE))
    return path


def test_an_upload_that_was_killed_goes_on_where_it_stopped(
    backend: Backend, file: Path, relay: FaultyRelay, requests_of: Callable[[str], list[str]]
) -> None:
    session, module, store = backend.modules
    program = textwrap.dedent(
        f"""
        import hashlib
        import time
        from pathlib import Path
        from yunfn.storage import {session}
        from yunfn.storage.{module} import {store}
        from yunfn.storage.crc64 import crc64_of_file
        from yunfn.storage.object_store import Checksums, Transfer

        def sent(count):
            if count >= {SIZE // 2}:
                print(count, flush=True)
                time.sleep(60)

        file = Path({str(file)!r})
        store = {store}({session}.from_environment(), {backend.bucket!r})
        checksums = Checksums(crc64_of_file(file), hashlib.sha256(file.read_bytes()).hexdigest())
        store.put({KEY!r}, file, checksums, Transfer(sent=sent))
        """
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reached = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert backend.store.head(KEY) is None
    first, before = requests_of(backend.bucket), -1
    # What the dead process had sent is still on its way.
    while (first, before) != (now := (requests_of(backend.bucket), relay.sent)):
        first, before = now
        time.sleep(1)

    told: list[int] = []
    backend.put(file, Transfer(sent=told.append))
    assert told[0] >= reached
    assert backend.read() == file.read_bytes()
    second = requests_of(backend.bucket)[len(first) :]
    assert "InitiateMultipartUpload" not in second
    assert second.count("UploadPart") <= len(multipart.plan(SIZE)) - reached // multipart.part_size(SIZE)
    # TLS and request heads are some per cent of what is sent; and on a busy machine all parts were there already.
    assert relay.sent - before <= (SIZE - told[0]) * 1.1 + MB // 4


def test_only_parts_that_are_the_files_own_are_kept(
    backend: Backend, file: Path, requests_of: Callable[[str], list[str]]
) -> None:
    data, parts = file.read_bytes(), multipart.plan(SIZE)
    upload = backend.begin_with(data, 6)
    backend.send(upload, 2, os.urandom(parts[1].size))
    backend.send(upload, 3, data[parts[2].offset :][: parts[2].size - 1])
    backend.send(upload, 40, os.urandom(MB))
    told: list[int] = []
    backend.put(file, Transfer(sent=told.append))
    assert told[0] == 4 * multipart.part_size(SIZE)
    assert backend.read() == data
    assert requests_of(backend.bucket).count("UploadPart") == 9 + len(parts) - 4


def test_newer_uploads_of_other_keys_do_not_stand_before_it(backend: Backend, file: Path) -> None:
    backend.begin_with(file.read_bytes(), 2)
    # Uploads are told with the second they began in.
    time.sleep(1.1)
    for number in range(6):
        backend.begin(key=f"{KEY}.{number}")
    told: list[int] = []
    backend.put(file, Transfer(sent=told.append))
    assert told[0] == 2 * multipart.part_size(SIZE)
    assert len(backend.uploads()) == 6


def test_the_upload_that_has_most_is_taken(backend: Backend, file: Path) -> None:
    data = file.read_bytes()
    for count in (3, 7, 1):
        backend.begin_with(data, count)
    told: list[int] = []
    backend.put(file, Transfer(sent=told.append))
    assert told[0] == 7 * multipart.part_size(SIZE)


@pytest.mark.parametrize(
    "other", [Kind(public=True), Kind(content_type="text/html"), Kind(encryption="")], ids=["public", "html", "plain"]
)
def test_an_upload_begun_by_others_becomes_no_public_or_plain_object(backend: Backend, file: Path, other: Kind) -> None:
    backend.begin_with(file.read_bytes(), 1, other)
    backend.put(file)
    assert backend.kind() == Kind(public=False, encryption="AES256", content_type="application/zip")


def test_a_cancelled_upload_stops_within_a_second_and_can_be_resumed(
    backend: Backend, file: Path, relay: FaultyRelay
) -> None:
    transfer = Transfer(sent=lambda count: relay.silent.set() if count >= SIZE // 3 else None)
    ended: list[float] = []

    def cancel() -> None:
        relay.silent.wait(60)
        time.sleep(0.2)
        ended.append(time.monotonic())
        transfer.cancelled.set()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(ArtifactError, match="cancelled; run again to go on"):
        backend.put(file, transfer)
    took = time.monotonic() - ended[0]
    canceller.join()
    relay.silent.clear()
    assert took < 20  # A tenth of a second, where nothing else runs; else it waits for an answer for a minute.
    assert backend.store.head(KEY) is None
    assert len(backend.uploads()) == 1
    told: list[int] = []
    backend.put(file, Transfer(sent=told.append))
    assert told[0] >= SIZE // 3
    assert backend.read() == file.read_bytes()


def test_cancelling_while_bytes_flow_is_no_error_of_the_cloud(backend: Backend, file: Path) -> None:
    cancelled = threading.Event()

    def sent(count: int) -> None:
        if count:
            cancelled.set()

    with pytest.raises(ArtifactError, match="cancelled; run again to go on"):
        backend.put(file, Transfer(sent=sent, cancelled=cancelled))


def test_dropped_connections_are_made_anew(
    backend: Backend, file: Path, relay: FaultyRelay, quick_retries: None
) -> None:
    relay.budgets = [MB // 2] * 5
    backend.put(file)
    assert relay.dropped == 5
    assert backend.read() == file.read_bytes()


def test_reading_goes_on_after_dropped_connections(
    backend: Backend, file: Path, relay: FaultyRelay, quick_retries: None
) -> None:
    backend.put(file)
    relay.down_budgets = [MB // 2] * 5
    # A store without open connections.
    assert b"".join(backend.open().read(KEY)) == file.read_bytes()
    assert relay.dropped == 5


def test_an_object_that_is_replaced_while_it_is_read_is_not_mixed(backend: Backend, file: Path) -> None:
    # So long that it is not read ahead to its end.
    file.write_bytes(os.urandom(2 * SIZE))
    backend.put(file)
    pieces = backend.store.read(KEY)
    next(pieces)
    backend.place(os.urandom(2 * SIZE))
    with pytest.raises(CloudAnswerError, match=f"{backend.cloud} GetObject .*: PreconditionFailed"):
        list(pieces)


def test_a_cloud_that_drops_every_connection_is_an_error_of_the_request(
    backend: Backend, file: Path, relay: FaultyRelay, quick_retries: None
) -> None:
    relay.budgets = [20_000] * 500
    subject = f"{backend.cloud.lower()}://{backend.bucket}/{KEY}"
    with pytest.raises(CloudAnswerError, match=f"{backend.cloud} UploadPart {subject}: .*Error: "):
        backend.put(file)


def test_an_unknown_certificate_is_told_at_once(
    backend: Backend, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.delenv("CURL_CA_BUNDLE")
    with pytest.raises(
        CloudAnswerError, match=rf"{backend.cloud} HeadObject .*CERTIFICATE_VERIFY_FAILED.*\(request -\)"
    ):
        backend.open().head(KEY)
    assert waits == []


@pytest.mark.parametrize("status", [503, 429])
def test_answers_that_say_later_are_tried_again(
    backend: Backend, file: Path, quick_retries: None, monkeypatch: pytest.MonkeyPatch, status: int
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
        backend.put(file)
    # Each part, and the versioning and the uploads that were asked for before.
    assert len(refused) == len(multipart.plan(SIZE)) + 2
    assert backend.read() == file.read_bytes()


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
    backend: Backend, file: Path, quick_retries: None, bent: list[str], requests_of: Callable[[str], list[str]]
) -> None:
    backend.put(file)
    assert backend.read() == file.read_bytes()
    assert requests_of(backend.bucket).count("UploadPart") == len(multipart.plan(SIZE)) + len(bent) == 15


def test_an_object_bent_underway_is_sent_again(
    backend: Backend, file: Path, quick_retries: None, bent: list[str], requests_of: Callable[[str], list[str]]
) -> None:
    file.write_bytes(b"small")
    backend.put(file)
    assert backend.read() == b"small"
    assert requests_of(backend.bucket).count("PutObject") == 3


def test_a_file_that_becomes_shorter_is_no_upload_that_hangs(backend: Backend, file: Path) -> None:
    def cut(_: int) -> None:
        os.truncate(file, 1000)

    with pytest.raises(ArtifactError, match=r"package\.zip: became shorter while it was uploaded"):
        backend.put(file, Transfer(sent=cut))
    assert backend.store.head(KEY) is None


def test_two_at_once_make_one_object(backend: Backend, file: Path) -> None:
    heads: list[ObjectHead] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            heads.append(backend.put(file, store=backend.open()))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heads) == 1 and [type(error) for error in errors] == [ObjectExistsError] * 2, errors
    assert backend.read() == file.read_bytes()


def test_an_upload_that_somebody_aborts_begins_anew(backend: Backend, file: Path) -> None:
    aborted: list[str] = []

    def abort(count: int) -> None:
        if count and not aborted:
            for upload in backend.uploads():
                aborted.append(upload)
                backend.abort(upload)

    backend.put(file, Transfer(sent=abort))
    assert len(aborted) == 1
    assert backend.read() == file.read_bytes()
