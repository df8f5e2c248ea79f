"""What the directories of functions of both clouds do alike: hosts looked up, versions drawn, provisioned ones told.

What a function is named by, and what its records say, is each cloud's own.
"""

from __future__ import annotations

import hashlib
import json
import random
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

T = TypeVar("T")
D = TypeVar("D")
#: All that names a function: account, region and name, or region, namespace and name.
Place = tuple[str, str, str]


class Directory(ABC, Generic[T, D]):
    """Finds triggers (``T``) and custom domains (``D``) by host, and knows how many provisioned instances are ready.

    ``rng`` picks an alias's version by weight; give a seeded one for a repeatable choice. ``trigger_changed`` and
    ``domain_changed`` are the events after which hosts are looked up anew.
    """

    def __init__(
        self, cloud: LocalCloud, rng: random.Random | None, trigger_changed: type[object], domain_changed: type[object]
    ) -> None:
        self._cloud = cloud
        self._rng = rng or random.Random()  # noqa: S311 - shares traffic, guards nothing
        self._provisioned: dict[tuple[Place, str], tuple[int, str]] = {}
        # Looked up for every request to a function's own host, so kept until something changes.
        self._trigger_hosts: dict[str, T] | None = None
        self._domains: dict[str, D] | None = None
        cloud.events.subscribe(trigger_changed, self._forget_triggers)
        cloud.events.subscribe(domain_changed, self._forget_domains)

    def trigger_by_host(self, host: str) -> T | None:
        """The HTTP trigger whose internet or intranet URL has this host, or None."""
        if self._trigger_hosts is None:
            self._trigger_hosts = dict(self._hosts())
        return self._trigger_hosts.get(host)

    def domain(self, host: str) -> D | None:
        """The custom domain of that name, or None."""
        if self._domains is None:
            self._domains = dict(self._named_domains())
        return self._domains.get(host)

    def report_provisioned(self, place: Place, qualifier: str, current: int, error: str = "") -> None:
        """For the data plane: how many provisioned instances are ready now, and why not more, if it knows."""
        self._provisioned[place, qualifier] = (current, error)

    def provisioned(self, place: Place, qualifier: str) -> tuple[int, str]:
        """The instances last reported ready for a qualifier, and the error that keeps it from more ("" for none)."""
        return self._provisioned.get((place, qualifier), (0, ""))

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        self._provisioned.clear()
        self._trigger_hosts = None
        self._domains = None

    def _drawn(self, weights: Iterable[tuple[str, float]]) -> str | None:
        """One of the versions by their weights (0–1), anew each time; None for what they leave."""
        drawn = self._rng.random()
        for version, weight in weights:
            if drawn < weight:
                return version
            drawn -= weight
        return None

    def _forget_triggers(self, event: object) -> None:
        self._trigger_hosts = None

    def _forget_domains(self, event: object) -> None:
        self._domains = None

    @abstractmethod
    def _hosts(self) -> Iterable[tuple[str, T]]:
        """Every HTTP trigger by each of its hosts."""

    @abstractmethod
    def _named_domains(self) -> Iterable[tuple[str, D]]:
        """Every custom domain by its name."""


def fingerprint(
    configuration: Mapping[str, Any], free: Collection[str], code: str | None, layers: Sequence[str]
) -> str:
    """A digest (hex) over all that decides how a function's instances behave.

    ``free`` are the names in ``configuration`` that may change without that; ``code`` and ``layers`` are SHA-256.
    """
    relevant = {name: value for name, value in configuration.items() if name not in free}
    return hashlib.sha256(json.dumps([relevant, code or "", list(layers)], sort_keys=True).encode()).hexdigest()
