"""What a real function says and does, as its owner sees it in CLS and in Monitor, by the official clients."""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from typing import Any

from tencentcloud.cls.v20201016 import models as cls
from tencentcloud.cls.v20201016.cls_client import ClsClient
from tencentcloud.monitor.v20180724 import models as monitor
from tencentcloud.monitor.v20180724.monitor_client import MonitorClient
from tencentcloud.scf.v20180416 import models as scf
from tencentcloud.scf.v20180416.scf_client import ScfClient

from support.cloud_calls import wait_for
from support.tencent_sdk import asked, sdk_client
from unit.localcloud.tencent.conftest import TencentClients

REGION = "ap-chengdu"
CODE = """\
def main(event, context):
    print("heard " + event["word"])
    if event["word"] == "bad":
        raise ValueError("told to")
    return event["word"]
"""


def package() -> str:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("index.py", CODE)
    return base64.b64encode(data.getvalue()).decode()


class Account:
    def __init__(self, tencent: TencentClients) -> None:
        home, port = tencent.cloud.home, tencent.cloud.proxy_port
        self._clients = {
            models: sdk_client(kind, home, port, REGION)
            for models, kind in ((scf, ScfClient), (cls, ClsClient), (monitor, MonitorClient))
        }

    def ask(self, models: Any, action: str, **parameters: Any) -> Any:
        return asked(self._clients[models], models, action, **parameters)

    def topic(self) -> dict[str, str]:
        """A new topic with an index over the whole line, as a function names it."""
        logset = self.ask(cls, "CreateLogset", LogsetName="figures").LogsetId
        topic = self.ask(cls, "CreateTopic", LogsetId=logset, TopicName="figures").TopicId
        full = {"CaseSensitive": False, "Tokenizer": " ", "ContainZH": False}
        self.ask(cls, "CreateIndex", TopicId=topic, Rule={"FullText": full})
        return {"ClsLogsetId": logset, "ClsTopicId": topic}

    def messages(self, topic: str, query: str) -> list[str]:
        now = int(time.time() * 1000)
        sent = {"TopicId": topic, "From": now - 600_000, "To": now + 60_000, "QueryString": query, "Sort": "asc"}
        return [json.loads(one.LogJson)["SCF_Message"] for one in self.ask(cls, "SearchLog", **sent).Results]

    def total(self, metric: str, **dimensions: str) -> float:
        chosen = {"functionName": "figures", "namespace": "default", **dimensions}
        instance = {"Dimensions": [{"Name": name, "Value": value} for name, value in chosen.items()]}
        sent = {"Namespace": "QCE/SCF_V2", "MetricName": metric, "Instances": [instance], "Period": 60}
        (found,) = self.ask(monitor, "GetMonitorData", **sent).DataPoints
        return float(sum(found.Values))


def test_lines_arrive_in_the_topic_and_calls_in_the_figures(tencent: TencentClients) -> None:
    account = Account(tencent)
    topic = account.topic()
    account.ask(
        scf, "CreateFunction", FunctionName="figures", Handler="index.main", Runtime="Python3.10",
        Code={"ZipFile": package()}, **topic,
    )  # fmt: skip
    wait_for(lambda: account.ask(scf, "GetFunction", FunctionName="figures").Status == "Active")
    for word in ("one", "bad", "two"):
        account.ask(scf, "Invoke", FunctionName="figures", ClientContext=json.dumps({"word": word}))

    wait_for(lambda: account.messages(topic["ClsTopicId"], "heard") == ["heard one", "heard bad", "heard two"])
    assert account.messages(topic["ClsTopicId"], "heard AND NOT bad") == ["heard one", "heard two"]
    assert (account.total("Invocation"), account.total("Error")) == (3, 1)
    assert account.total("Invocation", version="$LATEST") == 3
    assert account.total("Invocation", version="1") == 0
    assert account.total("Duration") > 0
