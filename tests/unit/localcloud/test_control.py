"""The control API, asked by the class that the command line asks it with."""

from __future__ import annotations

import asyncio
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from yunfn.exceptions import LocalCloudError, LocalCloudNotRunningError
from yunfn.localcloud import connection
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.control import Control
from yunfn.localcloud.home import Home


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with connection.temporary() as running:
        yield running


def _raw(cloud: Connection, method: str, path: str, content: bytes = b"") -> httpx.Response:
    transport = httpx.HTTPTransport(uds=str(cloud.home.control_socket))
    with httpx.Client(transport=transport, base_url="http://local") as client:
        return client.request(method, path, content=content)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"seconds": "soon"}', b'{"seconds": null}'])
def test_a_move_that_is_no_number_is_refused(cloud: Connection, body: bytes) -> None:
    answer = _raw(cloud, "POST", "/clock", body)
    assert (answer.status_code, answer.json()) == (400, {"error": 'the body is {"seconds": a number}'})


@pytest.mark.parametrize("body", [b'{"seconds": 1e300}', b'{"seconds": NaN}', b'{"seconds": -Infinity}'])
def test_a_move_out_of_range_leaves_a_cloud_that_answers(cloud: Connection, body: bytes) -> None:
    assert _raw(cloud, "POST", "/clock", body).status_code == 400
    assert cloud.ask("GET", "/clock").json()["offset_seconds"] == 0
    assert cloud.ask("GET", "/status").json()["account"] == cloud.home.account


def test_a_refusal_is_told_in_its_own_words(cloud: Connection) -> None:
    with pytest.raises(LocalCloudError, match=r"^the local cloud refused: the cloud's clock goes from"):
        cloud.ask("POST", "/clock", json={"seconds": 1e300})
    with pytest.raises(LocalCloudError, match="refused GET /nothing: 404 Not Found"):
        cloud.ask("GET", "/nothing")


def test_a_defect_is_told_and_the_cloud_is_found_all_the_same(cloud: Connection) -> None:
    journal = cloud.home.journal
    journal.rename(journal.with_suffix(".away"))
    journal.mkdir()
    try:
        with pytest.raises(LocalCloudError, match=r"defect in the local cloud: IsADirectoryError: .*server\.log"):
            cloud.ask("POST", "/reset")
    finally:
        journal.rmdir()
        journal.with_suffix(".away").rename(journal)
    found = connection.find(cloud.home)
    assert found is not None
    assert found.pid == cloud.pid
    assert "IsADirectoryError" in cloud.home.server_log.read_text()


def test_the_socket_is_its_owners(cloud: Connection) -> None:
    assert stat.S_IMODE(cloud.home.control_socket.stat().st_mode) == 0o600


def test_where_nothing_listens_no_cloud_runs(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    with pytest.raises(LocalCloudNotRunningError, match="does not answer"):
        Connection(home, 1, 1).ask("GET", "/clock")
    home.server.write_text('{"pid": 1')
    assert connection.find(home) is None


def test_how_long_transitions_last_can_be_set_and_is_kept_until_a_reset(cloud: Connection) -> None:
    assert cloud.ask("GET", "/transition").json() == {"seconds": 0.2}
    assert cloud.ask("PUT", "/transition", json={"seconds": 2}).json() == {"seconds": 2}
    assert cloud.ask("GET", "/transition").json() == {"seconds": 2}
    for body in (b'{"seconds": -1}', b'{"seconds": NaN}', b"{}", b'{"seconds": "soon"}', b'{"seconds": 1e9}'):
        assert _raw(cloud, "PUT", "/transition", body).status_code == 400
    assert cloud.ask("GET", "/transition").json() == {"seconds": 2}
    cloud.ask("POST", "/reset")
    assert cloud.ask("GET", "/transition").json() == {"seconds": 0.2}


async def test_reading_a_long_journal_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    home.create()
    answered = threading.Event()
    monkeypatch.setattr("yunfn.localcloud.rights.summary", lambda lines, **options: [answered.wait(60), *lines])
    transport = httpx.ASGITransport(app=Control(LocalCloud(home, ()), 0, lambda: None).application)
    async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:

        async def clock() -> None:
            assert (await client.get("/clock")).status_code == 200
            answered.set()

        denials, _ = await asyncio.gather(client.get("/denials"), clock())
    assert denials.json() == [True]
