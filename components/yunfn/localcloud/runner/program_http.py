"""One HTTP request to a custom runtime's program, over a socket that is already connected."""

from __future__ import annotations

import http.client
import socket

from yunfn.localcloud.runner.specification import HttpRequest, HttpResponse

# FCD "web functions": what the cloud takes off a request and off an answer, besides every field of its own.
_NOT_SENT = {"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade", "te", "trailer", "expect"}
_NOT_ANSWERED = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class _Connected(http.client.HTTPConnection):
    """A connection over a given socket."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__("function")
        self.sock = sock


def exchange(
    sock: socket.socket, request: HttpRequest, common: list[tuple[str, str]], reserved: str
) -> tuple[HttpResponse, str]:
    """Send ``request`` with the cloud's ``common`` headers, read the whole answer, close the socket.

    Headers that start with ``reserved`` ("x-fc-") are the cloud's: a client's and a program's do not pass. Returns the
    answer and its ``x-fc-status`` (empty without one). Blocks: run it in a thread. Raises OSError or
    http.client.HTTPException where the program hangs up or does not speak HTTP.
    """
    sock.setblocking(True)
    connection = _Connected(sock)
    try:
        names = {name.lower() for name, _ in request.headers}
        connection.putrequest(request.method, request.path, skip_host="host" in names, skip_accept_encoding=True)
        for name, value in request.headers:
            if name.lower() not in _NOT_SENT and not name.lower().startswith(reserved):
                connection.putheader(name, value)
        for name, value in common:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    headers = [
        (name, value)
        for name, value in response.headers.items()
        if name.lower() not in _NOT_ANSWERED and not name.lower().startswith(reserved)
    ]
    return HttpResponse(response.status, headers, body), response.headers.get("x-fc-status", "")
