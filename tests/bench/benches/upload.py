"""Our store against oss2's own upload: 200 MB over connections of 10 MB/s each, and again after a kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import oss2
from tests.bench.model import BenchError, Goal, Row
from tests.bench.progress import Progress
from tests.bench.throttle import Throttle, throttle
from tests.bench.uploads import CLIENTS

from yunfn.exceptions import YunfnError
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import DEFAULT_REGION, child_environment
from yunfn.storage.crc64 import crc64_of_file

_MB = 1000 * 1000
_SIZE = 200 * _MB
_RATE = 10 * _MB
_BUCKET = "yunfn-bench-upload"
_ROOT = Path(__file__).parents[3]
_SECONDS = 180.0
_OURS, _RESUMABLE, _PUT = CLIENTS


@dataclass(frozen=True, slots=True)
class _Side:
    """Where uploads go: the cloud behind the relay, the file, and its CRC-64."""

    cloud: Connection
    relay: Throttle
    file: Path
    crc: int

    def environment(self) -> dict[str, str]:
        # oss2 notes below HOME how far it got: a fresh one each time.
        home = tempfile.mkdtemp(dir=self.file.parent)
        return child_environment(os.environ, self.cloud.home, self.relay.port) | {"HOME": home}

    def command(self, client: str, key: str) -> list[str]:
        return [sys.executable, "-m", "tests.bench.uploads", client, str(self.file), _BUCKET, key]

    def upload(self, client: str, key: str) -> tuple[float, int]:
        """One upload, checked and removed again: the seconds it took and the bytes that went over the wire."""
        before = self.relay.traffic().up
        done = subprocess.run(
            self.command(client, key), capture_output=True, text=True, cwd=_ROOT, env=self.environment(),
            timeout=_SECONDS,
        )  # fmt: skip
        if done.returncode:
            raise BenchError(f"{client}: {done.stderr.strip()[-2000:]}")
        sent = self.relay.traffic().up - before
        self._check(client, key)
        return float(json.loads(done.stdout)["seconds"]), sent

    def killed(self, client: str, key: str, at: int) -> int:
        """Begin an upload and kill it once so many bytes went over the wire; how many went in the end."""
        before, deadline = self.relay.traffic().up, time.monotonic() + _SECONDS
        with subprocess.Popen(
            self.command(client, key), stdout=subprocess.DEVNULL, cwd=_ROOT, env=self.environment()
        ) as process:
            try:
                while self.relay.traffic().up - before < at:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise BenchError(f"{client} ended before it could be killed")
                    time.sleep(0.005)
            finally:
                process.kill()
        return self._settled() - before

    def _settled(self) -> int:
        """Bytes that went up, once no more do: what the dead process had sent is still on its way."""
        seen = -1
        while (now := self.relay.traffic().up) != seen:
            seen = now
            time.sleep(0.3)
        return seen

    def _check(self, client: str, key: str) -> None:
        bucket = _bucket(self.cloud)
        head = bucket.head_object(key)
        if (head.content_length, int(head.server_crc)) != (self.file.stat().st_size, self.crc):
            raise BenchError(f"{client}: what lies in the cloud is not the file")
        bucket.delete_object(key)


class UploadBench:
    """A package of 200 MB that does not compress, into an empty key.

    Ours does all that a deployment does: it looks whether the object is there, hashes the local zip, asks for the
    bucket's versioning, and compares the whole by CRC-64. Connections pass through a relay that holds each to its
    rate, as the clouds do; the bytes sent are counted there, on the wire, TLS and request heads included.
    """

    name = "upload"
    summary = f"{_SIZE // _MB} MB to OSS, each connection held to {_RATE // _MB} MB/s"
    ours = "storage.store_artifact over OssStore"
    theirs = f"oss2 {oss2.__version__}, its fast CRC installed, defaults otherwise"

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """See Bench."""
        rounds = 1 if quick else 3
        seconds: dict[str, list[float]] = {client: [] for client in CLIENTS}
        try:
            with _sides() as side:
                for number in range(rounds):
                    order = CLIENTS if number % 2 == 0 else CLIENTS[::-1]
                    for client in order:
                        with progress.step(f"upload: round {number + 1} of {rounds}, {client}"):
                            seconds[client].append(side.upload(client, f"{client}/{number}.zip")[0])
                _require_the_limit(seconds[_PUT])
                with progress.step("upload: killed at 50 %, run again"):
                    first = side.killed(_OURS, "killed.zip", _SIZE // 2)
                    _, second = side.upload(_OURS, "killed.zip")
        except (YunfnError, oss2.exceptions.OssError, subprocess.TimeoutExpired) as error:
            raise BenchError(str(error)) from error
        rates = {client: [_SIZE / _MB / each for each in taken] for client, taken in seconds.items()}
        ours = median(rates[_OURS])
        return [
            Row(
                "against resumable_upload", "MB/s", ours, median(rates[_RESUMABLE]), Goal(3.0, at_most=False),
                f"median of {rounds} alternating rounds", rates,
            ),
            Row("against put_object", "MB/s", ours, median(rates[_PUT])),
            Row(
                "killed (SIGKILL) at 50 % and run again: sent the second time, beside the file", "MB", second / _MB,
                _SIZE / _MB, Goal(0.6), f"{first / _MB:.0f} MB on the wire when the killed one was gone",
            ),
        ]  # fmt: skip


@contextmanager
def _sides() -> Iterator[_Side]:
    with (
        connection.temporary() as cloud,
        throttle(cloud.proxy_port, _RATE) as relay,
        tempfile.TemporaryDirectory(prefix="yunfn-bench-") as place,
    ):
        file = Path(place) / "package.zip"
        with file.open("wb") as content:
            for _ in range(_SIZE // _MB):
                content.write(os.urandom(_MB))
        _bucket(cloud).create_bucket()
        yield _Side(cloud, relay, file, crc64_of_file(file))


def _bucket(cloud: Connection) -> oss2.Bucket:
    """The bench's own way to the bucket, past the relay."""
    key = cloud.home.owner_key
    session = oss2.Session()
    session.session.trust_env = False
    session.session.verify = str(cloud.home.certificates / "ca.pem")
    proxy = f"http://127.0.0.1:{cloud.proxy_port}"
    return oss2.Bucket(
        oss2.AuthV4(key.id, key.secret), f"https://oss-{DEFAULT_REGION}.aliyuncs.com", _BUCKET, session=session,
        region=DEFAULT_REGION, proxies={"https": proxy},
    )  # fmt: skip


def _require_the_limit(seconds: list[float]) -> None:
    """Raise BenchError if one connection was faster than the relay lets any be: nothing would be measured."""
    fastest = _SIZE / min(seconds)
    if fastest > 1.05 * _RATE:
        raise BenchError(f"a single connection made {fastest / _MB:.1f} MB/s: the relay does not hold it")
