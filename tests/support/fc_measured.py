"""A function on Function Compute whose versions are called and whose calls are logged: for figures by version."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

import requests
from alibabacloud_fc20230330 import models
from aliyun.log import IndexConfig, LogClient

from support.clients import REGION, FunctionComputeClient
from unit.localcloud.alibaba.fc.served_fc import inline
from yunfn.localcloud.connection import Connection
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import RequestMetrics
from yunfn.rollout.metrics.request_fields import FIELDS
from yunfn.storage.alibaba_session import AlibabaSession

CODE = """\
import json, time

def handler(event, context):
    asked = json.loads(event)
    asked = asked.get("queryParameters") or asked
    time.sleep(float(asked.get("sleep", 0)))
    if asked.get("fail"):
        raise ValueError("as it was told")
    return {"statusCode": int(asked.get("status", 200)), "body": "hello"}
"""
_NUMBERS = itertools.count(1)


class MeasuredFunction:
    """A function with versions 1 and 2 of the same code, whose calls are written to a logstore of its own.

    ``index`` is the logstore's, by default what RequestMetrics needs; ``settings`` are of CreateFunction.
    """

    def __init__(self, cloud: Connection, index: dict[str, Any] | None = None, **settings: Any) -> None:
        self.cloud = cloud
        key = cloud.home.owner_key
        self.session = AlibabaSession(key.id, key.secret, "", REGION, cloud.home.account)
        number = next(_NUMBERS)
        self.name = f"measured-{number}"
        self.source = RequestMetrics(project=f"measured-{number}", logstore="calls")
        log = LogClient(f"https://{REGION}.log.aliyuncs.com", key.id, key.secret)
        log.create_project(self.source.project, "for a test")
        log.create_logstore(self.source.project, self.source.logstore, 7, 1)
        made = IndexConfig()
        made.from_json(index or {"keys": {name: field(kind) for name, kind in FIELDS.items()}})
        log.create_index(self.source.project, self.source.logstore, made)
        self.fc = FunctionComputeClient(cloud)
        body = models.CreateFunctionInput(
            function_name=self.name,
            runtime="python3.10",
            handler="index.handler",
            code=inline(index__py=CODE),
            log_config=models.LogConfig(project=self.source.project, logstore=self.source.logstore),
            **settings,
        )
        self.fc.call("create_function", models.CreateFunctionRequest(body=body))
        for number in "12":
            body = models.PublishFunctionVersionRequest(body=models.PublishVersionInput(description=number))
            self.fc.call("publish_function_version", self.name, body)
            # Unchanged code is published no second time.
            more = models.UpdateFunctionInput(description=f"after {number}")
            self.fc.call("update_function", self.name, models.UpdateFunctionRequest(body=more))

    @property
    def place(self) -> AliasPlace:
        return AliasPlace("alibaba", self.session.account, REGION, "", self.name, "live")

    def call(self, qualifier: str, **event: Any) -> dict[str, str]:
        """Call by a version or alias; headers and body of the answer."""
        return self.fc.invoke(self.name, json.dumps(event).encode(), qualifier)

    def alias(self, name: str, version: str, **weights: float) -> None:
        """Make an alias; weights by version as ``v2=0.5``."""
        additional = {key.removeprefix("v"): weight for key, weight in weights.items()}
        body = models.CreateAliasInput(alias_name=name, version_id=version, additional_version_weight=additional)
        self.fc.call("create_alias", self.name, models.CreateAliasRequest(body=body))

    def trigger(self, qualifier: str) -> str:
        """An HTTP trigger on a version; its URL."""
        settings = json.dumps({"authType": "anonymous", "methods": ["GET"]})
        body = models.CreateTriggerInput(
            trigger_name=f"by-http-{qualifier}", trigger_type="http", qualifier=qualifier, trigger_config=settings
        )
        answer = self.fc.call("create_trigger", self.name, models.CreateTriggerRequest(body=body))
        return str(answer.http_trigger.url_internet)

    def get(self, url: str, **query: Any) -> int:
        """Call by HTTP; the status of the answer."""
        return requests.get(url, params=query, timeout=30).status_code

    def now(self) -> float:
        """Unix seconds by the cloud's clock."""
        offset: float = self.cloud.ask("GET", "/clock").json()["offset_seconds"]
        return time.time() + offset

    def go_to(self, second: float) -> None:
        """Move the cloud's clock there."""
        self.cloud.ask("POST", "/clock", json={"seconds": second - self.now()})


def field(kind: str) -> dict[str, Any]:
    """A field of an index with statistics."""
    return {"type": kind, "doc_value": True, **({"token": [" "], "caseSensitive": False} if kind == "text" else {})}
