"""A local cloud that all tests of rollouts share, and an alias on each of its clouds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from support.served_alias import FcAlias, ScfAlias, ServedAlias
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import variables
from yunfn.rollout.routers import latest
from yunfn.storage import part_sender


@pytest.fixture(scope="session")
def cloud() -> Iterator[Connection]:
    with connection.temporary() as running:
        running.ask("PUT", "/transition", json={"seconds": 0.02})
        yield running


@pytest.fixture
def in_cloud(cloud: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """The process' environment is that of a command in the cloud."""
    for name, value in variables(cloud.home, cloud.proxy_port).items():
        monkeypatch.setenv(name, value)
    return cloud


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest, "_LONGEST_WAIT", 0.05)
    monkeypatch.setattr(part_sender, "_LONGEST_WAIT", 0.05)


@pytest.fixture(params=[FcAlias, ScfAlias], ids=["fc", "scf"])
def served(request: pytest.FixtureRequest, in_cloud: Connection) -> Iterator[ServedAlias]:
    """An alias on version 1 of a new function with three versions, on each cloud."""
    made: ServedAlias = request.param(in_cloud)
    yield made
    if isinstance(made, ScfAlias):
        # SCF has fifty functions in a namespace. The test may have deleted it itself.
        with contextlib.suppress(TencentCloudSDKException):
            made.delete_function()
