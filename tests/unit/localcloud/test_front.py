"""The way in: proxy, TLS, unknown hosts, and a CA that is worth nothing elsewhere."""

from __future__ import annotations

import asyncio
import re
import ssl
import stat
import threading
import time
from collections.abc import AsyncIterator, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
import requests
from cryptography import x509
from starlette.responses import PlainTextResponse, Response

from yunfn.localcloud import certificates
from yunfn.localcloud.call import Call
from yunfn.localcloud.certificates import CertificateAuthority
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError, UnknownOperationError
from yunfn.localcloud.front import Front
from yunfn.localcloud.home import Home
from yunfn.localcloud.service import Service


class EchoService(Service):
    """Answers what it was asked."""

    name = "echo"
    hosts = (re.compile(r"(?P<bucket>[a-z0-9-]+)\.oss-(?P<region>[a-z0-9-]+)\.aliyuncs\.com"),)
    operations = ("Echo",)

    async def answer(self, call: Call) -> Response:
        call.operation = "Echo"
        if call.path == "/defect":
            raise KeyError("gone")
        if call.path == "/unknown":
            raise UnknownOperationError("echo", "Shout")
        size = len(await call.body())
        return PlainTextResponse(f"{call.method} {call.match['bucket']} {call.region} {call.raw_path} {size}")

    def refusal(self, call: Call, error: CloudError) -> Response:
        return PlainTextResponse(f"{error.code}: {error.message}", status_code=error.status)


class Entered:
    """A front that listens, with a client that goes through it."""

    def __init__(self, cloud: LocalCloud, front: Front, port: int) -> None:
        self.cloud, self.front, self.port = cloud, front, port
        self.trust = ssl.create_default_context(cafile=str(front.authority.bundle))

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(proxy=f"http://127.0.0.1:{self.port}", verify=self.trust, trust_env=False, timeout=60)


@pytest.fixture
async def entered(tmp_path: Path) -> AsyncIterator[Entered]:
    home = Home(tmp_path / "home")
    home.create()
    cloud = LocalCloud(home, [EchoService])
    front = Front(cloud, CertificateAuthority(home.certificates))
    port = await front.listen()
    yield Entered(cloud, front, port)
    await front.close()
    await cloud.stop()


@pytest.fixture
def entered_by_thread(tmp_path: Path) -> Iterator[Entered]:
    """The same, served in a thread of its own, for clients that block."""
    home = Home(tmp_path / "home")
    home.create()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def open_up() -> Entered:
        cloud = LocalCloud(home, [EchoService])
        front = Front(cloud, CertificateAuthority(home.certificates))
        return Entered(cloud, front, await front.listen())

    async def shut(entered: Entered) -> None:
        await entered.front.close()
        # Closing a connection takes a few turns of the loop.
        await asyncio.sleep(0.1)
        await entered.cloud.stop()

    made = asyncio.run_coroutine_threadsafe(open_up(), loop).result(60)
    yield made
    asyncio.run_coroutine_threadsafe(shut(made), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(60)
    loop.close()


async def test_true_host_names_answer_through_tls_and_plain(entered: Entered) -> None:
    async with entered.client() as client:
        for scheme in ("https", "http"):
            answer = await client.put(f"{scheme}://b1.oss-cn-shanghai.aliyuncs.com/a%2Fb?x=1", content=b"12345")
            assert answer.text == "PUT b1 cn-shanghai /a%2Fb 5"


async def test_one_connection_serves_many_requests_at_speed(entered: Entered) -> None:
    async with entered.client() as client:
        await client.get("https://b1.oss-cn-shanghai.aliyuncs.com/")
        took = []
        for _ in range(50):
            began = time.monotonic()
            await client.get("https://b1.oss-cn-shanghai.aliyuncs.com/")
            took.append(time.monotonic() - began)
        # Without TCP_NODELAY each answer waits 40 ms for the client's delayed ACK; a busy machine holds up many.
        assert sorted(took)[2] < 0.035


def test_a_client_with_nagles_algorithm_on_is_not_kept_waiting(entered_by_thread: Entered) -> None:
    """urllib3 behind a proxy: head and body in two segments, the second held back until the first is acknowledged."""
    proxy = f"http://127.0.0.1:{entered_by_thread.port}"
    options = {"proxies": {"https": proxy}, "verify": str(entered_by_thread.front.authority.bundle), "timeout": 60}
    url = "https://b1.oss-cn-shanghai.aliyuncs.com/k"
    with requests.Session() as session:
        session.trust_env = False
        session.put(url, data=b"x" * 1024, **options)
        took = []
        for _ in range(25):
            began = time.monotonic()
            session.put(url, data=b"x" * 1024, **options)
            took.append(time.monotonic() - began)
        # Every one would wait for some 40 ms; a busy machine holds up many.
        assert sorted(took)[2] < 0.035


async def test_large_bodies_arrive_whole(entered: Entered) -> None:
    async with entered.client() as client:
        answer = await client.put("https://b1.oss-cn-shanghai.aliyuncs.com/big", content=b"x" * 20_000_000)
    assert answer.text.endswith(" 20000000")


async def test_every_answer_tells_the_time_by_which_signatures_are_checked(entered: Entered) -> None:
    entered.cloud.clock.move(86400)
    async with entered.client() as client:
        for path in ("/", "/unknown"):
            answer = await client.get(f"https://b1.oss-cn-shanghai.aliyuncs.com{path}")
            told = parsedate_to_datetime(answer.headers["date"])
            assert abs(told.timestamp() - time.time()) < 5


async def test_an_unknown_host_is_refused_by_name_and_noted(entered: Entered) -> None:
    async with entered.client() as client:
        with pytest.raises(httpx.ProxyError, match=r"no host example\.com; nothing was sent anywhere"):
            await client.get("https://example.com/secret?token=abc")
        plain = await client.get("http://example.org/")
    assert plain.status_code == 400
    assert "no host example.org" in plain.json()["Message"]
    noted = list(entered.cloud.journal.lines(unknown_only=True))
    assert [line["resource"] for line in noted] == ["example.com", "example.org"]


async def test_an_unknown_operation_and_a_defect_are_loud_but_never_404_or_5xx(entered: Entered) -> None:
    async with entered.client() as client:
        unknown = await client.get("https://b1.oss-cn-shanghai.aliyuncs.com/unknown")
        defect = await client.get("https://b1.oss-cn-shanghai.aliyuncs.com/defect")
    assert (unknown.status_code, defect.status_code) == (400, 400)
    assert "no operation 'Shout' of echo" in unknown.text
    assert "defect in the local cloud: KeyError" in defect.text
    assert [line["operation"] for line in entered.cloud.journal.lines(unknown_only=True)] == ["Shout"]


async def test_the_journal_holds_no_query_header_or_body(entered: Entered) -> None:
    async with entered.client() as client:
        await client.put(
            "https://b1.oss-cn-shanghai.aliyuncs.com/k?Signature=PLANTED",
            content=b"PLANTED", headers={"authorization": "PLANTED"},
        )  # fmt: skip
    entered.cloud.journal.flush()
    assert "PLANTED" not in entered.cloud.home.journal.read_text()
    (line,) = entered.cloud.journal.lines()
    assert line.keys() == {"time", "service", "operation", "resource", "status", "ms", "region", "request_id"}


async def test_garbage_and_endless_heads_are_refused(entered: Entered) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", entered.port)
    writer.write(b"GET http://b1.oss-cn-shanghai.aliyuncs.com/ HTTP/1.1\r\nx: " + b"y" * 1_100_000)
    assert b"431" in await asyncio.wait_for(reader.read(100), 60)
    writer.close()


async def test_a_client_that_trusts_nothing_gets_no_answer(entered: Entered) -> None:
    async with httpx.AsyncClient(proxy=f"http://127.0.0.1:{entered.port}", trust_env=False) as client:
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            await client.get("https://b1.oss-cn-shanghai.aliyuncs.com/")


async def test_the_front_listens_on_loopback_only(entered: Entered) -> None:
    with pytest.raises(OSError):
        await entered.front.listen(entered.port)
    (server,) = entered.front._servers
    assert {sock.getsockname()[0] for sock in server.sockets} == {"127.0.0.1"}


def test_the_ca_is_constrained_short_lived_and_private(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    certificate = x509.load_pem_x509_certificate(authority.bundle.read_bytes())
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    names = {name.value for name in constraints.value.permitted_subtrees or ()}
    assert {"aliyuncs.com", "myqcloud.com", "tencentcloudapi.com"} <= names
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days <= 31
    assert stat.S_IMODE((tmp_path / "ca-key.pem").stat().st_mode) == 0o600
    with pytest.raises(ValueError, match="may not speak for"):
        authority.context("www.bank.example")


def test_the_ca_is_kept_while_it_is_fresh_and_belongs_to_one_home(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    made = CertificateAuthority(first).bundle.read_bytes()
    assert CertificateAuthority(first).bundle.read_bytes() == made
    assert CertificateAuthority(second).bundle.read_bytes() != made


def test_a_ca_that_may_not_speak_for_every_domain_of_today_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(certificates, "CLOUD_DOMAINS", ("aliyuncs.com",))
        made = CertificateAuthority(tmp_path).bundle.read_bytes()
    authority = CertificateAuthority(tmp_path)
    assert authority.bundle.read_bytes() != made
    authority.context("bucket-1250000000.cos.ap-shanghai.myqcloud.com")
