"""The way in: a forward proxy on loopback that ends CONNECT and TLS itself and never dials out.

HTTP itself is spoken by uvicorn's protocol class; this module only decides which host a connection is for.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from yunfn.localcloud.certificates import CertificateAuthority
from yunfn.localcloud.cloud import ABORT, LocalCloud

logger = logging.getLogger(__name__)
# The tencentcloud provider's heads grow with every resource that it reads: 40 KB after 1,000.
_HEAD_LIMIT = 1024 * 1024
_TLS_PORT = 443


class _PromptHttp(HttpToolsProtocol):
    """HTTP/1.1 that acknowledges at once.

    urllib3 leaves Nagle's algorithm on behind a proxy: requests with a body arrive in two segments, and the
    second one waits for our acknowledgement, which Linux delays by 40 ms unless told otherwise each time.
    """

    _socket: socket.socket | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the TCP socket below the transport, where there is one and the system knows the option."""
        super().connection_made(transport)
        below = transport.get_extra_info("socket")
        if hasattr(socket, "TCP_QUICKACK") and below is not None and below.family == socket.AF_INET:
            self._socket = below

    def on_message_begin(self) -> None:
        """Give the request a way to close its connection without an answer."""
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]

    def data_received(self, data: bytes) -> None:
        """Acknowledge, then read as ever."""
        if self._socket is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        # What uvicorn's own server does once a second. Real time, by which signatures are checked: OSS's newer
        # client corrects its clock by this header, and fails on an error that has none.
        self.server_state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        super().data_received(data)


class HttpServing:
    """Makes uvicorn's HTTP/1.1 protocol for an ASGI application, one per connection."""

    def __init__(self, app: ASGIApp, *, keep_alive: int = 75) -> None:
        self._config = Config(
            app, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False,
            timeout_keep_alive=keep_alive, server_header=False, proxy_headers=False,
        )  # fmt: skip
        self._config.load()
        self._state = ServerState()

    def protocol(self) -> HttpToolsProtocol:
        """A fresh protocol for a new connection; call in the running loop."""
        return _PromptHttp(
            config=self._config, server_state=self._state, app_state={}, _loop=asyncio.get_running_loop()
        )

    def close(self) -> None:
        """End every open connection."""
        for connection in list(self._state.connections):
            connection.shutdown()


class Front:
    """The proxy's listener; more listening sockets, such as those inside functions' networks, may be added."""

    def __init__(self, cloud: LocalCloud, authority: CertificateAuthority) -> None:
        self.cloud = cloud
        self.authority = authority
        self.http = HttpServing(cloud)
        self.handovers: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []

    async def listen(self, port: int = 0) -> int:
        """Listen on 127.0.0.1 and return the port; raises OSError if it is taken."""
        listener = socket.create_server(("127.0.0.1", port), backlog=512)
        await self.serve(listener)
        return int(listener.getsockname()[1])

    async def serve(self, listener: socket.socket) -> asyncio.Server:
        """Serve the proxy on ``listener``, a bound and listening socket of any network namespace."""
        server = await asyncio.get_running_loop().create_server(lambda: ProxyProtocol(self), sock=listener)
        self._servers.append(server)
        return server

    def forget(self, server: asyncio.Server) -> None:
        """Close one listener, for example of a function instance that ended."""
        server.close()
        with contextlib.suppress(ValueError):
            self._servers.remove(server)

    async def close(self) -> None:
        """Stop listening and end every connection."""
        for server in self._servers:
            server.close()
        self.http.close()


class ProxyProtocol(asyncio.Protocol):
    """Reads the head of a connection, then hands it to HTTP: directly, or behind TLS after a CONNECT."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; clients speak first."""
        self._transport = cast(asyncio.Transport, transport)
        # asyncio does this only for sockets made with an explicit protocol number; without it every answer
        # waits 40 ms for the client's delayed ACK.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Collect the head; a CONNECT opens a tunnel, anything else is a plain proxied request."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > _HEAD_LIMIT:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "request head too large")
            return
        if not self._buffer.startswith(b"CONNECT "):
            _hand_over(self._transport, self._front.http.protocol(), self._buffer)
            return
        target = self._buffer.split(b" ", 2)[1].decode("latin-1")
        rest = self._buffer[end + 4 :]
        host, _, port = target.rpartition(":")
        self._open_tunnel(host.strip("[]").lower(), port, rest)

    def _open_tunnel(self, host: str, port: str, rest: bytes) -> None:
        found = self._front.cloud.resolve(host)
        if found is None:
            self._refuse(HTTPStatus.FORBIDDEN, self._front.cloud.refuse_host(host, "CONNECT"))
            return
        self._transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if port != str(_TLS_PORT):
            _hand_over(self._transport, self._front.http.protocol(), rest)
            return
        try:
            context = self._front.authority.context(host, found[0].certificate(host))
        except ValueError as error:
            logger.warning("no certificate: %s", error)
            self._transport.close()
            return
        tunnel = _Tunnel()
        # Whatever arrives before the handshake is wired up must wait in the socket.
        self._transport.pause_reading()
        task = asyncio.get_running_loop().create_task(self._secure(tunnel, context))
        self._front.handovers.add(task)
        task.add_done_callback(self._front.handovers.discard)

    async def _secure(self, tunnel: _Tunnel, context: object) -> None:
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(
                self._transport, tunnel, context, server_side=True, ssl_handshake_timeout=30  # type: ignore[arg-type]
            )  # fmt: skip
        except (OSError, asyncio.CancelledError) as error:
            # ssl.SSLError is an OSError: a client that does not trust the CA ends here.
            logger.info("TLS handshake failed: %s", error)
            self._transport.abort()
            return
        if secured is None:
            return
        tunnel.attach(secured, self._front.http.protocol())

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        # Go clients show the reason phrase of a refused CONNECT and nothing else.
        body = f"yunfn local cloud: {reason}\n".encode()
        head = f"HTTP/1.1 {status.value} {reason}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
        self._transport.write(head.encode("latin-1", "replace") + b"Connection: close\r\n\r\n" + body)
        self._transport.close()


class _Tunnel(asyncio.Protocol):
    """Holds what arrives between the end of the handshake and the hand-over to HTTP.

    ``start_tls`` may deliver the first request before its caller runs again: client and server finish the
    TLS 1.3 handshake in one segment with data.
    """

    def __init__(self) -> None:
        self._early = b""
        self._ended = False

    def data_received(self, data: bytes) -> None:
        self._early += data

    def eof_received(self) -> bool | None:
        self._ended = True
        return None

    def attach(self, transport: asyncio.Transport, http: HttpToolsProtocol) -> None:
        if self._ended:
            transport.close()
            return
        _hand_over(transport, http, self._early)


def _hand_over(transport: asyncio.Transport, http: HttpToolsProtocol, received: bytes) -> None:
    transport.set_protocol(http)
    http.connection_made(transport)
    if received:
        http.data_received(received)
