"""A served plugin for each test: over a resource of the test's own, or over a local cloud."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from support.scf_plugin import ScfPlugin, serving_over
from unit.provider.plugin import Plugin, serving
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.provider import pace, repeating

# Seconds that a function or layer is Creating, Updating, …
_TRANSITION = 0.02


@pytest_asyncio.fixture
async def plugin() -> AsyncIterator[Plugin]:
    async with serving() as made:
        yield made


@pytest.fixture(scope="session")
def scf_cloud() -> Iterator[Connection]:
    with connection.temporary() as cloud:
        cloud.ask("PUT", "/transition", json={"seconds": _TRANSITION})
        yield cloud


@pytest.fixture(scope="module")
def scf_of_module(scf_cloud: Connection) -> Iterator[ScfPlugin]:
    # Not longer: it is this process's environment that points at the cloud.
    with serving_over(scf_cloud) as plugin:
        yield plugin


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes by itself is tried again at once, and what is under way looked at often."""
    monkeypatch.setattr(repeating, "_FIRST_WAIT", 0.02)
    monkeypatch.setattr(pace, "_FIRST", 0.03)


@pytest.fixture
def scf(scf_of_module: ScfPlugin) -> Iterator[ScfPlugin]:
    """The plugin over a local cloud that all tests share: take names of your own."""
    scf_of_module.reset()
    yield scf_of_module
    scf_of_module.transitions(_TRANSITION)
