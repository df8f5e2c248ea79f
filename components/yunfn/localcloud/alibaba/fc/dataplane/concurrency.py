"""How many calls of a function run at once, held against its reserved concurrency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from yunfn.localcloud.alibaba.fc.dataplane.exceptions import InvocationDisabled, ResourceExhausted
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction


class ConcurrencyGate:
    """Lets calls in while the function is enabled and has room; all its qualifiers share one count."""

    def __init__(self) -> None:
        self._running: Counter[tuple[str, str, str]] = Counter()

    @contextmanager
    def admitted(self, function: ResolvedFunction) -> Iterator[None]:
        """While inside, the call counts; raises InvocationDisabled or ResourceExhausted instead of letting it in."""
        restriction = function.configuration.get("invocationRestriction") or {}
        if restriction.get("disable"):
            raise InvocationDisabled(function.name, str(restriction.get("reason") or ""))
        at = (function.account, function.region, function.name)
        if function.reserved_concurrency is not None:
            # Reserved concurrency is in instances; each takes instanceConcurrency requests at once.
            limit = function.reserved_concurrency * int(function.configuration.get("instanceConcurrency") or 1)
            if self._running[at] >= limit:
                raise ResourceExhausted(function.name, limit)
        self._running[at] += 1
        try:
            yield
        finally:
            self._running[at] -= 1
            if not self._running[at]:
                del self._running[at]
