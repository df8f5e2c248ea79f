"""A local cloud that a module's tests share, and the artifact store over it by the true client."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import oss2
import pytest

from support.faulty_relay import FaultyRelay, faulty_relay
from support.store_backends import Backend, CosBackend, OssBackend, oss_bucket, oss_session
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import variables
from yunfn.storage import part_sender
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.oss_store import OssStore


@pytest.fixture(scope="session")
def cloud() -> Iterator[Connection]:
    with connection.temporary() as running:
        yield running


@pytest.fixture
def in_cloud(cloud: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """The process' environment is that of a command in the cloud."""
    for name, value in variables(cloud.home, cloud.proxy_port).items():
        monkeypatch.setenv(name, value)
    return cloud


@pytest.fixture
def session(in_cloud: Connection) -> AlibabaSession:
    return oss_session(in_cloud)


@pytest.fixture
def bucket(session: AlibabaSession) -> oss2.Bucket:
    return oss_bucket(session)


@pytest.fixture
def store(session: AlibabaSession, bucket: oss2.Bucket) -> OssStore:
    return OssStore(session, bucket.bucket_name)


@pytest.fixture(params=[OssBackend, CosBackend], ids=["oss", "cos"])
def backend(request: pytest.FixtureRequest, in_cloud: Connection) -> Backend:
    """Each cloud's store over a new bucket."""
    made: Backend = request.param(in_cloud)
    return made


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_sender, "_LONGEST_WAIT", 0.05)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits before requests are tried again, which pass at once."""
    made: list[float] = []
    monkeypatch.setattr(part_sender, "time", SimpleNamespace(monotonic=time.monotonic, sleep=made.append))
    return made


@pytest.fixture
def relay(in_cloud: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyRelay]:
    """Stands between the clients of the test and the cloud."""
    with faulty_relay(in_cloud.proxy_port) as between:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{between.port}")
        yield between


@pytest.fixture
def requests_of(in_cloud: Connection) -> Callable[[str], list[str]]:
    """The operations that the cloud saw for one bucket, oldest first."""

    def seen(bucket: str) -> list[str]:
        lines = in_cloud.ask("GET", "/journal").iter_lines()
        documents = map(json.loads, lines)
        return [each["operation"] for each in documents if each.get("resource", "").split("/")[0] == bucket]

    return seen
