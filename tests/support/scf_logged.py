"""A function of SCF whose lines go to a topic with LogProject's index, called by version: for figures by its lines."""

from __future__ import annotations

from typing import Any

from support.cloud_calls import wait_for
from support.scf_versions import VersionedFunction
from yunfn.localcloud.connection import Connection
from yunfn.tencent import log_project


def rule() -> dict[str, Any]:
    """The index that LogProject declares, as the provider sends it."""
    tokens = log_project._TOKENS
    text = {"Type": "text", "Tokenizer": tokens, "SqlFlag": True, "ContainZH": True}
    number = {"Tokenizer": "", "SqlFlag": True, "ContainZH": False}
    keys: dict[str, Any] = dict.fromkeys(log_project._TEXTS, text)
    keys |= {name: {**number, "Type": kind} for name, kind in log_project._NUMBERS.items()}
    return {
        "FullText": {"CaseSensitive": False, "Tokenizer": tokens, "ContainZH": True},
        "KeyValue": {
            "CaseSensitive": False,
            "KeyValues": [{"Key": name, "Value": value} for name, value in sorted(keys.items())],
        },
    }


class Logged(VersionedFunction):
    """A function with a topic of its own, called between ``since`` and ``until``.

    Version 3 once, for ``reported`` milliseconds; version 4 four times, of which two failed. The topics ``bare`` and
    ``unsearched`` have an index of the whole line only, and none.
    """

    def __init__(self, cloud: Connection) -> None:
        self.topic = ""
        super().__init__(cloud)
        logset = self.ask("CreateLogset", "cls", LogsetName=self.name)["LogsetId"]
        self.topic = self.new_topic(logset, "functions", rule())
        self.bare = self.new_topic(logset, "bare", {"FullText": rule()["FullText"]})
        self.unsearched = self.new_topic(logset, "unsearched", None)
        self.ask("UpdateFunctionConfiguration", ClsLogsetId=logset, ClsTopicId=self.topic)
        wait_for(lambda: self.ask("GetFunction")["Status"] == "Active")
        for _ in range(2):
            self._wait(str(self.ask("PublishVersion")["FunctionVersion"]))
        self.ask("CreateAlias", Name="live", FunctionVersion="4")
        self.since = self.now()
        self.reported = [self.call("3", say="Report RequestId:x", sleep=0.05)["Duration"]]
        self.call("4")
        self.call("4", fail=True)
        self.call("live", fail=True, say="Report")
        self.call("4", sleep=0.3)
        # The end of the window is not in it.
        self.until = self.now() + 0.001

    def new_topic(self, logset: str, name: str, rule: dict[str, Any] | None) -> str:
        topic = str(self.ask("CreateTopic", "cls", LogsetId=logset, TopicName=name)["TopicId"])
        if rule is not None:
            self.ask("CreateIndex", "cls", TopicId=topic, Rule=rule)
        return topic

    @property
    def uin(self) -> str:
        """The account, as CAM names it."""
        return self.cloud.home.tencent.uin
