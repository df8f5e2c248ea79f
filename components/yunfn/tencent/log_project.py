"""A logset with one topic and its index."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.program.naming import default_name
from yunfn.program.rules import within
from yunfn.tencent.account import guard

# CLS documentation, "CreateLogset" and "CreateTopic".
_NAME = re.compile(r"[^|]{1,255}")
_RETENTION_DAYS = (1, 3600)
_FOR_EVER = 3640
_SHARDS = (1, 10)
_TOKENS = "@&?|#()='\",;:<>[]{}/ \n\t\r\\"
# What SCF writes of each line (SCFD "log delivery": fields); its console finds lines by these keys only.
_TEXTS = (
    "SCF_Alias",
    "SCF_FunctionName",
    "SCF_Level",
    "SCF_Message",
    "SCF_Namespace",
    "SCF_Qualifier",
    "SCF_RequestId",
    "SCF_Type",
)
_NUMBERS = {
    "SCF_Duration": "long",
    "SCF_LogTime": "long",
    "SCF_MemUsage": "double",
    "SCF_RetryNum": "long",
    "SCF_StartTime": "long",
    "SCF_StatusCode": "long",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTopic:
    """A topic that is there already: the ``logset_id`` it is in and its own ``topic_id``, of the function's region."""

    logset_id: pulumi.Input[str]
    topic_id: pulumi.Input[str]


class LogProject(Component):
    """A logset of the log service (CLS), one topic in it, and an index to search it by.

    Outputs: ``logset_id``, ``topic_id``.
    """

    logset_id: pulumi.Output[str]
    topic_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        logset_name: pulumi.Input[str] | None = None,
        topic_name: pulumi.Input[str] = "functions",
        description: pulumi.Input[str] | None = None,
        retention_days: pulumi.Input[int] = 30,
        shards: pulumi.Input[int] = 1,
        index: bool = True,
        tags: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the logset, topic and index.

        Args:
            name: Pulumi's name of the component.
            logset_name: 1–255 characters without '|', unique in the region; by default ``<stack>-<name>``.
            topic_name: 1–255 characters without '|'.
            description: Text shown in the console.
            retention_days: Days that lines are kept, 1–3600, or 3640 for ever.
            shards: Partitions the topic starts with, 1–10; a later change does nothing, CLS splits them itself.
            index: Whether lines can be searched: full text, case ignored, and by the fields that SCF writes.
            tags: Tags of logset and topic.
            opts: Options of the component.

        Raises:
            ValidationError: a name or number the log service would refuse.
            AccountMismatchError: the stack belongs to another account.
        """
        guard(opts)
        logset = checked(logset_name or default_name(name), lambda value: _named(name, "logset_name", value))
        topic = checked(topic_name, lambda value: _named(name, "topic_name", value))
        days = checked(retention_days, lambda value: _retention(name, value))
        count = checked(shards, lambda value: within(name, "shards", value, _SHARDS, "partitions"))
        super().__init__("yunfn:tencent:LogProject", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        made = tencentcloud.cls.Logset(f"{name}-logset", logset_name=logset, tags=tags, opts=child)
        held = tencentcloud.cls.Topic(
            f"{name}-topic",
            logset_id=made.id,
            topic_name=topic,
            period=days,
            partition_count=count,
            auto_split=True,
            max_split_partitions=50,
            storage_type="hot",
            describes=description,
            tags=tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                # Upstream refuses another number of partitions, and takes no notice of another logset (TCP 1.81.90).
                ignore_changes=["partitionCount"],
                replace_on_changes=["logsetId"],
            ),
        )
        if index:
            tencentcloud.cls.Index(f"{name}-index", topic_id=held.id, rule=_rule(), status=True, opts=child)
        self.logset_id = made.id
        self.topic_id = held.id
        self.register_outputs({"logsetId": self.logset_id, "topicId": self.topic_id})


def _rule() -> tencentcloud.cls.IndexRuleArgs:
    cls = tencentcloud.cls
    text = cls.IndexRuleKeyValueKeyValueValueArgs(type="text", tokenizer=_TOKENS, sql_flag=True, contain_zh=True)
    keys = dict.fromkeys(_TEXTS, text)
    for key, kind in _NUMBERS.items():
        keys[key] = cls.IndexRuleKeyValueKeyValueValueArgs(type=kind, tokenizer="", sql_flag=True, contain_zh=False)
    pairs = [cls.IndexRuleKeyValueKeyValueArgs(key=key, value=keys[key]) for key in sorted(keys)]
    return cls.IndexRuleArgs(
        full_text=cls.IndexRuleFullTextArgs(case_sensitive=False, tokenizer=_TOKENS, contain_zh=True),
        key_value=cls.IndexRuleKeyValueArgs(case_sensitive=False, key_values=pairs),
    )


def _named(resource: str, property: str, value: str) -> None:
    if not _NAME.fullmatch(value):
        raise ValidationError(resource, property, value, "1–255 characters without '|'")


def _retention(resource: str, value: int) -> None:
    if value != _FOR_EVER:
        within(resource, "retention_days", value, _RETENTION_DAYS, f"days, or {_FOR_EVER} for ever")
