"""The local cloud's OSS against moto's S3: 1 KB objects over eight keep-alive connections."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles

from tests.bench import load, oss_requests
from tests.bench.load import LoadRefusedError, Measured, Target
from tests.bench.model import BenchError, Goal, Row
from tests.bench.peers import moto
from tests.bench.peers.environment import installed
from tests.bench.progress import Progress

from yunfn.exceptions import YunfnError
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import DEFAULT_REGION

_CONNECTIONS = 8
_SIZE = 1024
_BUCKET = "yunfn-bench"
_WARM_UP = 160

Signer = Callable[[str, list[str], bytes], list[bytes]]


@dataclass(frozen=True, slots=True)
class _Side:
    """A server under load: where it is, and how requests to its bucket are signed."""

    target: Target
    signed: Signer

    def send(self, method: str, keys: list[str], body: bytes, expected: bytes | None, folder: Path) -> Measured:
        return load.run(self.target, self.signed(method, keys, body), _CONNECTIONS, expected, folder)


class LocalCloudBench:
    """Requests per second of put and get. Each answer's status, and each body that comes back, is checked.

    Ours does more for each request: CONNECT and TLS are ended, the V4 signature is checked, policies decide, bytes
    and documents go to disk. moto checks no signature and keeps everything in memory; its server (werkzeug) closes
    every connection after one answer, so the client opens it anew.
    """

    name = "localcloud"
    summary = f"{_SIZE // 1024} KB put and get on {_CONNECTIONS} keep-alive connections"
    ours = "OSS of the local cloud through proxy, TLS and signature check (V4)"
    theirs = "S3 of moto's server over plain HTTP"

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """See Bench."""
        rounds, count = (2, 400) if quick else (5, 1600)
        with progress.step("localcloud: moto's environment"):
            installed()
        body = os.urandom(_SIZE)
        samples: dict[tuple[str, str], list[Measured]] = {}
        try:
            with (
                connection.temporary() as cloud,
                moto.server() as peer,
                tempfile.TemporaryDirectory(prefix="yunfn-bench-") as place,
            ):
                sides = {"ours": _ours(cloud), "theirs": _theirs(peer)}
                for side in sides.values():
                    side.send("PUT", [""], b"", None, Path(place))
                    _measure(side, "warm-up", _WARM_UP, body, Path(place))
                _require_signatures(cloud, Path(place))
                for number in range(rounds):
                    with progress.step(f"localcloud: round {number + 1} of {rounds}, {count} puts and gets a side"):
                        # The one that goes first changes, so that neither always meets the colder machine.
                        order = list(sides) if number % 2 == 0 else list(sides)[::-1]
                        for name in order:
                            put, get = _measure(sides[name], f"round-{number}", count, body, Path(place))
                            samples.setdefault((name, "put"), []).append(put)
                            samples.setdefault((name, "get"), []).append(get)
        except YunfnError as error:
            raise BenchError(str(error)) from error
        return [row for method in ("put", "get") for row in _rows(method, samples)]


def _ours(cloud: Connection) -> _Side:
    key = cloud.home.owner_key
    target = Target(
        oss_requests.host(_BUCKET, DEFAULT_REGION),
        oss_requests.TLS_PORT,
        proxy=cloud.proxy_port,
        ca=str(cloud.home.certificates / "ca.pem"),
    )
    return _Side(target, lambda *what: oss_requests.signed(key, DEFAULT_REGION, what[0], _BUCKET, what[1], what[2]))


def _require_signatures(cloud: Connection, folder: Path) -> None:
    """Raise BenchError if a request that is signed with a wrong secret gets through: nothing would be checked."""
    forged = replace(cloud.home.owner_key, secret="x" * 30)
    side = replace(
        _ours(cloud),
        signed=lambda *what: oss_requests.signed(forged, DEFAULT_REGION, what[0], _BUCKET, what[1], what[2]),
    )
    try:
        side.send("PUT", ["forged"], b"forged", None, folder)
    except LoadRefusedError as refused:
        if "SignatureDoesNotMatch" in str(refused):
            return
        raise
    raise BenchError("the local cloud took a request with a wrong signature")


def _theirs(peer: moto.Moto) -> _Side:
    target = Target("127.0.0.1", peer.port)
    return _Side(target, lambda *what: peer.signed(what[0], _BUCKET, what[1], what[2]))


def _measure(side: _Side, prefix: str, count: int, body: bytes, folder: Path) -> tuple[Measured, Measured]:
    keys = [f"{prefix}/{number:05d}" for number in range(count)]
    put = side.send("PUT", keys, body, None, folder)
    get = side.send("GET", keys, b"", body, folder)
    return put, get


def _rows(method: str, samples: dict[tuple[str, str], list[Measured]]) -> list[Row]:
    rates = {side: [each.per_second for each in samples[side, method]] for side in ("ours", "theirs")}
    delays = {side: [ms for each in samples[side, method] for ms in each.milliseconds] for side in ("ours", "theirs")}
    opened = "connections opened a round: " + " against ".join(
        str(samples[side, method][0].opened) for side in ("ours", "theirs")
    )
    tails = {side: quantiles(values, n=100)[94] for side, values in delays.items()}
    return [
        Row(
            f"{method}, requests a second", "1/s", median(rates["ours"]), median(rates["theirs"]),
            Goal(1.0, at_most=False), f"median of {len(rates['ours'])} alternating rounds; {opened}", rates,
        ),
        Row(f"{method}, median time of a request", "ms", median(delays["ours"]), median(delays["theirs"])),
        Row(f"{method}, 95 of 100 within", "ms", tails["ours"], tails["theirs"]),
    ]  # fmt: skip
