"""A local cloud that a module's tests share, and the artifact store over it by the true client."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator

import oss2
import pytest

from support.faulty_relay import FaultyRelay, faulty_relay
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import DEFAULT_REGION, variables
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.oss_client import open_bucket
from yunfn.storage.oss_store import OssStore

_NUMBERS = itertools.count()


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
    key = in_cloud.home.owner_key
    return AlibabaSession(key.id, key.secret, "", DEFAULT_REGION, in_cloud.home.account)


@pytest.fixture
def bucket(session: AlibabaSession) -> oss2.Bucket:
    """A new bucket as oss2 sees it."""
    made = open_bucket(session, f"artifacts-{next(_NUMBERS)}")
    made.create_bucket()
    return made


@pytest.fixture
def store(session: AlibabaSession, bucket: oss2.Bucket) -> OssStore:
    return OssStore(session, bucket.bucket_name)


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
