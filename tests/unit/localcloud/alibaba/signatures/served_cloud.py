"""A local cloud served in a thread of its own, for official clients that block.

They reach it by the services' true host names through the real proxy: ``environment`` holds what they read.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import requests

from yunfn.localcloud.certificates import CertificateAuthority
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.front import Front
from yunfn.localcloud.home import Home
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.service import Service

T = TypeVar("T")


class ServedCloud:
    """A running cloud; its state may be touched by :meth:`run` only, in the cloud's own thread."""

    def __init__(self, folder: Path, services: Sequence[type[Service]]) -> None:
        self.home = Home(folder)
        self.home.create()
        self._services = services
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    @property
    def root(self) -> AccessKey:
        """The account owner's key."""
        return self.home.owner_key

    @property
    def account(self) -> str:
        """The account's id."""
        return self.home.account

    @property
    def proxy(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bundle(self) -> str:
        """The CA bundle's path."""
        return str(self.home.certificates / "ca.pem")

    @property
    def environment(self) -> dict[str, str]:
        """What clients read to find the proxy and to trust it."""
        names = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
        return {**dict.fromkeys(names, self.proxy), "REQUESTS_CA_BUNDLE": self.bundle, "SSL_CERT_FILE": self.bundle}

    def run(self, work: Callable[[LocalCloud], T]) -> T:
        """``work`` done in the cloud's thread; returns what it returns, raises what it raises."""

        async def do() -> T:
            return work(self.cloud)

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(60)

    def wait(self, work: Callable[[LocalCloud], Awaitable[T]]) -> T:
        """The same for a coroutine."""

        async def do() -> T:
            return await work(self.cloud)

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(60)

    def session(self) -> requests.Session:
        """A session that goes through the proxy, for requests that no client would send."""
        session = requests.Session()
        session.trust_env = False
        session.proxies = {"https": self.proxy, "http": self.proxy}
        session.verify = self.bundle
        return session

    def close(self) -> None:
        """Stop it and wait for its end."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)

    def _serve(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.cloud = LocalCloud(self.home, self._services)
        front = Front(self.cloud, CertificateAuthority(self.home.certificates))
        self.port = await front.listen()
        await self.cloud.start()
        self._ready.set()
        await self._stop.wait()
        # Clients that keep their connections never answer a TLS farewell: no waiting for them.
        for connection in list(front.http._state.connections):
            connection.transport.abort()
        await front.close()
        await self.cloud.stop()
        await asyncio.sleep(0.05)


@contextlib.contextmanager
def served(folder: Path, services: Sequence[type[Service]]) -> Iterator[ServedCloud]:
    """A served cloud of ``services``, stopped at the end."""
    cloud = ServedCloud(folder, services)
    try:
        yield cloud
    finally:
        cloud.close()
