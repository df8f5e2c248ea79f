"""The load: keep-alive connections that send requests signed beforehand, in a process of its own.

``python -m tests.bench.load JOB`` reads a job (written by ``run``) and prints one JSON object: the seconds it took,
each request's milliseconds, and how many connections were opened. It does as little as it can per request, so that
the server is what is measured: it writes bytes that are ready, reads to the end of the answer, and checks status and
body.
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path

from tests.bench.model import BenchError

_SECONDS_PER_ANSWER = 30.0
_REFUSED = 4


class LoadRefusedError(BenchError):
    """A request was answered with another status or body than was expected."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: ``host`` and ``port``; through the proxy on 127.0.0.1:``proxy`` and TLS by ``ca`` if set."""

    host: str
    port: int
    proxy: int | None = None
    ca: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a job: seconds from first to last request, milliseconds of each, and connections opened."""

    seconds: float
    milliseconds: list[float]
    opened: int

    @property
    def per_second(self) -> float:
        """Requests per second over all connections."""
        return len(self.milliseconds) / self.seconds


def run(target: Target, requests: list[bytes], connections: int, body: bytes | None, folder: Path) -> Measured:
    """Send ``requests`` over so many connections, from a process of its own.

    Every answer must be 200, with ``body`` as its body unless that is None. Raises LoadRefusedError for any other,
    and BenchError where there was no answer at all.
    """
    job = {
        "target": asdict(target),
        "shares": [[b64encode(each).decode() for each in requests[i::connections]] for i in range(connections)],
        "body": None if body is None else b64encode(body).decode(),
    }
    file = folder / "job.json"
    file.write_text(json.dumps(job))
    command = [sys.executable, "-m", "tests.bench.load", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    if done.returncode == _REFUSED:
        raise LoadRefusedError(done.stderr.strip())
    if done.returncode:
        raise BenchError(f"the load did not go through: {done.stderr.strip()}")
    answer = json.loads(done.stdout)
    return Measured(answer["seconds"], answer["milliseconds"], answer["opened"])


class _Connection:
    """A keep-alive HTTP/1.1 connection of blocking reads and writes; opened anew where the server closes it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.opened = 0
        self._open(target)

    def _open(self, target: Target) -> None:
        self.opened += 1
        self._closing = False
        to = ("127.0.0.1", target.proxy) if target.proxy is not None else (target.host, target.port)
        self._socket = socket.create_connection(to, timeout=_SECONDS_PER_ANSWER)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        if target.proxy is not None:
            self._socket.sendall(
                f"CONNECT {target.host}:{target.port} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n\r\n".encode()
            )
            status, _ = self._head()
            self._closing = False
            if status != 200:
                raise ConnectionError(f"CONNECT {target.host} was answered with {status}")
        if target.ca is not None:
            self._socket = ssl.create_default_context(cafile=target.ca).wrap_socket(
                self._socket, server_hostname=target.host
            )

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; answer status and body."""
        if self._closing:
            self.close()
            self._open(self._target)
        self._socket.sendall(request)
        status, length = self._head()
        while len(self._received) < length:
            self._receive()
        body, self._received = self._received[:length], self._received[length:]
        return status, body

    def close(self) -> None:
        self._socket.close()

    def _head(self) -> tuple[int, int]:
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            self._receive()
        lines = self._received[:end].lower().split(b"\r\n")
        self._received = self._received[end + 4 :]
        fields = dict(line.split(b":", 1) for line in lines[1:] if b":" in line)
        if b"transfer-encoding" in fields:
            raise ConnectionError("chunked answers are not read here")
        self._closing = fields.get(b"connection", b"").strip() == b"close"
        return int(lines[0].split(b" ")[1]), int(fields.get(b"content-length", b"0"))

    def _receive(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self._received += data


class _Share(threading.Thread):
    """The requests of one connection, sent one after the other once all connections stand."""

    def __init__(self, target: Target, requests: list[bytes], body: bytes | None, start: threading.Barrier) -> None:
        super().__init__()
        self._requests = requests
        self._expected = body
        self._begin = start
        self.connection = _Connection(target)
        self.milliseconds: list[float] = []
        self.error: Exception | None = None

    def run(self) -> None:
        self._begin.wait()
        try:
            for request in self._requests:
                began = time.perf_counter()
                status, body = self.connection.exchange(request)
                self.milliseconds.append((time.perf_counter() - began) * 1000)
                line = request.split(b"\r\n", 1)[0].decode("latin-1")
                if status != HTTPStatus.OK:
                    raise LoadRefusedError(f"{line} was answered with {status} {body[:600]!r}")
                if self._expected is not None and body != self._expected:
                    raise LoadRefusedError(
                        f"{line} was answered with {len(body)} bytes that are not those it was to be"
                    )
        except Exception as error:
            self.error = error
        finally:
            self.connection.close()


def main() -> int:
    """Run the job file named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text())
    target = Target(**job["target"])
    body = None if job["body"] is None else b64decode(job["body"])
    start = threading.Barrier(len(job["shares"]) + 1)
    shares = [_Share(target, [b64decode(each) for each in share], body, start) for share in job["shares"]]
    for share in shares:
        share.start()
    start.wait()
    began = time.perf_counter()
    for share in shares:
        share.join()
    seconds = time.perf_counter() - began
    for share in shares:
        if share.error is not None:
            print(share.error, file=sys.stderr)
            return _REFUSED if isinstance(share.error, LoadRefusedError) else 1
    times = [each for share in shares for each in share.milliseconds]
    opened = sum(share.connection.opened for share in shares)
    print(json.dumps({"seconds": seconds, "milliseconds": times, "opened": opened}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
