"""Logstores, their shards and how they are metered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.log.models.entries import FOREVER
from yunfn.localcloud.alibaba.log.models.projects import LogState, shards
from yunfn.localcloud.alibaba.log.responses import Operation
from yunfn.localcloud.alibaba.log.responses.bodies import answer, read_object
from yunfn.localcloud.alibaba.log.responses.paging import page
from yunfn.localcloud.call import Call

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
_MODES = ("standard", "query", "lite")
_METERING = ("ChargeByFunction", "ChargeByDataIngest")
_SHARDS = 100
_HIDDEN = ("tags", "index", "meteringMode")
# What a caller may set, and the type each must have; what is not sent keeps its default.
_FIELDS: dict[str, tuple[type, Any]] = {
    "ttl": (int, 30),
    "shardCount": (int, 2),
    "autoSplit": (bool, False),
    "maxSplitShard": (int, 0),
    "enable_tracking": (bool, False),
    "appendMeta": (bool, False),
    # "None" in place of "" makes the alicloud provider replace the logstore (terraform-provider-alicloud 1.285.0).
    "telemetryType": (str, ""),
    "mode": (str, "standard"),
    "hot_ttl": (int, None),
    "infrequentAccessTTL": (int, None),
    "encrypt_conf": (dict, None),
    "enableModify": (bool, None),
}


class LogstoreCalls:
    """Create, get, update, delete and list logstores; metering mode; shards."""

    def __init__(self, state: LogState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateLogStore": self._create,
            "GetLogStore": self._get,
            "UpdateLogStore": self._update,
            "DeleteLogStore": self._delete,
            "ListLogStores": self._list,
            "GetLogStoreMeteringMode": self._get_metering,
            "UpdateLogStoreMeteringMode": self._update_metering,
            "ListShards": self._list_shards,
        }

    async def _create(self, call: Call, names: Mapping[str, str]) -> Response:
        body = await read_object(call)
        name = str(body.get("logstoreName", ""))
        call.resource = f"{names['project']}/{name}"
        call.require("log:CreateLogStore", f"{_project(call, names)}/logstore/*")
        if not _NAME.fullmatch(name):
            raise ParameterInvalid(
                f"The logstore name {name!r} is invalid: 3 to 63 lower-case letters, digits, hyphens and "
                "underscores, beginning and ending with a letter or digit."
            )
        now = self._state.now()
        document = {"logstoreName": name, "createTime": now, "lastModifyTime": now, "tags": {}, "index": None}
        document.update({field: default for field, (_, default) in _FIELDS.items() if default is not None})
        document["meteringMode"] = "ChargeByFunction"
        document.update(_read(body))
        self._state.create_logstore(call.account, call.region, names["project"], document)
        return answer(call)

    async def _get(self, call: Call, names: Mapping[str, str]) -> Response:
        logstore = self._logstore(call, names, "log:GetLogStore")
        return answer(call, {name: value for name, value in logstore.items() if name not in _HIDDEN})

    async def _update(self, call: Call, names: Mapping[str, str]) -> Response:
        logstore = self._logstore(call, names, "log:UpdateLogStore")
        changes = _read(await read_object(call))
        if "shardCount" in changes:
            # Shards are split and merged, never counted anew (SLS "UpdateLogStore").
            del changes["shardCount"]
        logstore.update(changes)
        self._keep(call, names, logstore)
        return answer(call)

    async def _delete(self, call: Call, names: Mapping[str, str]) -> Response:
        self._logstore(call, names, "log:DeleteLogStore")
        self._state.delete_logstore(call.account, call.region, names["project"], names["logstore"])
        return answer(call)

    async def _list(self, call: Call, names: Mapping[str, str]) -> Response:
        call.resource = names["project"]
        call.require("log:ListLogStores", f"{_project(call, names)}/logstore/*")
        wanted, telemetry = call.param("logstoreName") or "", call.param("telemetryType") or ""
        found = [
            one["logstoreName"]
            for one in self._state.logstores(call.account, call.region, names["project"])
            if wanted in one["logstoreName"] and telemetry in ("", "None", one["telemetryType"])
        ]
        shown = page(call, found)
        return answer(call, {"count": len(shown), "total": len(found), "logstores": shown})

    async def _get_metering(self, call: Call, names: Mapping[str, str]) -> Response:
        logstore = self._logstore(call, names, "log:GetLogStoreMeteringMode")
        return answer(call, {"meteringMode": logstore["meteringMode"]})

    async def _update_metering(self, call: Call, names: Mapping[str, str]) -> Response:
        logstore = self._logstore(call, names, "log:UpdateLogStoreMeteringMode")
        mode = (await read_object(call)).get("meteringMode")
        if mode not in _METERING:
            raise ParameterInvalid(f"meteringMode must be one of {', '.join(_METERING)}")
        logstore["meteringMode"] = mode
        self._keep(call, names, logstore)
        return answer(call)

    async def _list_shards(self, call: Call, names: Mapping[str, str]) -> Response:
        return answer(call, shards(self._logstore(call, names, "log:ListShards")))

    def _logstore(self, call: Call, names: Mapping[str, str], action: str) -> dict[str, Any]:
        call.resource = f"{names['project']}/{names['logstore']}"
        call.require(action, f"{_project(call, names)}/logstore/{names['logstore']}")
        return self._state.logstore(call.account, call.region, names["project"], names["logstore"])

    def _keep(self, call: Call, names: Mapping[str, str], logstore: dict[str, Any]) -> None:
        self._state.put_logstore(call.account, call.region, names["project"], logstore)


def _project(call: Call, names: Mapping[str, str]) -> str:
    return f"acs:log:{call.region}:{call.account}:project/{names['project']}"


def _read(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a body sets; raises ParameterInvalid for a wrong type or a value out of range."""
    found: dict[str, Any] = {}
    for name, (kind, _) in _FIELDS.items():
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ParameterInvalid(f"{name} must be of type {kind.__name__}")
        found[name] = value
    if not 1 <= found.get("ttl", 1) <= FOREVER:
        raise ParameterInvalid(f"ttl must be between 1 and {FOREVER} days")
    if not 1 <= found.get("shardCount", 1) <= _SHARDS:
        raise ParameterInvalid(f"invalid shard count, you can only create 1~{_SHARDS} shards")
    if found.get("mode", "standard") not in _MODES:
        raise ParameterInvalid(f"mode must be one of {', '.join(_MODES)}")
    return found
