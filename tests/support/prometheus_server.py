"""A small stand-in of a Prometheus server on loopback: ``/api/v1/query`` in the documented form, and what goes wrong.

Form: prometheus.io/docs/prometheus/latest/querying/api ("Format overview", "Instant queries", "Expression query result
formats").
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Asked:
    """One request."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Response:
    """One answer; ``drip`` seconds pass between its bytes."""

    body: str | bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    wait: float = 0.0


def success(kind: str, result: Any, **more: Any) -> Response:
    """The envelope of data."""
    return Response(json.dumps({"status": "success", "data": {"resultType": kind, "result": result}, **more}))


def vector(*values: str) -> Response:
    """An instant vector of one series for each of ``values``."""
    series = [{"metric": {"n": str(at)}, "value": [1435781451.781, value]} for at, value in enumerate(values)]
    return success("vector", series)


def scalar(value: str) -> Response:
    """A scalar."""
    return success("scalar", [1435781451.781, value])


def error(status: int, kind: str, text: str) -> Response:
    """The envelope of an error: 400 ``bad_data``, 422 ``execution``, 503 ``timeout`` or ``canceled``."""
    return Response(json.dumps({"status": "error", "errorType": kind, "error": text}), status)


class PrometheusServer:
    """What it answers by query, any other query with no series; what it was asked."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.asked: list[Asked] = []
        self.answers: dict[str, Response] = {}
        self.otherwise: Callable[[Asked], Response] = lambda _: vector()


class _Handler(BaseHTTPRequestHandler):
    served: PrometheusServer

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        asked = Asked(self.path, form, {name.lower(): value for name, value in self.headers.items()})
        self.served.asked.append(asked)
        answer = self.served.answers.get(form.get("query", "")) or self.served.otherwise(asked)
        with contextlib.suppress(OSError):
            self._send(answer)

    def _send(self, answer: Response) -> None:
        time.sleep(answer.wait)
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status)
        for name, value in {"content-type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        for part in (body[at : at + 1] for at in range(len(body))) if answer.drip else [body]:
            self.wfile.write(part)
            self.wfile.flush()
            time.sleep(answer.drip)

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""


@contextlib.contextmanager
def prometheus_server() -> Iterator[PrometheusServer]:
    """A server for the duration of the block."""
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        handler.served = PrometheusServer(server.server_address[1])  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield handler.served  # type: ignore[attr-defined]
        finally:
            server.shutdown()
