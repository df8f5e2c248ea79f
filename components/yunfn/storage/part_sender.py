"""Sends the parts of a file over several connections at once: retried, cancelled within a second, told as they arrive.

Every backend hands in how one part is sent; nothing here knows a cloud.
"""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential
from tenacity.nap import sleep_using_event

from yunfn.exceptions import ArtifactError
from yunfn.storage.multipart import Part
from yunfn.storage.object_store import Transfer

# A single connection to OSS or COS is held to some 10 MB/s. Measured by the upload bench (200 MB, two cores): 54 MB/s
# by 8 threads, 71 by 12, 80 by 16, where the cores are busy.
THREADS = 16
_ATTEMPTS = 6
_LONGEST_WAIT = 8.0
_LOOK_SECONDS = 0.05
# Workers look for a stop before each read of a block; one that waits for the network is left behind after this.
_GRACE_SECONDS = 0.5


class CancelledError(Exception):
    """The transfer was cancelled; what was sent is kept by the cloud and goes on from there next time."""


class PartReader:
    """The bytes of one part as a file that HTTP clients read from (``len``, ``read``, ``seek``, ``tell``).

    ``read`` raises CancelledError once ``stop`` is set, and ArtifactError if the file has become shorter.
    """

    def __init__(self, file: Path, part: Part, stop: threading.Event) -> None:
        self._file = file.open("rb")
        self._part = part
        self._stop = stop
        self._at = 0
        self._file.seek(part.offset)

    @property
    def len(self) -> int:
        """Bytes left to read; requests writes Content-Length by it."""
        return self._part.size - self._at

    def read(self, size: int | None = -1) -> bytes:
        """At most ``size`` bytes of the part, all that is left for None or a negative number."""
        if self._stop.is_set():
            raise CancelledError
        left = self._part.size - self._at
        wanted = left if size is None or size < 0 else min(size, left)
        data = self._file.read(wanted)
        if len(data) < wanted:
            # Else the cloud would wait for bytes that never come.
            raise ArtifactError(f"{self._file.name}: became shorter while it was uploaded; run again")
        self._at += len(data)
        return data

    def content_md5(self) -> str:
        """The MD5 of what is left to read as the header Content-MD5 writes it: base64 of the 16 bytes (RFC 1864)."""
        at = self._at
        digest = hashlib.md5(self.read(), usedforsecurity=False).digest()
        self.seek(at)
        return base64.b64encode(digest).decode()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move within the part, as files do."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._part.size}[whence]
        self._at = max(0, min(self._part.size, base + offset))
        self._file.seek(self._part.offset + self._at)
        return self._at

    def tell(self) -> int:
        """Where in the part the next read begins."""
        return self._at

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def send_parts(
    file: Path,
    parts: Sequence[Part],
    send: Callable[[Part, PartReader], str],
    transfer: Transfer,
    *,
    arrived: int,
    temporary: Callable[[BaseException], bool],
    threads: int = THREADS,
) -> dict[int, str]:
    """Send ``parts`` by ``send``, which answers a part's ETag; returns the ETags by part number.

    ``arrived`` counts the bytes that were there before; ``transfer.sent`` is told them and each part as it arrives.
    A failure that is ``temporary`` is tried again, five times with growing waits; the first that is not, or stays,
    is raised and stops the rest.

    Raises:
        CancelledError: ``transfer.cancelled`` was set; raised within a second, whatever the network does.
    """
    sending = _Sending(file, parts, send, transfer, arrived, temporary)
    return sending.run(min(threads, len(parts)))


def retrying(temporary: Callable[[BaseException], bool], stop: threading.Event | None = None) -> Retrying:
    """How requests are tried again: six times in all, the waits growing to 8 s and random, cut short by ``stop``."""
    return Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT),
        retry=retry_if_exception(temporary),
        sleep=sleep_using_event(stop) if stop is not None else time.sleep,
        reraise=True,
    )


class _Sending:
    """One run of ``send_parts``."""

    def __init__(
        self,
        file: Path,
        parts: Sequence[Part],
        send: Callable[[Part, PartReader], str],
        transfer: Transfer,
        arrived: int,
        temporary: Callable[[BaseException], bool],
    ) -> None:
        self._file = file
        self._waiting = deque(parts)
        self._send = send
        self._transfer = transfer
        self._arrived = arrived
        self._temporary = temporary
        self._etags: dict[int, str] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._working = 0
        self._ended = threading.Event()

    def run(self, threads: int) -> dict[int, str]:
        self._transfer.sent(self._arrived)
        # Daemons: a worker that hangs in the network must keep neither the caller nor the interpreter.
        workers = [threading.Thread(target=self._work, name=f"part-sender-{n}", daemon=True) for n in range(threads)]
        if self._transfer.cancelled.is_set():
            raise CancelledError
        self._working = len(workers)
        for worker in workers:
            worker.start()
        try:
            while workers and not self._ended.wait(_LOOK_SECONDS):
                if self._transfer.cancelled.is_set():
                    raise CancelledError
        finally:
            self._stop.set()
            deadline = time.monotonic() + _GRACE_SECONDS
            for worker in workers:
                worker.join(max(0.0, deadline - time.monotonic()))
        if self._failure is not None:
            raise self._failure
        return self._etags

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                with self._lock:
                    if not self._waiting:
                        return
                    part = self._waiting.popleft()
                etag = retrying(self._temporary, self._stop)(self._send_one, part)
                with self._lock:
                    self._etags[part.number] = etag
                    self._arrived += part.size
                    if not self._stop.is_set():
                        self._transfer.sent(self._arrived)
        except CancelledError:
            return
        except BaseException as error:
            with self._lock:
                self._failure = self._failure or error
            self._ended.set()
        finally:
            with self._lock:
                self._working -= 1
                if not self._working:
                    self._ended.set()

    def _send_one(self, part: Part) -> str:
        reader = PartReader(self._file, part, self._stop)
        try:
            return self._send(part, reader)
        finally:
            reader.close()
