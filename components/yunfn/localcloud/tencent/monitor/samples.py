"""What Monitor reads of SCF's calls. SCF knows nothing of Monitor: it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class Sample(Protocol):
    """One call of a function; times are seconds since the epoch by the cloud's clock.

    ``outcome`` is ``ok``, ``user_error``, ``system_error`` or ``throttled``; ``time`` is when the call ended.
    """

    @property
    def time(self) -> float:
        """When the call ended."""
        ...

    @property
    def version(self) -> str:
        """The version that ran, ``$LATEST`` or a number."""
        ...

    @property
    def qualifier(self) -> str:
        """The version or alias that was called."""
        ...

    @property
    def duration_ms(self) -> float:
        """How long it ran, in milliseconds."""
        ...

    @property
    def memory_mb(self) -> float:
        """How much memory it used, in MB."""
        ...

    @property
    def outcome(self) -> str:
        """How it ended."""
        ...


class SampleSource(Protocol):
    """Where the calls are kept."""

    def samples(
        self, region: str, namespace: str, function: str, version: str | None, start: float, end: float
    ) -> Iterator[Sample]:
        """The calls with ``start`` <= time < ``end``, of one version or of all."""
        ...


@runtime_checkable
class Measured(Protocol):
    """A service that keeps its calls: SCF's."""

    @property
    def metrics(self) -> SampleSource:
        """The calls."""
        ...


def source(cloud: LocalCloud) -> SampleSource:
    """SCF's calls."""
    (found,) = (one for one in cloud.services if one.name == "scf")
    assert isinstance(found, Measured)
    return found.metrics
