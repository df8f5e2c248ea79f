"""What calls came to, kept in memory since the cloud started: the source of Monitor's figures (QCE/SCF_V2)."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "user_error", "system_error", "throttled"]
# Of one function; the oldest go first.
_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One call: ``time`` is when it ended (epoch seconds of the cloud's clock), ``version`` what ran.

    ``qualifier`` is as it was called; a call that was ``throttled`` ran not at all.
    """

    time: float
    version: str
    qualifier: str
    duration_ms: float
    memory_mb: float
    outcome: Outcome


class Metrics:
    """Samples by region, namespace and function."""

    def __init__(self) -> None:
        self._samples: defaultdict[tuple[str, str, str], deque[Sample]] = defaultdict(lambda: deque(maxlen=_KEPT))

    def reset(self) -> None:
        """Forget all figures."""
        self._samples.clear()

    def add(self, region: str, namespace: str, function: str, sample: Sample) -> None:
        """Count one call."""
        self._samples[region, namespace, function].append(sample)

    def samples(
        self, region: str, namespace: str, function: str, version: str | None, start: float, end: float
    ) -> Iterator[Sample]:
        """The calls that ended in [``start``, ``end``), of one version or of all, in the order they ended."""
        for sample in self._samples.get((region, namespace, function), ()):
            if start <= sample.time < end and version in (None, sample.version):
                yield sample
