"""Objects that are created and never written over, in both clouds' buckets by the true clients."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from support.faulty_relay import FaultyRelay
from support.store_backends import Backend, Kind, OssBackend
from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.localcloud.connection import Connection
from yunfn.storage import numbered_objects
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.cos_numbered_objects import CosNumberedObjects
from yunfn.storage.numbered_objects import CreateOnlyObjects
from yunfn.storage.oss_numbered_objects import OssNumberedObjects

KEY = "rollouts/-/svc%24shop/live/000001/000001.json"


def opened(backend: Backend, bucket: str = "") -> CreateOnlyObjects:
    """The objects of the backend's bucket, as another process would see them."""
    if isinstance(backend, OssBackend):
        return OssNumberedObjects(backend.session, bucket or backend.bucket)
    session = backend.session  # type: ignore[attr-defined]
    return CosNumberedObjects(session, bucket or backend.bucket)


@contextmanager
def faults(cloud: Connection, kinds: list[str], seed: int, rate: float = 0.5) -> Iterator[None]:
    """Requests to the object stores go wrong for a while; some really do. No kinds are no faults."""
    if not kinds:
        yield
        return
    plan = {"seed": seed, "rate": rate, "kinds": kinds, "services": ["oss", "cos"], "stall_seconds": 0.3}
    cloud.ask("PUT", "/faults", json=plan)
    try:
        yield
        assert cloud.ask("GET", "/faults").json()["drawn"]
    finally:
        cloud.ask("DELETE", "/faults")


def test_what_was_created_is_read_and_stays(backend: Backend) -> None:
    objects = opened(backend)
    assert objects.read(KEY) is None
    objects.create(KEY, b'{"first": 1}')
    with pytest.raises(ObjectExistsError, match=f"{objects.scheme}://{backend.bucket}/{KEY}: is there already"):
        opened(backend).create(KEY, b'{"first": 1}')
    assert opened(backend).read(KEY) == b'{"first": 1}'


def test_it_is_private_and_encrypted(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    backend.publish()
    opened(backend).create("code/hello/0123.zip", b"{}")
    assert backend.kind() == Kind(content_type="application/json")


def test_folders_are_told_once_and_of_their_prefix_only(backend: Backend) -> None:
    objects = opened(backend)
    assert objects.folders("rollouts/-/a%24b/live/") == []
    for number in (1, 2, 10):
        objects.create(f"rollouts/-/a%24b/live/{number:06d}/000001.json", b"1")
        objects.create(f"rollouts/-/a%24b/live/{number:06d}/000002.json", b"2")
    objects.create("rollouts/-/a%24b/live2/000007/000001.json", b"of another")
    assert objects.folders("rollouts/-/a%24b/live/") == ["000001", "000002", "000010"]
    assert objects.folders("rollouts/-/a%24b/") == ["live", "live2"]


def test_more_folders_than_one_answer_holds_are_all_told(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = opened(backend)
    for number in range(5):
        objects.create(f"rollouts/{number}/000001.json", b"1")
    client = objects._oss if isinstance(objects, OssNumberedObjects) else objects._cos  # type: ignore[attr-defined]
    name = "list_objects_v2" if isinstance(objects, OssNumberedObjects) else "list_objects"
    true, asked = getattr(client, name), []

    def two_at_a_time(*arguments: object, **options: object) -> object:
        asked.append(options)
        limit = "max_keys" if isinstance(objects, OssNumberedObjects) else "MaxKeys"
        return true(*arguments, **{**options, limit: 2})

    monkeypatch.setattr(client, name, two_at_a_time)
    assert objects.folders("rollouts/") == list("01234")
    assert len(asked) == 3


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_bucket_with_versions_is_refused(backend: Backend, status: str) -> None:
    backend.version("Enabled")
    backend.version(status)
    with pytest.raises(ArtifactError, match=f"{backend.bucket}: versioning is {status}: .* never versioned"):
        opened(backend).create(KEY, b"1")
    assert backend.objects() == []


def test_a_bucket_that_gets_versions_later_is_refused_by_the_next_write(
    backend: Backend, requests_of: Callable[[str], list[str]]
) -> None:
    objects = opened(backend)
    objects.create(KEY, b"1")
    objects.create(f"{KEY}.2", b"1")
    # Once for all writes of one session.
    assert requests_of(backend.bucket).count("GetBucketVersioning") == 1
    backend.version("Enabled")
    with pytest.raises(ArtifactError, match="the bucket became versioned"):
        objects.create(f"{KEY}.3", b"1")


@pytest.mark.parametrize("kinds", [["drop"], ["gateway"], ["stall"], ["drop", "gateway", "throttle", "error"]])
def test_a_write_whose_answer_was_lost_is_a_success_and_written_once(
    backend: Backend, in_cloud: Connection, quick_retries: None, kinds: list[str]
) -> None:
    objects = opened(backend)
    objects.create("first", b"1")
    done = []
    with faults(in_cloud, kinds, seed=7, rate=0.4):
        for number in range(20):
            try:
                objects.create(f"n/{number}", b"the same bytes")
                done.append(number)
            except CloudAnswerError:
                # Six tries in a row; it may be there all the same.
                continue
    assert len(done) >= 17
    # Whoever was told of success has it there, by nobody else.
    for number in done:
        with pytest.raises(ObjectExistsError):
            objects.create(f"n/{number}", b"the same bytes")


@pytest.mark.parametrize("kinds", [[], ["drop", "gateway"], ["stall", "throttle"]])
def test_of_many_writers_of_one_number_one_succeeds(
    backend: Backend, in_cloud: Connection, quick_retries: None, kinds: list[str]
) -> None:
    writers = [opened(backend) for _ in range(4)]
    with faults(in_cloud, kinds, seed=3, rate=0.4):
        for number in range(6):
            answers = race(writers, f"race/{number}")
            assert answers.count("won") == 1 or ("won" not in answers and "unknown" in answers), answers


def race(writers: list[CreateOnlyObjects], key: str) -> list[str]:
    """What becomes of the same bytes under one key, written by all at once: only the mark tells the writers apart."""
    answers: list[str] = []
    start = threading.Barrier(len(writers))

    def write(writer: CreateOnlyObjects) -> None:
        start.wait()
        try:
            writer.create(key, b"{}")
            answers.append("won")
        except ObjectExistsError:
            answers.append("lost")
        except CloudAnswerError:
            answers.append("unknown")

    threads = [threading.Thread(target=write, args=(each,)) for each in writers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(answers) == len(writers)
    return answers


def test_reading_goes_on_after_dropped_connections(
    backend: Backend, relay: FaultyRelay, quick_retries: None, in_cloud: Connection
) -> None:
    opened(backend).create(KEY, b"x" * 300_000)
    relay.down_budgets = [100_000] * 3
    assert opened(backend).read(KEY) == b"x" * 300_000
    assert relay.dropped == 3


def test_a_cloud_that_never_answers_is_an_error_and_soon(
    backend: Backend, relay: FaultyRelay, quick_retries: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert numbered_objects.TIMEOUT == (5, 10)
    module = type(opened(backend)).__module__
    monkeypatch.setattr(f"{module}.TIMEOUT", (0.2, 0.2))
    monkeypatch.setattr(numbered_objects, "_TRYING", 0.3)
    objects = opened(backend)
    true, tries = objects._get, list[str]()

    def get(key: str) -> bytes | None:
        tries.append(key)
        return true(key)

    monkeypatch.setattr(objects, "_get", get)
    relay.silent.set()
    with pytest.raises(CloudAnswerError, match=f"{backend.cloud} GetObject .*{KEY}: "):
        objects.read(KEY)
    relay.silent.clear()
    # Not six.
    assert len(tries) <= 3


def test_an_object_too_large_for_a_record_is_refused(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{type(opened(backend)).__module__}.LARGEST", 10)
    backend.place(b"x" * 11, KEY)
    with pytest.raises(ArtifactError, match="an object of 11 bytes"):
        opened(backend).read(KEY)


def test_a_missing_bucket_is_an_error_and_no_missing_object(backend: Backend) -> None:
    for call in (lambda each: each.read(KEY), lambda each: each.folders("a/"), lambda each: each.create(KEY, b"1")):
        with pytest.raises(
            CloudAnswerError, match=r"not there\. The bootstrap program .*NoSuchBucket.*\(request \S+\)"
        ) as caught:
            call(opened(backend, backend.missing))
        assert caught.value.status == 404


def test_a_name_that_no_bucket_can_have_is_refused_as_every_request_is(session: AlibabaSession) -> None:
    with pytest.raises(CloudAnswerError, match="bucket_name is invalid"):
        OssNumberedObjects(session, "B")
