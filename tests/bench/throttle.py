"""A TCP relay that holds each connection to so many bytes a second, in a process of its own.

``python -m tests.bench.throttle PORT RATE`` relays to 127.0.0.1:PORT, prints the port it listens on, and answers each
line on its standard input with the traffic so far; it ends with its input.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.model import BenchError

_BLOCK = 64 * 1024
# What may pass at once after a pause; far below a part, so that pauses between requests are not made up for.
_BURST = 2 * _BLOCK
# Else the kernel takes megabytes off a client before the relay has seen one.
_BUFFER = 128 * 1024


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes passed on to the target, and connections that were opened, since the relay began."""

    up: int
    connections: int


class Throttle:
    """A running relay: its ``port``, and its traffic."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._line())

    def traffic(self) -> Traffic:
        """What went through so far."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Traffic(**json.loads(self._line()))

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchError("the relay that holds connections to their rate ended")
        return line


@contextlib.contextmanager
def throttle(port: int, rate: int) -> Iterator[Throttle]:
    """A relay to 127.0.0.1:``port`` of ``rate`` bytes a second for each connection and direction."""
    command = [sys.executable, "-m", "tests.bench.throttle", str(port), str(rate)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        try:
            yield Throttle(process)
        finally:
            process.kill()


class _Relay:
    def __init__(self, target: int, rate: int) -> None:
        self._target = target
        self._rate = rate
        self._lock = threading.Lock()
        self._up = 0
        self._connections = 0
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(128)

    def accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            cloud = socket.create_connection(("127.0.0.1", self._target))
            for each in (client, cloud):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections += 1
            for source, sink in ((client, cloud), (cloud, client)):
                threading.Thread(target=self._pass, args=(source, sink, source is client), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        block = memoryview(bytearray(_BLOCK))
        free_at = 0.0
        with contextlib.suppress(OSError):
            while count := source.recv_into(block):
                # A token bucket: the moment at which what was taken so far has been paid for.
                free_at = max(free_at, time.monotonic() - _BURST / self._rate) + count / self._rate
                if (wait := free_at - time.monotonic()) > 0:
                    time.sleep(wait)
                sink.sendall(block[:count])
                if up:
                    with self._lock:
                        self._up += count
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def answer(self) -> None:
        print(self.listener.getsockname()[1], flush=True)
        for _ in sys.stdin:
            with self._lock:
                print(json.dumps({"up": self._up, "connections": self._connections}), flush=True)


def main() -> None:
    """Relay until the input ends."""
    relay = _Relay(int(sys.argv[1]), int(sys.argv[2]))
    threading.Thread(target=relay.accept, daemon=True).start()
    relay.answer()


if __name__ == "__main__":
    main()
