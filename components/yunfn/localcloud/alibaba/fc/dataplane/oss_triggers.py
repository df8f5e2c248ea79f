"""OSS triggers: an object event that fits a trigger's events and filter is queued as an asynchronous call.

The invocation role must trust ``oss.aliyuncs.com`` and be allowed ``fc:InvokeFunction``; else nothing is called and
the journal shows the denial. The event is that of FCD "OSS trigger", "event format".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from yunfn.localcloud.alibaba.fc.dataplane.async_queue import FcAsyncQueue
from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.trigger_caller import TriggerCaller
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, TriggerRecord
from yunfn.localcloud.alibaba.fc.events import TriggerChanged
from yunfn.localcloud.alibaba.oss.events import ObjectEvent
from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.invocation.object_triggers import ObjectTriggers

_OSS = "oss.aliyuncs.com"


class OssTriggers(ObjectTriggers[TriggerRecord, ObjectEvent]):
    """Calls functions for what happens in buckets."""

    def __init__(
        self, cloud: LocalCloud, directory: FunctionDirectory, authority: Authority, queue: FcAsyncQueue
    ) -> None:
        super().__init__(cloud, TriggerChanged, ObjectEvent)
        self._directory = directory
        self._caller = TriggerCaller(cloud, directory, authority, trusted=_OSS, session="oss", status=202)
        self._queue = queue

    def _records(self) -> Iterable[TriggerRecord]:
        return self._directory.triggers("oss")

    def _fits(self, record: TriggerRecord, event: ObjectEvent) -> bool:
        return _fits(record, event)

    def _fire(self, record: TriggerRecord, event: ObjectEvent) -> None:
        request_id = new_request_id()
        principal = self._caller.principal(record, request_id)
        function = self._caller.function(record, principal, request_id) if principal else None
        if principal is not None and function is not None:
            payload = oss_event(record, event, request_id)
            self._queue.enqueue(function, payload, request_id=request_id, caller=principal.arn)


def _fits(record: TriggerRecord, event: ObjectEvent) -> bool:
    bucket = str(record.document.get("sourceArn") or "").rpartition(":")[2]
    if (record.account, record.region, bucket) != (event.account, event.region, event.bucket):
        return False
    wanted = [str(name) for name in record.configuration.get("events") or []]
    if not any(_covers(pattern, f"oss:{event.name}") for pattern in wanted):
        return False
    key: dict[str, Any] = (record.configuration.get("filter") or {}).get("key") or {}
    return event.key.startswith(key.get("prefix") or "") and event.key.endswith(key.get("suffix") or "")


def _covers(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith(":*") else name == pattern


def oss_event(record: TriggerRecord, event: ObjectEvent, request_id: str) -> bytes:
    """The event a function behind an OSS trigger is given."""
    moment = datetime.fromtimestamp(event.time, UTC)
    rule = hashlib.sha1(f"{record.function}/{record.name}".encode(), usedforsecurity=False).hexdigest()
    told = {
        "eventName": event.name,
        "eventSource": "acs:oss",
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z",
        "eventVersion": "1.0",
        "oss": {
            "bucket": {
                "arn": f"acs:oss:{event.region}:{event.account}:{event.bucket}",
                "name": event.bucket,
                "ownerIdentity": event.account,
                "virtualBucket": "",
            },
            "object": {"deltaSize": event.size, "eTag": event.etag, "key": event.key, "size": event.size},
            "ossSchemaVersion": "1.0",
            "ruleId": rule,
        },
        "region": event.region,
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"requestId": request_id},
        "userIdentity": {"principalId": event.account},
    }
    return json.dumps({"events": [told]}, ensure_ascii=False).encode()
