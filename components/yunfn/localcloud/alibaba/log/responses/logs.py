"""Logs: written, searched, counted, pulled."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.log.compression import compress, decompress
from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid, ShardNotExist
from yunfn.localcloud.alibaba.log.log_group import read_log_group, write_log_groups
from yunfn.localcloud.alibaba.log.models import StoredEntry
from yunfn.localcloud.alibaba.log.models.projects import LogState
from yunfn.localcloud.alibaba.log.responses import Operation
from yunfn.localcloud.alibaba.log.responses.bodies import answer, raw_answer, read_object
from yunfn.localcloud.alibaba.log.responses.paging import number
from yunfn.localcloud.alibaba.log.search import Search
from yunfn.localcloud.call import Call

_HASH_KEY = re.compile(r"[0-9a-fA-F]{1,32}")
_PULL_LIMIT = 1000


class LogCalls:
    """PutLogs, GetLogs (both versions), GetHistograms, GetCursor, PullLogs."""

    def __init__(self, state: LogState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "PutLogs": self._put,
            "GetLogs": self._get,
            "GetLogsV2": self._get_v2,
            "GetHistograms": self._histograms,
            "GetCursor": self._cursor,
            "PullLogs": self._pull,
        }

    async def _put(self, call: Call, names: Mapping[str, str]) -> Response:
        self._allow(call, names, "log:PostLogStoreLogs")
        hash_key = call.param("key") or ""
        if names.get("mode") == "route" and not _HASH_KEY.fullmatch(hash_key):
            raise ParameterInvalid("key must be a hash key of up to 32 hexadecimal digits")
        entries = read_log_group(decompress(await call.body(), call.headers))
        scope = (call.account, call.region, names["project"], names["logstore"])
        self._state.append(*scope, entries, hash_key if names.get("mode") == "route" else "")
        return answer(call)

    async def _get(self, call: Call, names: Mapping[str, str]) -> Response:
        search = self._search(call, names, dict(call.params), "log:GetLogStoreLogs")
        found = await search.logs()
        headers = {
            "x-log-progress": "Complete",
            "x-log-count": str(len(found)),
            "x-log-processed-rows": str(search.processed),
            "x-log-elapsed-millisecond": str(search.elapsed_ms),
            "x-log-has-sql": "true" if search.statement else "false",
            **_told("x-log-where-query", search.where),
            **_told("x-log-agg-query", search.statement),
            "x-log-query-info": json.dumps({"mode": 0}),
        }
        return answer(call, found, headers)

    async def _get_v2(self, call: Call, names: Mapping[str, str]) -> Response:
        sent = await read_object(call)
        search = self._search(call, names, sent, "log:GetLogStoreLogs")
        found = await search.logs()
        meta: dict[str, Any] = {
            "progress": "Complete",
            "count": len(found),
            "processedRows": search.processed,
            "processedBytes": 0,
            "elapsedMillisecond": search.elapsed_ms,
            "hasSQL": bool(search.statement),
            "whereQuery": search.where,
            "aggQuery": search.statement,
            "isAccurate": True,
            "cpuSec": 0.0,
            "cpuCores": 0,
            "mode": 0,
        }
        body = json.dumps({"meta": meta, "data": found}, ensure_ascii=False).encode()
        packed, headers = compress(body, call.headers.get("accept-encoding", ""))
        return raw_answer(call, packed, "application/json", headers)

    async def _histograms(self, call: Call, names: Mapping[str, str]) -> Response:
        search = self._search(call, names, dict(call.params), "log:GetLogStoreHistogram")
        buckets = await search.histogram()
        count = sum(one["count"] for one in buckets)
        return answer(call, buckets, {"x-log-progress": "Complete", "x-log-count": str(count)})

    async def _cursor(self, call: Call, names: Mapping[str, str]) -> Response:
        entries = self._shard(call, names)
        since = call.param("from") or ""
        if since == "begin":
            sequence = 0
        elif since == "end":
            sequence = entries[-1].sequence + 1 if entries else 0
        else:
            received = number(call, "from", 0)
            after = (one.sequence for one in entries if one.received >= received)
            sequence = next(after, entries[-1].sequence + 1 if entries else 0)
        return answer(call, {"cursor": _write_cursor(sequence)})

    async def _pull(self, call: Call, names: Mapping[str, str]) -> Response:
        entries = self._shard(call, names)
        cursor, last = _read_cursor(call.param("cursor") or ""), call.param("end_cursor")
        until = _read_cursor(last) if last else None
        limit = min(max(number(call, "count", 100), 1), _PULL_LIMIT)
        left = [one for one in entries if one.sequence >= cursor and (until is None or one.sequence < until)]
        groups = [list(group) for _, group in groupby(left, key=lambda one: one.sequence)][:limit]
        body = write_log_groups([[one.entry for one in group] for group in groups])
        packed, headers = compress(body, call.headers.get("accept-encoding", ""))
        following = groups[-1][-1].sequence + 1 if groups else cursor
        headers.update({"x-log-cursor": _write_cursor(following), "x-log-count": str(len(groups))})
        return raw_answer(call, packed, "application/x-protobuf", headers)

    def _search(self, call: Call, names: Mapping[str, str], sent: Mapping[str, Any], action: str) -> Search:
        self._allow(call, names, action)
        scope = (call.account, call.region, names["project"], names["logstore"])
        return Search(self._state, scope, sent)

    def _shard(self, call: Call, names: Mapping[str, str]) -> list[StoredEntry]:
        """The logs of a shard in the order they came; raises ShardNotExist."""
        self._allow(call, names, "log:GetCursorOrData")
        scope = (call.account, call.region, names["project"], names["logstore"])
        logstore, shard = self._state.logstore(*scope), int(names["shard"])
        if shard >= logstore["shardCount"]:
            raise ShardNotExist(shard)
        return [one for one in self._state.entries.arrivals(*scope, logstore["ttl"]) if one.shard == shard]

    def _allow(self, call: Call, names: Mapping[str, str], action: str) -> None:
        project, logstore = names["project"], names["logstore"]
        call.resource = f"{project}/{logstore}"
        call.require(action, f"acs:log:{call.region}:{call.account}:project/{project}/logstore/{logstore}")


def _told(name: str, text: str) -> dict[str, str]:
    """A header, where its text can be one."""
    return {name: text} if text.isascii() and text.isprintable() else {}


def _write_cursor(sequence: int) -> str:
    return base64.b64encode(str(sequence).encode()).decode()


def _read_cursor(text: str) -> int:
    try:
        return int(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise ParameterInvalid(f"cursor {text!r} is invalid") from None
