"""What calls came to, counted by version in memory: the figures a rollout is judged by."""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.runner import InvocationResult


@dataclass(slots=True)
class VersionMetrics:
    """Calls of one version since the cloud started: how many, how many failed, how long in all (milliseconds)."""

    count: int = 0
    errors: int = 0
    duration_ms: float = 0.0


class Metrics:
    """VersionMetrics by account, region, function and version."""

    def __init__(self) -> None:
        self._versions: dict[tuple[str, str, str, str], VersionMetrics] = {}

    def reset(self) -> None:
        """Forget all figures."""
        self._versions.clear()

    def add(self, function: ResolvedFunction, result: InvocationResult) -> None:
        """Count one call."""
        at = (function.account, function.region, function.name, function.version)
        figures = self._versions.setdefault(at, VersionMetrics())
        figures.count += 1
        figures.errors += result.error_type is not None
        figures.duration_ms += result.duration_ms

    def of(self, account: str, region: str, function: str, version: str) -> VersionMetrics:
        """The figures of one version; all zero for one that was never called."""
        return self._versions.get((account, region, function, version), VersionMetrics())
