"""How many calls of a function run at once, held against its reserved concurrency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from yunfn.localcloud.tencent.scf.dataplane.exceptions import ConcurrencyExceeded
from yunfn.localcloud.tencent.scf.directory import ResolvedFunction

# InstanceConcurrencyConfig: the most requests an instance may take at once (API reference, MaxConcurrency).
_MOST_AT_ONCE = 100


def instance_concurrency(function: ResolvedFunction) -> int:
    """How many requests one instance takes at once: more than one for web functions only."""
    settings = function.configuration.get("InstanceConcurrencyConfig") or {}
    if function.configuration.get("Type") != "HTTP" or not settings:
        return 1
    if str(settings.get("DynamicEnabled", "")).upper() == "TRUE":
        return _MOST_AT_ONCE
    return int(settings.get("MaxConcurrency") or 1)


class ConcurrencyGate:
    """Lets calls in while the function has room; all its versions share what is reserved, which is in MB."""

    def __init__(self) -> None:
        self._running: Counter[tuple[str, str, str]] = Counter()

    @contextmanager
    def admitted(self, function: ResolvedFunction) -> Iterator[None]:
        """While inside, the call counts; raises ConcurrencyExceeded instead of letting it in."""
        at = (function.region, function.namespace, function.name)
        if function.reserved_mb is not None:
            instances = function.reserved_mb // int(function.configuration["MemorySize"])
            if self._running[at] >= instances * instance_concurrency(function):
                raise ConcurrencyExceeded(function.name, function.reserved_mb)
        self._running[at] += 1
        try:
            yield
        finally:
            self._running[at] -= 1
            if not self._running[at]:
                del self._running[at]
