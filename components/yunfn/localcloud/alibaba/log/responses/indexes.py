"""The index of a logstore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.log.exceptions import IndexAlreadyExist, IndexConfigNotExist, IndexInfoInvalid
from yunfn.localcloud.alibaba.log.models.projects import LogState
from yunfn.localcloud.alibaba.log.responses import Operation
from yunfn.localcloud.alibaba.log.responses.bodies import answer, read_object
from yunfn.localcloud.call import Call

_TYPES = ("text", "long", "double", "json")
_SENT = ("line", "keys", "log_reduce", "log_reduce_white_list", "log_reduce_black_list", "max_text_len", "scan_index")


class IndexCalls:
    """CreateIndex, GetIndex, UpdateIndex, DeleteIndex."""

    def __init__(self, state: LogState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateIndex": self._create,
            "GetIndex": self._get,
            "UpdateIndex": self._update,
            "DeleteIndex": self._delete,
        }

    async def _create(self, call: Call, names: Mapping[str, str]) -> Response:
        logstore = self._logstore(call, names, "log:CreateIndex")
        if logstore["index"] is not None:
            raise IndexAlreadyExist
        self._keep(call, names, logstore, _read(await read_object(call)))
        return answer(call)

    async def _get(self, call: Call, names: Mapping[str, str]) -> Response:
        logstore = self._logstore(call, names, "log:GetIndex")
        if logstore["index"] is None:
            raise IndexConfigNotExist(searching=False)
        return answer(call, {"index_mode": "v2", "ttl": logstore["ttl"], **logstore["index"]})

    async def _update(self, call: Call, names: Mapping[str, str]) -> Response:
        logstore = self._logstore(call, names, "log:UpdateIndex")
        if logstore["index"] is None:
            raise IndexConfigNotExist(searching=False)
        self._keep(call, names, logstore, _read(await read_object(call)))
        return answer(call)

    async def _delete(self, call: Call, names: Mapping[str, str]) -> Response:
        logstore = self._logstore(call, names, "log:DeleteIndex")
        if logstore["index"] is None:
            raise IndexConfigNotExist(searching=False)
        self._keep(call, names, logstore, None)
        return answer(call)

    def _logstore(self, call: Call, names: Mapping[str, str], action: str) -> dict[str, Any]:
        project, logstore = names["project"], names["logstore"]
        call.resource = f"{project}/{logstore}"
        call.require(action, f"acs:log:{call.region}:{call.account}:project/{project}/logstore/{logstore}")
        return self._state.logstore(call.account, call.region, project, logstore)

    def _keep(
        self, call: Call, names: Mapping[str, str], logstore: dict[str, Any], index: dict[str, Any] | None
    ) -> None:
        logstore["index"] = index and {**index, "lastModifyTime": self._state.now()}
        self._state.put_logstore(call.account, call.region, names["project"], logstore)


def _read(body: Mapping[str, Any]) -> dict[str, Any]:
    """The index as it is sent, checked; raises IndexInfoInvalid.

    What is not sent stays away: max_text_len in an answer that the caller did not set is a difference on every
    plan (terraform-provider-alicloud 1.285.0).
    """
    line, keys = body.get("line"), body.get("keys")
    if not line and not keys:
        raise IndexInfoInvalid("key config must has one valid config: line or keys")
    if line is not None:
        _check("line", line)
    if keys is not None:
        if not isinstance(keys, dict):
            raise IndexInfoInvalid("keys must be an object")
        for name, config in keys.items():
            _check(f"keys.{name}", config)
            if config.get("type", "text") not in _TYPES:
                raise IndexInfoInvalid(f"keys.{name}.type must be one of {', '.join(_TYPES)}")
    return {name: body[name] for name in _SENT if body.get(name) is not None}


def _check(where: str, config: Any) -> None:
    if not isinstance(config, dict):
        raise IndexInfoInvalid(f"{where} must be an object")
    tokens = config.get("token") or []
    if not isinstance(tokens, list) or not all(isinstance(one, str) for one in tokens):
        raise IndexInfoInvalid(f"{where}.token must be a list of characters")
