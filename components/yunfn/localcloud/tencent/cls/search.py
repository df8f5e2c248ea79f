"""A search over one topic: its time range, its query, and the page that is wanted."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.logsearch import Analysis
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue
from yunfn.localcloud.tencent.cls.analytics import analysed
from yunfn.localcloud.tencent.cls.exceptions import IndexNotExist, InvalidContext, TooFarIntoLogs
from yunfn.localcloud.tencent.cls.models import ClsState, StoredEntry
from yunfn.localcloud.tencent.cls.query import index_of, parse, parts

# SearchLog's parameters in the API's reference: logs a page, bytes of a query, logs and seconds of a Context.
_LIMIT, _LARGEST = 100, 1000
_QUERY = 12 * 1024
_CONTEXT_LOGS, _CONTEXT_SECONDS = 10_000, 3600
_BREATH = 200
_CQL = 1

Place = tuple[int, int, int]


class Search:
    """What SearchLog asks for.

    Sees the logs that came while the topic had the index it has now, as CLS does. Raises SyntaxFault, IndexNotExist,
    TopicNotExist, InvalidParameterValue, InvalidContext, or UnknownOperationError for Lucene's syntax. ``statement`` is
    the SQL behind the query's pipe, "" without; an analysis has no pages.
    """

    def __init__(self, state: ClsState, request: ApiRequest) -> None:
        self._state = state
        self._region = request.region
        self._clock: Clock = request.cloud.clock
        self.topic = state.topic(request.region, request.text("TopicId"))
        index = self.topic["index"]
        if index is None or not index["Status"]:
            raise IndexNotExist(self.topic["TopicId"])
        self._index: int = index["id"]
        self._begin, self._end = request.integer("From"), request.integer("To")
        if self._begin >= self._end:
            raise InvalidParameterValue("From", "must be less than To")
        query = _query(request)
        where, self.statement = parts(query)
        self._condition = parse(where, index_of(index))
        sort = request.text("Sort", "desc")
        if sort not in ("asc", "desc"):
            raise InvalidParameterValue("Sort", "must be asc or desc")
        self._descending = sort == "desc"
        self._limit, self._offset = request.integer("Limit", _LIMIT), request.integer("Offset", 0)
        if not 1 <= self._limit <= _LARGEST or self._offset < 0:
            raise InvalidParameterValue("Limit", f"must be between 1 and {_LARGEST}, Offset not negative")
        # A Context goes on with one search only.
        asked = (self._region, self.topic["TopicId"], self._begin, self._end, query, sort)
        self._digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
        self._after, self._passed = self._place(request)

    async def page(self) -> tuple[list[StoredEntry], bool, str]:
        """The logs of the page, whether they are the last, and the Context that the next page follows on."""
        wanted = self._offset + self._limit
        if self._descending:
            found = [one async for one in self._found()][::-1]
            if self._after is not None:
                after = self._after
                found = [one for one in found if one.place < after]
        else:
            found = []
            async for one in self._found():
                if self._after is None or one.place > self._after:
                    found.append(one)
                if len(found) > wanted:
                    break
        shown = found[self._offset : wanted]
        place = shown[-1].place if shown else self._after
        return shown, len(found) <= wanted, self._context(place, self._passed + len(shown))

    async def analysis(self) -> Analysis:
        """What the statement answers over all that the search finds; raises SyntaxFault."""
        return await analysed(self.statement, self.topic["index"], [one async for one in self._found()])

    async def _found(self) -> AsyncIterator[StoredEntry]:
        begin = self._begin
        if self._after is not None and not self._descending:
            begin = max(begin, self._after[0])
        stored = self._state.entries.between(
            self._region, self.topic["TopicId"], begin, self._end, self.topic["Period"]
        )
        for number, one in enumerate(stored, 1):
            if number % _BREATH == 0:
                # A search through many logs lets other requests through.
                await asyncio.sleep(0)
            if one.index == self._index and self._condition.fits(one.entry):
                yield one

    def _context(self, place: Place | None, passed: int) -> str:
        expires = self._clock.time() + _CONTEXT_SECONDS
        document = {"place": place, "passed": passed, "expires": expires, "search": self._digest}
        return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()

    def _place(self, request: ApiRequest) -> tuple[Place | None, int]:
        """Where the page begins, and how many logs were read by Context before it."""
        if not (sent := request.text("Context", "")):
            return None, 0
        if self._offset:
            raise InvalidParameterValue("Offset", "cannot be used with Context")
        try:
            found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(sent))
            place = found["place"]
            after = None if place is None else (int(place[0]), int(place[1]), int(place[2]))
            valid = found["search"] == self._digest and self._clock.time() < float(found["expires"])
            passed = int(found["passed"])
        except (ValueError, TypeError, KeyError, IndexError):
            raise InvalidContext from None
        if not valid:
            raise InvalidContext
        if passed >= _CONTEXT_LOGS:
            raise TooFarIntoLogs(_CONTEXT_LOGS)
        return after, passed


def _query(request: ApiRequest) -> str:
    """The query in CQL; QueryString is that by itself, the older Query is Lucene's without SyntaxRule 1."""
    if "Topics" in request:
        raise UnknownOperationError("cls", "SearchLog with Topics")
    if "QueryString" in request:
        query, syntax = request.text("QueryString"), request.integer("QuerySyntax", _CQL)
    elif "Query" in request:
        query, syntax = request.text("Query"), request.integer("SyntaxRule", 0)
    else:
        query, syntax = "", _CQL
    if len(query.encode()) > _QUERY:
        raise InvalidParameterValue("QueryString", f"must be at most {_QUERY} bytes")
    if syntax != _CQL and query.strip() not in ("", "*"):
        raise UnknownOperationError("cls", "SearchLog with Lucene's syntax (QuerySyntax 0)")
    return query
