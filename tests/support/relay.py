"""A TCP relay in front of the local cloud's proxy, for those that make it as bad as networks are."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

_LOOPBACK = "127.0.0.1"


class Relay:
    """Relays 127.0.0.1:``port`` to the port ``target``; ``sent`` counts the bytes that were passed on to the cloud.

    A subclass says when something is passed on, and how much until a connection is reset.
    """

    #: Bytes read at once.
    block = 65536
    #: The kernel's buffer of what comes from clients, in bytes; 0 for its own choice.
    buffer = 0

    def __init__(self, target: int) -> None:
        self.sent = 0
        self._target = target
        self._lock = threading.Lock()
        self._listener = socket.socket()
        if self.buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer)
        self._listener.bind((_LOOPBACK, 0))
        self._listener.listen(128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def budgets_of_next(self) -> tuple[int | None, int | None]:
        """The bytes that a new connection passes on up and down until it is reset, None for any number."""
        return None, None

    def before(self, size: int, up: bool) -> None:
        """Called before so many bytes are passed on."""

    def resets(self) -> None:
        """Called before a connection is reset."""

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                cloud = socket.create_connection((_LOOPBACK, self._target))
            except OSError:
                return
            up, down = self.budgets_of_next()
            for source, sink, budget in ((client, cloud, up), (cloud, client, down)):
                threading.Thread(target=self._pass, args=(source, sink, budget, source is client), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, budget: int | None, up: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(self.block):
                self.before(len(data), up)
                sink.sendall(data)
                passed += len(data)
                if up:
                    with self._lock:
                        self.sent += len(data)
                if budget is not None and passed > budget:
                    self.resets()
                    # A reset, not a polite end.
                    source.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
