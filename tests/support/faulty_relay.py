"""A TCP relay in front of the local cloud's proxy that drops connections, or falls silent, as networks do."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

_BLOCK = 65536


class FaultyRelay:
    """Relays 127.0.0.1:``port`` to the port ``target``.

    ``budgets`` holds, for each connection to come, the bytes that it passes on to the cloud before it is reset, and
    ``down_budgets`` those that come back; once a list is empty, connections live. While ``silent`` is set nothing is
    passed on in either direction. ``sent`` counts the bytes that were passed on to the cloud.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.budgets: list[int] = []
        self.down_budgets: list[int] = []
        self.sent = 0
        self.dropped = 0
        self.silent = threading.Event()
        self._over = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                cloud = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            with self._lock:
                budget = self.budgets.pop(0) if self.budgets else None
                down = self.down_budgets.pop(0) if self.down_budgets else None
            for source, sink, limit in ((client, cloud, budget), (cloud, client, down)):
                up = source is client
                threading.Thread(target=self._pass, args=(source, sink, limit, up), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, budget: int | None, up: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(_BLOCK):
                while self.silent.is_set() and not self._over.wait(0.01):
                    pass
                sink.sendall(data)
                passed += len(data)
                if up:
                    with self._lock:
                        self.sent += len(data)
                if budget is not None and passed > budget:
                    with self._lock:
                        self.dropped += 1
                    # A reset, not a polite end.
                    source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextlib.contextmanager
def faulty_relay(target: int) -> Iterator[FaultyRelay]:
    """A relay for the duration of the block."""
    relay = FaultyRelay(target)
    try:
        yield relay
    finally:
        relay.close()
