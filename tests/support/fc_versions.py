"""A function of Function Compute with versions in a local cloud, which are really called."""

from __future__ import annotations

import base64
import itertools
from typing import Any

from alibabacloud_fc20230330 import models

from support.clients import REGION, FunctionComputeClient
from support.scf_plugin import zipped
from yunfn.localcloud.connection import Connection
from yunfn.rollout.event import AliasPlace
from yunfn.storage.alibaba_session import AlibabaSession

CODE = """\
import json
import time

def handler(event, context):
    asked = json.loads(event or b"{}")
    time.sleep(asked.get("sleep", 0))
    if asked.get("fail"):
        raise ValueError("told to")
    return json.dumps({"said": asked.get("say", "hello")})
"""
_NUMBERS = itertools.count()


class VersionedFcFunction:
    """A function with versions 1 and 2; the second one's code has another comment, and nothing else."""

    def __init__(self, cloud: Connection, **settings: Any) -> None:
        key = cloud.home.owner_key
        self.session = AlibabaSession(key.id, key.secret, "", REGION, cloud.home.account)
        self.name = f"versioned{next(_NUMBERS)}"
        self.place = AliasPlace("alibaba", cloud.home.account, REGION, "", self.name, "live")
        self._client = FunctionComputeClient(cloud)
        made = {"runtime": "python3.10", "handler": "index.handler", "timeout": 10, **settings}
        code = models.InputCodeLocation(zip_file=_package(CODE))
        body = models.CreateFunctionInput(function_name=self.name, code=code, **made)
        self._client.call("create_function", models.CreateFunctionRequest(body=body))
        self._publish()
        code = models.InputCodeLocation(zip_file=_package(f"# changed\n{CODE}"))
        self.ask("update_function", models.UpdateFunctionRequest(body=models.UpdateFunctionInput(code=code)))
        self._publish()

    def ask(self, operation: str, *arguments: Any) -> Any:
        """An operation about this function."""
        return self._client.call(operation, self.name, *arguments)

    def reserve(self, concurrency: int) -> None:
        """Let so many calls run at once."""
        body = models.PutConcurrencyInput(reserved_concurrency=concurrency)
        self.ask("put_concurrency_config", models.PutConcurrencyConfigRequest(body=body))

    def _publish(self) -> None:
        body = models.PublishVersionInput(description="")
        self.ask("publish_function_version", models.PublishFunctionVersionRequest(body=body))


def _package(code: str) -> str:
    return base64.b64encode(zipped({"index.py": code})).decode()
