"""A search over one logstore: its time range, its query, and the page that is wanted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from itertools import pairwise
from typing import Any

from yunfn.localcloud.alibaba.log.analytics import analysed
from yunfn.localcloud.alibaba.log.exceptions import IndexConfigNotExist, ParameterInvalid
from yunfn.localcloud.alibaba.log.models import LogEntry
from yunfn.localcloud.alibaba.log.models.projects import LogState
from yunfn.localcloud.alibaba.log.query import index_of, parse, parts

_LINES = 100
_BUCKETS = 60
_BREATH = 200
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 604800)


class Search:
    """What GetLogs and GetHistograms ask for.

    Sees logs that came while the logstore had an index, as SLS does. Raises ParameterInvalid,
    IndexConfigNotExist, LogStoreNotExist or ProjectNotExist. ``where`` is the query's search, ``statement`` the SQL
    behind its pipe, "" without.
    """

    def __init__(self, state: LogState, scope: tuple[str, str, str, str], sent: Mapping[str, Any]) -> None:
        self._began = time.perf_counter()
        self._state = state
        self._scope = scope
        logstore = state.logstore(*scope)
        if logstore["index"] is None:
            raise IndexConfigNotExist(searching=True)
        self._days: int = logstore["ttl"]
        self._begin, self._end = _number(sent, "from"), _number(sent, "to")
        if self._begin >= self._end:
            raise ParameterInvalid("from must be less than to")
        self._index: Mapping[str, Any] = logstore["index"]
        self.where, self.statement = parts(str(sent.get("query") or ""))
        self._condition = parse(self.where, index_of(self._index))
        self._topic = sent.get("topic")
        self._lines, self._offset = _number(sent, "line", _LINES), _number(sent, "offset", 0)
        if not 0 <= self._lines <= _LINES or self._offset < 0:
            raise ParameterInvalid(f"line must be between 0 and {_LINES}, offset must not be negative")
        self._reverse = str(sent.get("reverse", "")).lower() == "true"
        self.processed = 0

    @property
    def elapsed_ms(self) -> int:
        """How long the search has taken, in milliseconds."""
        return int((time.perf_counter() - self._began) * 1000)

    async def logs(self) -> list[dict[str, str]]:
        """The page that is wanted, as SLS writes logs; with SQL the rows of its answer, which has no pages."""
        if self.statement:
            return await analysed(self.statement, self._index, [one async for one in self._found()])
        end = self._offset + self._lines
        if self._reverse:
            found = [one async for one in self._found()][::-1]
        else:
            found = []
            async for one in self._found():
                found.append(one)
                if len(found) >= end:
                    break
        return [_shown(one) for one in found[self._offset : end]]

    async def histogram(self) -> list[dict[str, Any]]:
        """How many logs fit in each of up to 60 equal parts of the time range."""
        span = self._end - self._begin
        step = next((one for one in _STEPS if span <= one * _BUCKETS), _STEPS[-1])
        edges = [self._begin, *range((self._begin // step + 1) * step, self._end, step), self._end]
        counts = dict.fromkeys(edges[:-1], 0)
        async for entry in self._found():
            counts[max(entry.time // step * step, self._begin)] += 1
        return [
            {"from": low, "to": high, "count": counts[low], "progress": "Complete"} for low, high in pairwise(edges)
        ]

    async def _found(self) -> AsyncIterator[LogEntry]:
        for one in self._state.entries.between(*self._scope, self._begin, self._end, self._days):
            self.processed += 1
            if self.processed % _BREATH == 0:
                # A search through many logs lets other requests through.
                await asyncio.sleep(0)
            if one.indexed and (not self._topic or one.entry.topic == self._topic) and self._condition.fits(one.entry):
                yield one.entry


def _shown(entry: LogEntry) -> dict[str, str]:
    tags = {f"__tag__:{name}": value for name, value in entry.tags.items()}
    return {
        "__topic__": entry.topic,
        "__source__": entry.source,
        **tags,
        "__time__": str(entry.time),
        **entry.contents,
    }


def _number(sent: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = sent.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ParameterInvalid(f"{name} is missing or not a number")
    try:
        return int(value)
    except ValueError:
        raise ParameterInvalid(f"{name} is not a number: {value!r}") from None
