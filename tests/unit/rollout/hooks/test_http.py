"""Hooks by HTTP against servers on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from yunfn.exceptions import RolloutError
from yunfn.rollout.hook import HttpCall, Moment
from yunfn.rollout.hooks.http import call_http


class Site(ThreadingHTTPServer):
    """Answers by the request's path, and keeps what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        #: Another site, to be sent to.
        self.other = ""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One that gave up in the middle is no error."""

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, self.path, headers, body))
        kind, _, rest = self.path.lstrip("/").partition("/")
        getattr(self, f"_{kind}")(rest, headers)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def _status(self, rest: str, headers: dict[str, str]) -> None:
        self._say(int(rest), b"said so")

    def _echo(self, rest: str, headers: dict[str, str]) -> None:
        self._say(int(rest), f"you are {headers.get('authorization')}".encode())

    def _large(self, rest: str, headers: dict[str, str]) -> None:
        self._say(200, b"x" * int(rest))

    def _drip(self, rest: str, headers: dict[str, str]) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(0.1)

    def _to(self, rest: str, headers: dict[str, str]) -> None:
        status, _, target = rest.partition("/")
        self.send_response(int(status))
        self.send_header("Location", target if "//" in target else f"/{target}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _away(self, rest: str, headers: dict[str, str]) -> None:
        self.send_response(307)
        self.send_header("Location", self.server.other)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _served() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.serve_forever, args=(0.01,))
    thread.start()
    yield site
    site.shutdown()
    thread.join()
    site.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    yield from _served()


@pytest.fixture
def elsewhere() -> Iterator[Site]:
    yield from _served()


def hook(url: str, **more: Any) -> HttpCall:
    return HttpCall(name="h", moment=Moment.STEP, url=url, **{"timeout": 5.0, **more})


def test_the_rollout_is_told_and_the_answer_is_what_came(site: Site) -> None:
    assert call_http(hook(site.url("/status/200")), '{"candidate": "4"}') == "said so"
    ((method, path, headers, body),) = site.asked
    assert (method, path, json.loads(body)) == ("POST", "/status/200", {"candidate": "4"})
    assert headers["content-type"] == "application/json"


def test_own_method_body_and_headers(site: Site) -> None:
    call_http(hook(site.url("/status/200"), method="put", body="ä", headers={"X-Team": "shop"}), "{}")
    call_http(hook(site.url("/status/200"), method="GET"), "{}")
    call_http(hook(site.url("/status/200"), body="<a/>", headers={"Content-Type": "application/xml"}), "{}")
    (put, _, put_headers, put_body), (got, _, _, got_body), (_, _, xml_headers, _) = site.asked
    assert (put, put_body, put_headers["x-team"]) == ("PUT", "ä", "shop")
    assert put_headers["content-type"] == "text/plain; charset=utf-8"
    assert (got, got_body) == ("GET", "")
    assert xml_headers["content-type"] == "application/xml"


@pytest.mark.parametrize(
    ("status", "statuses", "passes"),
    [(200, (), True), (204, (), True), (302, (), False), (404, (), False), (500, (), False), (404, (404, 410), True),
     (200, (404, 410), False)],
)  # fmt: skip
def test_the_status_decides(site: Site, status: int, statuses: tuple[int, ...], passes: bool) -> None:
    wanted = hook(site.url(f"/status/{status}"), statuses=statuses)
    if passes:
        call_http(wanted, "{}")
        return
    expected = "404 or 410" if statuses else "2xx"
    with pytest.raises(RolloutError, match=f"answered {status} instead of {expected}: said so"):
        call_http(wanted, "{}")


@pytest.mark.parametrize("status", [200, 500])
def test_secrets_come_from_the_environment_and_go_nowhere_else(site: Site, status: int) -> None:
    asking = hook(site.url(f"/echo/{status}"), headers_from={"Authorization": "DEPLOY_TOKEN"})
    try:
        told = call_http(asking, "{}", {"DEPLOY_TOKEN": "Bearer s3cr3t"})
    except RolloutError as error:
        told = str(error)
    assert site.asked[0][2]["authorization"] == "Bearer s3cr3t"
    assert "you are ***" in told and "s3cr3t" not in told


def test_a_secret_that_is_not_set_is_told_and_nothing_is_asked(site: Site) -> None:
    asking = hook(site.url("/status/200"), headers_from={"Authorization": "DEPLOY_TOKEN"})
    with pytest.raises(RolloutError, match="DEPLOY_TOKEN, the value of the header Authorization, is not set"):
        call_http(asking, "{}", {})
    assert site.asked == []


def test_a_secret_that_no_header_can_hold_is_not_told(site: Site) -> None:
    asking = hook(site.url("/status/200"), headers_from={"Authorization": "DEPLOY_TOKEN"})
    for secret in ("s3cr3t\r\nX-Other: 1", "s3cr3t\n", "s3cr3tä"):
        with pytest.raises(RolloutError, match="DEPLOY_TOKEN holds what no header can") as caught:
            call_http(asking, "{}", {"DEPLOY_TOKEN": secret})
        assert "s3cr3t" not in str(caught.value)
    assert site.asked == []


def test_redirects_on_the_same_host_are_followed(site: Site) -> None:
    assert call_http(hook(site.url("/to/307/status/200"), headers={"X-Team": "shop"}), '{"a": 1}') == "said so"
    assert [(method, path, body) for method, path, _, body in site.asked] == [
        ("POST", "/to/307/status/200", '{"a": 1}'),
        ("POST", "/status/200", '{"a": 1}'),
    ]
    assert site.asked[1][2]["x-team"] == "shop"


def test_redirects_elsewhere_are_not_followed(site: Site, elsewhere: Site) -> None:
    for target in (elsewhere.url("/status/200"), site.url("/status/200", "localhost"), "ftp://127.0.0.1/"):
        site.other = target
        with pytest.raises(RolloutError, match=r"redirects to \w+://[\w.:]+: not followed"):
            call_http(hook(site.url("/away/"), headers={"Authorization": "s"}), "{}")
    assert elsewhere.asked == []
    assert [path for _, path, _, _ in site.asked] == ["/away/"] * 3


def test_redirects_without_end_are_ended(site: Site) -> None:
    site.other = "/away/"
    with pytest.raises(RolloutError, match="redirects more than 5 times"):
        call_http(hook(site.url("/away/")), "{}")
    assert len(site.asked) == 6


def test_of_a_large_answer_the_beginning_is_read(site: Site) -> None:
    assert len(call_http(hook(site.url("/large/5000000")), "{}")) == 2**20


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/", "no answer: ConnectError"),
        ("http://nobody.invalid/", "no answer: "),
        ("ftp://127.0.0.1/", "must begin with https:// or http://"),
        ("/relative", "must begin with https:// or http://"),
        ("http://[", "no answer: "),
        ("http://127.0.0.1:99999/", "no answer: "),
    ],
)
def test_addresses_that_nobody_answers_at(url: str, words: str) -> None:
    with pytest.raises(RolloutError, match=words):
        call_http(hook(url), "{}")


def test_a_site_that_does_not_answer(site: Site) -> None:
    began = time.monotonic()
    with pytest.raises(RolloutError, match="no answer: ReadTimeout"):
        call_http(hook(site.url("/drip/"), timeout=0.05), "{}")
    assert time.monotonic() - began < 3
