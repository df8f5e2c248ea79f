"""The index of a topic."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue, Operation
from yunfn.localcloud.tencent.cls.exceptions import IndexConflict, IndexNotExist, TooManyIndexKeys
from yunfn.localcloud.tencent.cls.models import ClsState
from yunfn.localcloud.tencent.cls.responses.names import allowed

_TYPES = ("text", "long", "double", "json")
_NUMBERS = ("long", "double")
_KEYS = 300


class IndexCalls:
    """CreateIndex, DescribeIndex, ModifyIndex, DeleteIndex."""

    def __init__(self, state: ClsState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateIndex": self._create,
            "DescribeIndex": self._describe,
            "ModifyIndex": self._modify,
            "DeleteIndex": self._delete,
        }

    async def _create(self, request: ApiRequest) -> dict[str, Any]:
        topic = self._topic(request)
        if topic["index"] is not None:
            raise IndexConflict(topic["TopicId"])
        # Logs of before an index are not found by it: its id is kept with each log that comes.
        index = {
            "id": time.time_ns(),
            "Status": True,
            "Rule": None,
            "IncludeInternalFields": False,
            "MetadataFlag": 0,
            "CoverageField": "",
        }
        self._keep(request, topic, index)
        return {}

    async def _describe(self, request: ApiRequest) -> dict[str, Any]:
        topic = self._topic(request)
        index = _index(topic)
        return {"TopicId": topic["TopicId"], **{name: value for name, value in index.items() if name != "id"}}

    async def _modify(self, request: ApiRequest) -> dict[str, Any]:
        topic = self._topic(request)
        self._keep(request, topic, _index(topic))
        return {}

    async def _delete(self, request: ApiRequest) -> dict[str, Any]:
        topic = self._topic(request)
        _index(topic)
        self._state.put_topic(request.region, {**topic, "index": None})
        return {}

    def _topic(self, request: ApiRequest) -> Document:
        topic_id = request.text("TopicId")
        allowed(request, "topic", topic_id)
        return self._state.topic(request.region, topic_id)

    def _keep(self, request: ApiRequest, topic: Document, index: Document) -> None:
        """Keep ``index`` with what is sent; the rule as it is sent, for clients compare it with theirs."""
        flag = request.integer("MetadataFlag", index["MetadataFlag"])
        if flag not in (0, 1, 2):
            raise InvalidParameterValue("MetadataFlag", "must be 0, 1 or 2")
        changed = {
            **index,
            "Rule": _checked(request.mapping("Rule")) if "Rule" in request else index["Rule"],
            "Status": request.flag("Status", index["Status"]),
            "IncludeInternalFields": request.flag("IncludeInternalFields", index["IncludeInternalFields"]),
            "MetadataFlag": flag,
            "CoverageField": request.text("CoverageField", index["CoverageField"]),
            "ModifyTime": self._state.moment(),
        }
        self._state.put_topic(request.region, {**topic, "index": changed})


def _index(topic: Document) -> Document:
    if topic["index"] is None:
        raise IndexNotExist(topic["TopicId"])
    index: Document = topic["index"]
    return index


def _checked(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule itself; raises InvalidParameterValue and TooManyIndexKeys."""
    count = 0
    for part in ("KeyValue", "Tag"):
        keys = (_object(rule.get(part) or {}, f"Rule.{part}")).get("KeyValues") or []
        count += len(keys)
        for one in keys:
            _check_key(_object(one, f"Rule.{part}.KeyValues"), f"Rule.{part}.KeyValues")
    if count > _KEYS:
        raise TooManyIndexKeys(_KEYS)
    for part in ("FullText", "DynamicIndex"):
        _object(rule.get(part) or {}, f"Rule.{part}")
    return rule


def _check_key(sent: dict[str, Any], where: str) -> None:
    name, value = sent.get("Key"), _object(sent.get("Value") or {}, f"{where}.Value")
    if not isinstance(name, str) or not name:
        raise InvalidParameterValue(where, "must have a Key each")
    if value.get("Type") not in _TYPES:
        raise InvalidParameterValue(f"{where}.{name}.Type", f"must be one of {', '.join(_TYPES)}")
    if value["Type"] in _NUMBERS and (value.get("Tokenizer") or value.get("ContainZH")):
        raise InvalidParameterValue(f"{where}.{name}", "is a number: no Tokenizer, no ContainZH")


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidParameterValue(where, "must be an object")
    return value
