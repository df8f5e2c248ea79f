"""What calls came to, kept in memory since the cloud started: the source of Cloud Monitor's figures (acs_fc)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.clock import Clock
from yunfn.localcloud.runner import InvocationResult

Outcome = Literal["ok", "error", "throttled"]
# Of one function; of more than this the older half goes.
_KEPT = 100_000


@dataclass(slots=True)
class VersionMetrics:
    """Calls of one version that ran since the cloud started: how many, how many failed, how long in all (ms)."""

    count: int = 0
    errors: int = 0
    duration_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One call: ``time`` is when it ended (epoch seconds of the cloud's clock), ``version`` what ran.

    ``qualifier`` is as it was called; a call that was ``throttled`` ran not at all. ``status`` is that of HTTP, None
    for a call that came by no HTTP trigger.
    """

    time: float
    version: str
    qualifier: str
    outcome: Outcome
    duration_ms: float = 0.0
    memory_mb: float = 0.0
    status: int | None = None


class Metrics:
    """Calls by account, region and function."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._versions: dict[tuple[str, str, str, str], VersionMetrics] = {}
        self._samples: defaultdict[tuple[str, str, str], list[Sample]] = defaultdict(list)

    def reset(self) -> None:
        """Forget all figures."""
        self._versions.clear()
        self._samples.clear()

    def add(self, function: ResolvedFunction, result: InvocationResult, status: int | None = None) -> None:
        """Count a call that ran."""
        at = (function.account, function.region, function.name, function.version)
        failed = result.error_type is not None
        figures = self._versions.setdefault(at, VersionMetrics())
        figures.count += 1
        figures.errors += failed
        figures.duration_ms += result.duration_ms
        outcome: Outcome = "error" if failed else "ok"
        self._keep(function, outcome, result.duration_ms, result.max_memory_mb, status)

    def throttled(self, function: ResolvedFunction) -> None:
        """Count a call that was refused because all instances the function may have are busy."""
        self._keep(function, "throttled")

    def of(self, account: str, region: str, function: str, version: str) -> VersionMetrics:
        """The figures of one version; all zero for one that was never called."""
        return self._versions.get((account, region, function, version), VersionMetrics())

    def samples(self, account: str, region: str, function: str, start: float, end: float) -> Iterator[Sample]:
        """The calls of a function that ended in [``start``, ``end``), in the order they ended."""
        found = self._samples.get((account, region, function), [])
        for sample in found[bisect_left(found, start, key=attrgetter("time")) :]:
            if sample.time >= end:
                return
            yield sample

    def functions(self, account: str, region: str) -> list[str]:
        """The names of the functions that were called."""
        return [name for owner, place, name in self._samples if (owner, place) == (account, region)]

    def _keep(
        self,
        function: ResolvedFunction,
        outcome: Outcome,
        duration_ms: float = 0.0,
        memory_mb: float = 0.0,
        status: int | None = None,
    ) -> None:
        samples = self._samples[function.account, function.region, function.name]
        if len(samples) >= _KEPT:
            del samples[: _KEPT // 2]
        # A clock that was set back must not bring disorder.
        now = max(self._clock.time(), samples[-1].time if samples else 0.0)
        samples.append(Sample(now, function.version, function.qualifier, outcome, duration_ms, memory_mb, status))
