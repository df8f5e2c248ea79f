"""Load on a function: calls at an even rate, each really run, told second by second which version answered.

A call begins when it is due, however slow those before it are, as users' calls do. But no more are under way at once
than this machine can start instances for: those that would be are told as dropped.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.nearest_rank import nearest_rank

_SERVICES = {"alibaba": "fc", "tencent": "scf"}
_FASTEST, _LONGEST_S = 1000.0, 86_400.0
_MOST_AT_ONCE = 500
_CALLER = "yunfn local traffic"


@dataclass(frozen=True, slots=True)
class Load:
    """``rate`` calls a second for ``seconds`` (real time), of ``function`` (``namespace/function`` on Tencent Cloud) by
    ``qualifier``, with the event ``payload``; at most ``at_once`` are under way.
    """

    cloud: str
    region: str
    function: str
    qualifier: str
    rate: float
    seconds: float
    payload: str = "{}"
    at_once: int = 16

    @property
    def service(self) -> str:
        """The service that has the function."""
        return _SERVICES[self.cloud]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Load:
        """The load in a JSON document; raises ValueError with what is wrong with it."""
        names = ("cloud", "region", "function", "qualifier", "rate", "seconds", "payload", "at_once")
        if unknown := set(document) - set(names):
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        try:
            load = cls(
                str(document["cloud"]),
                str(document["region"]),
                str(document["function"]),
                str(document["qualifier"]),
                float(document["rate"]),
                float(document["seconds"]),
                str(document.get("payload", "{}")),
                int(document.get("at_once", 16)),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"a load has a cloud, region, function, qualifier, rate and seconds ({error})") from None
        if load.cloud not in _SERVICES:
            raise ValueError("cloud is alibaba or tencent")
        if not 0 < load.rate <= _FASTEST or not 0 < load.seconds <= _LONGEST_S:
            raise ValueError(f"rate is above 0 and at most {_FASTEST:g} a second, seconds at most {_LONGEST_S:g}")
        if not 1 <= load.at_once <= _MOST_AT_ONCE:
            raise ValueError(f"at_once is 1 to {_MOST_AT_ONCE}")
        return load


class Callee(Protocol):
    """The data plane of a cloud's functions."""

    async def call_function(
        self, region: str, function: str, qualifier: str, payload: bytes, caller: str
    ) -> tuple[str, str | None]:
        """Call a function; the version that served and the error it ended with. Raises the cloud's refusals."""


@dataclass(slots=True)
class _Tally:
    """Calls by version, failed ones among them, refusals by code, and durations in milliseconds."""

    calls: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
    durations: list[float] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        return {
            "calls": self.calls,
            "errors": self.errors,
            "refused": self.refused,
            "dropped": self.dropped,
            "p50_ms": self._percentile(0.5),
            "p95_ms": self._percentile(0.95),
        }

    def _percentile(self, percentage: float) -> float | None:
        return round(nearest_rank(self.durations, percentage), 2) if self.durations else None


async def traffic(load: Load, callee: Callee) -> AsyncIterator[str]:
    """Make the calls; yields one JSON line a second of those that ended in it, and a last one, ``total``, of all."""
    total, second = _Tally(), _Tally()
    running: set[asyncio.Task[None]] = set()
    payload = load.payload.encode()

    async def one() -> None:
        began = time.perf_counter()
        try:
            version, error = await callee.call_function(load.region, load.function, load.qualifier, payload, _CALLER)
        except CloudError as refusal:
            for tally in (total, second):
                tally.refused[refusal.code] = tally.refused.get(refusal.code, 0) + 1
            return
        took = (time.perf_counter() - began) * 1000
        for tally in (total, second):
            tally.calls[version] = tally.calls.get(version, 0) + 1
            tally.errors[version] = tally.errors.get(version, 0) + (error is not None)
            tally.durations.append(took)

    # One alone, so that a function of which no instance stands meets no crowd of cold starts.
    await one()
    began, due, told = time.monotonic(), 1, 0
    try:
        while True:
            passed = time.monotonic() - began
            while due < min(passed, load.seconds) * load.rate:
                due += 1
                if len(running) >= load.at_once:
                    total.dropped += 1
                    second.dropped += 1
                    continue
                task = asyncio.ensure_future(one())
                running.add(task)
                task.add_done_callback(running.discard)
            if passed >= told + 1 or passed >= load.seconds:
                told = math.floor(passed)
                yield json.dumps({"second": told, **second.document()}) + "\n"
                second = _Tally()
            if passed >= load.seconds:
                break
            until = min(due / load.rate, told + 1, load.seconds)
            await asyncio.sleep(max(until - (time.monotonic() - began), 0.001))
        await asyncio.gather(*running)
        yield json.dumps({"total": total.document(), "seconds": load.seconds}) + "\n"
    finally:
        for task in running:
            task.cancel()
