"""Serves a WSGI application (PEP 3333) on the events of a Function Compute 3.0 HTTP trigger.

This one file runs inside functions, on Python 3.6 and later, and is put into their packages as
``yunfn_wsgi.py`` by ``Function(wsgi=True)``; it needs nothing but the standard library. There, ``handler`` serves
the application that the environment variable ``YUNFN_WSGI`` names as ``file.callable``. In code of one's own::

    from yunfn_wsgi import adapt
    handler = adapt(application)

Of the event (FCD "HTTP triggers: invoke functions", payload format v1): ``rawPath`` is URL-encoded;
``queryParameters`` come decoded, the values of one name joined by commas, so ``?a=1&a=2`` cannot be told from
``?a=1%2C2`` and both arrive as the latter; header values of one name are joined by commas as well.
"""

# No "from __future__ import annotations", which Python 3.6 does not know: annotations are quoted instead.
import base64
import importlib
import io
import json
import os
import sys
from typing import Any, Callable  # noqa: UP035 - Python 3.6 cannot subscript the one of collections.abc
from urllib.parse import quote, unquote_to_bytes

__all__ = ["adapt", "handler"]

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
    """Answer a Function Compute handler, ``handler(event, context)``, that serves the WSGI ``application``.

    In the environ, ``fc.context`` is the function's context and ``fc.request_uri`` the path with its query as
    the client sent them. An exception of the application is the function's failure, as without the adapter.
    """

    def serve(event: "Any", context: "Any") -> "dict[str, Any]":
        request = _request(event)
        response = _Response()
        result = application(_environ(request, context), response.start)
        try:
            for chunk in result:
                response.add(chunk)
        finally:
            # PEP 3333: close is called whatever happened, so that the application can free what it holds.
            if hasattr(result, "close"):
                result.close()
        return response.event(request["requestContext"]["http"]["method"])

    return serve


def handler(event: "Any", context: "Any") -> "dict[str, Any]":
    """Serve the application that the environment variable YUNFN_WSGI names as ``file.callable``.

    Raises RuntimeError where the variable is missing, and whatever importing the file raises.
    """
    return _named()(event, context)


def _named() -> "Callable[[Any, Any], dict[str, Any]]":
    if not _served:
        name = os.environ.get("YUNFN_WSGI", "")
        module, _, attribute = name.rpartition(".")
        if not module:
            raise RuntimeError(f"YUNFN_WSGI={name!r}: must name the application as file.callable")
        _served.append(adapt(getattr(importlib.import_module(module.replace("/", ".")), attribute)))
    return _served[0]


def _request(event: "Any") -> "dict[str, Any]":
    """Read the event, and refuse one that no HTTP trigger sent."""
    request = json.loads(event) if isinstance(event, (bytes, bytearray, str)) else event
    if not isinstance(request, dict) or "rawPath" not in request or "http" not in request.get("requestContext", {}):
        raise ValueError("not the event of an HTTP trigger (payload v1): the function is a WSGI application")
    return request


def _environ(request: "dict[str, Any]", context: "Any") -> "dict[str, Any]":
    """Build the environ of PEP 3333 from a request; text in it is bytes read as Latin-1, as PEP 3333 wants."""
    http = request["requestContext"]["http"]
    body = request.get("body") or ""
    content = base64.b64decode(body) if request.get("isBase64Encoded") else body.encode("utf-8")
    headers = {str(name).lower(): value for name, value in (request.get("headers") or {}).items()}
    host = headers.get("host") or request["requestContext"].get("domainName") or "localhost"
    name, _, port = host.partition(":")
    scheme = headers.get("x-forwarded-proto", "https").split(",")[0].strip() or "https"
    query = _query(request.get("queryParameters") or {})
    path = request["rawPath"] or "/"
    environ = {
        "REQUEST_METHOD": http["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": name,
        "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
        "SERVER_PROTOCOL": http.get("protocol") or "HTTP/1.1",
        "REMOTE_ADDR": http.get("sourceIp") or "",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        # An instance may serve several calls at a time (instance concurrency above 1).
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "fc.context": context,
        "fc.request_uri": path + ("?" + query if query else ""),
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
if os.environ.get("YUNFN_WSGI") and __name__ == "yunfn_wsgi":
    # Inside a function the application is loaded with the instance, not by its first call.
    _named()
