"""A TCP relay in front of the local cloud's proxy that holds each connection to a rate, as a line to a cloud does."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

_BLOCK = 16384
# Else the kernel takes megabytes off a client before the relay has seen one.
_BUFFER = 128 * 1024


class SlowRelay:
    """Relays 127.0.0.1:``port`` to the port ``target``, ``rate`` bytes a second up each connection.

    ``sent`` counts the bytes passed on to the cloud. ``before_answer`` is called before anything of the cloud's is
    passed back.
    """

    def __init__(self, target: int, rate: float) -> None:
        self.rate = rate
        self.sent = 0
        self.before_answer: Callable[[], None] = lambda: None
        self._target = target
        self._lock = threading.Lock()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                cloud = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            for source, sink in ((client, cloud), (cloud, client)):
                threading.Thread(target=self._pass, args=(source, sink, source is client), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_BLOCK):
                if up:
                    time.sleep(len(data) / self.rate)
                else:
                    self.before_answer()
                sink.sendall(data)
                if up:
                    with self._lock:
                        self.sent += len(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextlib.contextmanager
def slow_relay(target: int, rate: float) -> Iterator[SlowRelay]:
    """A relay for the duration of the block."""
    relay = SlowRelay(target, rate)
    try:
        yield relay
    finally:
        relay.close()
