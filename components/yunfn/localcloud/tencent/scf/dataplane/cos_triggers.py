"""COS triggers: an object event that fits a trigger's event and filter is queued as an asynchronous call.

The trigger's name is the bucket's host; the event is that of SCFD "COS trigger" ("event message structure").
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from urllib.parse import quote

from yunfn.localcloud.call import new_request_id
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.object_triggers import ObjectTriggers
from yunfn.localcloud.invocation.unfired import note_unfired
from yunfn.localcloud.tencent.cos.events import CosObjectEvent
from yunfn.localcloud.tencent.scf.dataplane.async_queue import ScfAsyncQueue
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory, TriggerRecord
from yunfn.localcloud.tencent.scf.events import TriggerChanged


class CosTriggers(ObjectTriggers[TriggerRecord, CosObjectEvent]):
    """Calls functions for what happens in buckets."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, queue: ScfAsyncQueue) -> None:
        super().__init__(cloud, TriggerChanged, CosObjectEvent)
        self._directory = directory
        self._queue = queue

    def _records(self) -> Iterable[TriggerRecord]:
        return self._directory.triggers("cos")

    def _fits(self, record: TriggerRecord, event: CosObjectEvent) -> bool:
        return record.enabled and _fits(record, event)

    def _fire(self, record: TriggerRecord, event: CosObjectEvent) -> None:
        caller = f"cos trigger {record.name}"
        request_id = new_request_id().lower()
        try:
            function = self._directory.resolve(record.region, record.namespace, record.function, record.qualifier)
        except CloudError as error:
            note_unfired(
                self._cloud,
                error,
                service="scf",
                resource=f"{record.namespace}/{record.function}:{record.qualifier}",
                region=record.region,
                caller=caller,
                request_id=request_id,
            )
            return
        payload = cos_event(record, event, self._cloud.tencent.app_id)
        self._queue.enqueue(function, payload, request_id=request_id, caller=caller, source="cos")


def _fits(record: TriggerRecord, event: CosObjectEvent) -> bool:
    if record.name != f"{event.bucket}.cos.{event.region}.myqcloud.com":
        return False
    pattern = str(record.configuration.get("event") or "")
    if not (event.name.startswith(pattern[:-1]) if pattern.endswith(":*") else event.name == pattern):
        return False
    wanted = record.configuration.get("filter") or {}
    return event.key.startswith(wanted.get("Prefix") or "") and event.key.endswith(wanted.get("Suffix") or "")


def cos_event(record: TriggerRecord, event: CosObjectEvent, app_id: str) -> bytes:
    """The event a function behind a COS trigger is given."""
    bucket = event.bucket.removesuffix(f"-{app_id}")
    host = f"{event.bucket}.cos.{event.region}.myqcloud.com"
    told = {
        "cos": {
            "cosSchemaVersion": "1.0",
            "cosObject": {
                "url": f"http://{host}/{quote(event.key)}",
                "meta": {"x-cos-request-id": uuid.uuid4().hex, "Content-Type": ""},
                "vid": "",
                "key": f"/{app_id}/{bucket}/{event.key}",
                "size": event.size,
            },
            "cosBucket": {"region": event.region, "name": bucket, "appid": app_id},
            "cosNotificationId": "unkown",
        },
        "event": {
            "eventName": event.name,
            "eventVersion": "1.0",
            "eventTime": int(event.time),
            "eventSource": "qcs::cos",
            "requestParameters": {"requestSourceIP": "127.0.0.1", "requestHeaders": {}},
            "eventQueue": f"qcs:0:scf:{record.region}:appid/{app_id}:"
            f"{record.namespace}.{record.function}.{record.qualifier}",
            "reservedInfo": "",
            "reqid": uuid.uuid4().int % 10**9,
        },
    }
    return json.dumps({"Records": [told]}, ensure_ascii=False).encode()
