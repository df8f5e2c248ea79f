"""A function of SCF with versions in a local cloud, which are really called: for figures by version."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

from support.cloud_calls import wait_for
from support.cos_bucket import session_of
from support.scf_plugin import zipped
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import DEFAULT_TENCENT_REGION, variables
from yunfn.rollout.event import AliasPlace
from yunfn.storage.tencent_client import TencentClient

CODE = """\
import time

def main(event, context):
    print("asked for " + str(event))
    time.sleep(event.get("sleep", 0))
    if event.get("fail"):
        raise ValueError("Report of what was wrong")
    return {"said": event.get("say", "hello")}
"""
_NUMBERS = itertools.count()


@contextlib.contextmanager
def inside_of_a_cloud() -> Iterator[Connection]:
    """A local cloud; within the block this process has the environment of a command in it."""
    with connection.temporary() as cloud:
        named = variables(cloud.home, cloud.proxy_port)
        with mock.patch.dict(os.environ, named):
            yield cloud


class VersionedFunction:
    """A function with versions 1 and 2 of the same code; ``settings`` are of CreateFunction."""

    def __init__(self, cloud: Connection, **settings: Any) -> None:
        self.cloud = cloud
        self.session = session_of(cloud)
        self.name = f"versioned{next(_NUMBERS)}"
        self.clients: dict[str, TencentClient] = {}
        package = base64.b64encode(zipped({"index.py": CODE})).decode()
        made = {"Code": {"ZipFile": package}, "Handler": "index.main", "Runtime": "Python3.10", "Timeout": 10}
        self.ask("CreateFunction", **{**made, **settings})
        self._wait("$LATEST")
        for _ in range(2):
            self._wait(str(self.ask("PublishVersion")["FunctionVersion"]))

    @property
    def place(self) -> AliasPlace:
        return AliasPlace("tencent", self.session.appid, DEFAULT_TENCENT_REGION, "default", self.name, "live")

    def ask(self, action: str, product: str = "scf", **parameters: Any) -> dict[str, Any]:
        """A call of API 3.0; SCF's are about this function."""
        client = self.clients.setdefault(product, TencentClient(self.session, product))
        return client.ask(action, {"FunctionName": self.name, **parameters} if product == "scf" else parameters)

    def call(self, version: str, **event: Any) -> dict[str, Any]:
        """Call one version; the Result."""
        answer = self.ask("InvokeFunction", Qualifier=version, Event=json.dumps(event))
        result: dict[str, Any] = answer["Result"]
        return result

    def now(self) -> float:
        """Unix seconds by the cloud's clock."""
        offset: float = self.cloud.ask("GET", "/clock").json()["offset_seconds"]
        return time.time() + offset

    def go_to(self, second: float) -> None:
        """Move the cloud's clock there."""
        self.cloud.ask("POST", "/clock", json={"seconds": second - self.now()})

    def _wait(self, version: str) -> None:
        wait_for(lambda: self.ask("GetFunction", Qualifier=version)["Status"] == "Active")
        wait_for(lambda: self.ask("GetFunction")["Status"] == "Active")
