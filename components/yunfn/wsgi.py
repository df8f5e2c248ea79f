"""Serves a WSGI application (PEP 3333) on the HTTP events of Function Compute 3.0 and of SCF, and as a web function.

This one file runs inside functions, on Python 3.6 and later, and is put into their packages as
``yunfn_wsgi.py`` by ``Function(wsgi=True)``; it needs nothing but the standard library. There, ``handler`` serves
the application that the environment variable ``YUNFN_WSGI`` names as ``file.callable``. In code of one's own::

    from yunfn_wsgi import adapt
    handler = adapt(application)

``python -m yunfn_wsgi`` serves the same application over HTTP on port 9000, where web functions of SCF
(``scf_bootstrap``) and custom runtimes of Function Compute are expected to listen.

Of Function Compute's event (FCD "HTTP triggers: invoke functions", payload format v1): ``rawPath`` is URL-encoded;
``queryParameters`` come decoded, the values of one name joined by commas, so ``?a=1&a=2`` cannot be told from
``?a=1%2C2`` and both arrive as the latter; header values of one name are joined by commas as well. Of SCF's (SCFD
"function URL", the API gateway's shape): ``path`` is URL-encoded, ``queryString`` decoded, several values of one name
come as a list.
"""

# No "from __future__ import annotations", which Python 3.6 does not know: annotations are quoted instead.
import base64
import importlib
import io
import json
import os
import signal
import socketserver
import sys
from typing import Any, Callable  # noqa: UP035 - Python 3.6 cannot subscript the one of collections.abc
from urllib.parse import quote, unquote_to_bytes
from wsgiref import simple_server

__all__ = ["adapt", "handler", "serve"]

#: Where both clouds look for the program of a web function (SCFD "web functions"; FCD "custom runtime").
PORT = 9000

# Headers that WSGI names without the prefix HTTP_ (PEP 3333, "environ variables").
_UNPREFIXED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
# Headers whose values may hold a comma, so that several of them cannot be joined (RFC 9110, 5.3).
_NOT_JOINED = "set-cookie"
# Connections are the platform's: a function has no say in them (PEP 3333, "other HTTP features").
_HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip


def adapt(application: "Callable[..., Any]") -> "Callable[[Any, Any], dict[str, Any]]":
    """Answer a handler, ``handler(event, context)``, that serves the WSGI ``application`` on either cloud.

    In the environ, ``fc.context`` (``scf.context``) is the function's context and ``fc.request_uri``
    (``scf.request_uri``) the path with its query as the client sent them. An exception of the application is the
    function's failure, as without the adapter.
    """

    def serve_event(event: "Any", context: "Any") -> "dict[str, Any]":
        request = _request(event)
        response = _Response()
        environ = _environ(request, context)
        result = application(environ, response.start)
        try:
            for chunk in result:
                response.add(chunk)
        finally:
            # PEP 3333: close is called whatever happened, so that the application can free what it holds.
            if hasattr(result, "close"):
                result.close()
        return response.event(environ["REQUEST_METHOD"])

    return serve_event


def handler(event: "Any", context: "Any") -> "dict[str, Any]":
    """Serve the application that the environment variable YUNFN_WSGI names as ``file.callable``.

    Raises RuntimeError where the variable is missing, and whatever importing the file raises.
    """
    return _named()(event, context)


def serve(host: str = "0.0.0.0", port: int = PORT) -> None:  # noqa: S104 - the platform calls from outside
    """Serve the application of YUNFN_WSGI over HTTP until SIGTERM, one thread a request."""
    application = _application()
    with simple_server.make_server(host, port, application, _Server, _RequestHandler) as server:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        server.serve_forever()


class _Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True
    # A burst of calls to a new instance waits here while its first threads begin.
    request_queue_size = 128

    def server_bind(self) -> None:
        # HTTPServer's own would ask DNS for the host's name, and an instance may have no DNS.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _RequestHandler(simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: "Any") -> None:
        """Say nothing: the platform logs requests itself."""


def _application() -> "Callable[..., Any]":
    name = os.environ.get("YUNFN_WSGI", "")
    module, _, attribute = name.rpartition(".")
    if not module:
        raise RuntimeError(f"YUNFN_WSGI={name!r}: must name the application as file.callable")
    found: Callable[..., Any] = getattr(importlib.import_module(module.replace("/", ".")), attribute)
    return found


def _named() -> "Callable[[Any, Any], dict[str, Any]]":
    if not _served:
        _served.append(adapt(_application()))
    return _served[0]


def _request(event: "Any") -> "dict[str, Any]":
    """Read the event, and refuse one that no HTTP trigger sent."""
    request = json.loads(event) if isinstance(event, (bytes, bytearray, str)) else event
    if isinstance(request, dict):
        if "rawPath" in request and "http" in (request.get("requestContext") or {}):
            return request
        if "httpMethod" in request and "path" in request:
            return request
    raise ValueError("not the event of an HTTP trigger or function URL: the function is a WSGI application")


def _environ(request: "dict[str, Any]", context: "Any") -> "dict[str, Any]":
    """Build the environ of PEP 3333 from a request; text in it is bytes read as Latin-1, as PEP 3333 wants."""
    headers = {str(name).lower(): value for name, value in (request.get("headers") or {}).items()}
    if "httpMethod" in request:
        cloud, method, path = "scf", request["httpMethod"], request["path"]
        query = _query(request.get("queryString") or {})
        caller = request.get("requestContext") or {}
        source, protocol, domain = caller.get("sourceIp"), None, None
    else:
        http = request["requestContext"]["http"]
        cloud, method, path = "fc", http["method"], request["rawPath"]
        query = _query(request.get("queryParameters") or {})
        source, protocol = http.get("sourceIp"), http.get("protocol")
        domain = request["requestContext"].get("domainName")
    body = request.get("body") or ""
    content = base64.b64decode(body) if request.get("isBase64Encoded") else body.encode("utf-8")
    name, _, port = str(headers.get("host") or domain or "localhost").partition(":")
    scheme = str(headers.get("x-forwarded-proto") or "https").split(",")[0].strip() or "https"
    path = path or "/"
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": name,
        "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
        "SERVER_PROTOCOL": protocol or "HTTP/1.1",
        "REMOTE_ADDR": source or "",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        # An instance may serve several calls at a time (instance concurrency above 1).
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        cloud + ".context": context,
        cloud + ".request_uri": path + ("?" + query if query else ""),
    }
    for header, value in headers.items():
        if header == "content-length":
            continue  # the body's true length counts
        key = _UNPREFIXED.get(header) or "HTTP_" + header.upper().replace("-", "_")
        text = ",".join(value) if isinstance(value, (list, tuple)) else str(value)
        environ[key] = text.encode("utf-8").decode("latin-1")
    return environ


def _query(parameters: "dict[str, Any]") -> str:
    pairs = []
    for name, value in parameters.items():
        for each in value if isinstance(value, (list, tuple)) else [value]:
            pairs.append(quote(str(name), safe="") + "=" + quote(str(each), safe=""))
    return "&".join(pairs)


class _Response:
    """Collects what an application answers, and writes it as the event of a response."""

    def __init__(self) -> None:
        self._status: str | None = None
        self._headers: list[tuple[str, str]] = []
        self._body = io.BytesIO()
        self._sent = False

    def start(self, status: str, headers: "list[tuple[str, str]]", exc_info: "Any" = None) -> "Callable[[bytes], None]":
        """PEP 3333's start_response; answers its write callable."""
        if exc_info is not None:
            try:
                if self._sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # a traceback that names its own frame is never freed
        elif self._status is not None:
            raise AssertionError("start_response was called twice without exc_info (PEP 3333)")
        self._status, self._headers = status, list(headers)
        return self.add

    def add(self, chunk: bytes) -> None:
        """Take a part of the body."""
        if not isinstance(chunk, (bytes, bytearray)):
            raise TypeError(f"a WSGI application yields bytes, not {type(chunk).__name__}")
        if self._status is None:
            raise AssertionError("a part of the body came before start_response (PEP 3333)")
        if chunk:
            self._sent = True
            self._body.write(chunk)

    def event(self, method: str) -> "dict[str, Any]":
        """Answer the response in the form the HTTP trigger reads; bodies that are no text go as base64."""
        if self._status is None:
            raise AssertionError("the application never called start_response (PEP 3333)")
        body = self._body.getvalue()
        headers = _headers(self._headers)
        if method != "HEAD" and not any(name.lower() == "content-length" for name in headers):
            headers["Content-Length"] = str(len(body))
        encoded = not _is_text(headers, body)
        return {
            "statusCode": int(self._status.split(" ", 1)[0]),
            "headers": headers,
            "isBase64Encoded": encoded,
            "body": base64.b64encode(body).decode("ascii") if encoded else body.decode("utf-8"),
        }


def _headers(pairs: "list[tuple[str, str]]") -> "dict[str, str]":
    """Answer headers as one object: values of one name joined by commas, each cookie under a spelling of its own.

    An object cannot hold a name twice and a cookie's value may hold a comma, but header names ignore case:
    Set-Cookie, set-cookie, sEt-cookie … are one name to every client.
    """
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, value in pairs:
        low = name.lower()
        if low in _HOP_BY_HOP:
            continue
        if low == _NOT_JOINED:
            found[_spelling(len([key for key in found if key.lower() == low]))] = value
        elif low in names:
            found[names[low]] += "," + value
        else:
            names[low] = name
            found[name] = value
    return found


def _spelling(number: int) -> str:
    """Answer the number-th spelling of Set-Cookie; the first is the usual one."""
    letters = [i for i, letter in enumerate("set-cookie") if letter.isalpha()]
    bits = number ^ 0b1001  # so that number 0 gives S and C in upper case
    return "".join(
        letter.upper() if i in letters and bits >> letters.index(i) & 1 else letter
        for i, letter in enumerate("set-cookie")
    )


def _is_text(headers: "dict[str, str]", body: bytes) -> bool:
    """Whether the body can go as JSON text and come out the same."""
    names = {name.lower(): value for name, value in headers.items()}
    if names.get("content-encoding", "identity").lower() != "identity":
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_served: "list[Callable[[Any, Any], dict[str, Any]]]" = []
if __name__ == "__main__":
    serve()
elif os.environ.get("YUNFN_WSGI") and __name__ == "yunfn_wsgi":
    # Inside a function the application is loaded with the instance, not by its first call.
    _named()
