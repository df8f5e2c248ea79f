"""Logsets, topics and indexes as the official client and the tencentcloud provider see them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from unit.localcloud.tencent.cls.conftest import REGION, RULE, Cls
from yunfn.localcloud.keys import TENCENT, Principal
from yunfn.localcloud.tencent.cls import ClsEntry

SIMPLE: dict[str, Any] = {"FullText": {"CaseSensitive": True, "Tokenizer": " ", "ContainZH": False}}


def filtered(key: str, *values: str) -> list[dict[str, Any]]:
    return [{"Key": key, "Values": list(values)}]


def logset(cls: Cls, identifier: str) -> Any:
    (found,) = cls.call("DescribeLogsets", Filters=filtered("logsetId", identifier), Offset=0, Limit=100).Logsets
    return found


def topic(cls: Cls, identifier: str) -> Any:
    (found,) = cls.call("DescribeTopics", Filters=filtered("topicId", identifier), Offset=0, Limit=100).Topics
    return found


def tags(found: Any) -> dict[str, str]:
    return {one.Key: one.Value for one in found.Tags}


def test_a_logset_and_its_tags_in_one_store(cls: Cls) -> None:
    made = cls.logset(Tags=[{"Key": "team", "Value": "a"}])
    found = logset(cls, made)
    assert (found.TopicCount, tags(found)) == (0, {"team": "a"})
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", found.CreateTime)
    cls.modify_tags(f"logset/{made}", stage="prod")
    # What the provider sends where tags alone change.
    cls.call("ModifyLogset", LogsetId=made)
    assert tags(logset(cls, made)) == cls.tags("logset", made) == {"team": "a", "stage": "prod"}
    cls.call("ModifyLogset", LogsetId=made, LogsetName="renamed", Tags=[{"Key": "only", "Value": ""}])
    assert (logset(cls, made).LogsetName, tags(logset(cls, made))) == ("renamed", {"only": ""})
    cls.call("DeleteLogset", LogsetId=made)
    assert cls.tags("logset", made) == {}
    assert cls.call("DescribeLogsets", Filters=filtered("logsetId", made)).TotalCount == 0
    for action in ("ModifyLogset", "DeleteLogset"):
        cls.refused("ResourceNotFound.LogsetNotExist", action, LogsetId=made)


def test_a_topic_echoes_its_defaults(cls: Cls) -> None:
    parent = cls.logset()
    made = cls.topic(parent, TopicName="plain", Describes="")
    found = topic(cls, made)
    expected = {
        "LogsetId": parent, "TopicName": "plain", "PartitionCount": 1, "AutoSplit": True, "MaxSplitPartitions": 50,
        "StorageType": "hot", "Period": 30, "HotPeriod": 0, "Describes": "", "Index": False, "Status": True, "Tags": [],
    }  # fmt: skip
    assert {name: getattr(found, name) for name in expected} == expected
    assert logset(cls, parent).TopicCount == 1
    changed = {
        "TopicName": "other",
        "AutoSplit": False,
        "MaxSplitPartitions": 20,
        "Period": 60,
        "HotPeriod": 7,
        "Describes": "d",
    }
    cls.call("ModifyTopic", TopicId=made, Tags=[{"Key": "k", "Value": "v"}], **changed)
    found = topic(cls, made)
    assert {name: getattr(found, name) for name in changed} == changed
    assert (found.PartitionCount, found.StorageType, tags(found)) == (1, "hot", {"k": "v"})
    cls.call("ModifyTopic", TopicId=made, Period=3640)
    assert tags(topic(cls, made)) == cls.tags("topic", made) == {"k": "v"}


def test_filters_are_applied_and_pages_cut(cls: Cls) -> None:
    other = Cls(cls.cloud, "ap-nanjing")
    parent = other.logset(Tags=[{"Key": "team", "Value": "a"}])
    ids = [other.topic(parent, TopicName=f"web-{n}") for n in range(3)]
    elsewhere = other.topic(TopicName="web-1x")

    def found(filters: list[dict[str, Any]], **more: Any) -> list[str]:
        return [one.TopicName for one in other.call("DescribeTopics", Filters=filters, **more).Topics]

    assert found(filtered("logsetId", parent)) == ["web-0", "web-1", "web-2"]
    assert found(filtered("topicName", "web-1")) == ["web-1", "web-1x"]
    assert found(filtered("topicName", "web-1"), PreciseSearch=1) == ["web-1"]
    assert found(filtered("topicId", ids[0], elsewhere)) == ["web-0", "web-1x"]
    assert found(filtered("topicId", ids[0]) + filtered("topicName", "web-2")) == []
    assert found(filtered("topicId", "absent")) == []
    assert found(filtered("logsetId", parent), Offset=1, Limit=1) == ["web-1"]
    assert other.call("DescribeTopics", Filters=filtered("logsetId", parent), Offset=1, Limit=1).TotalCount == 3
    sets = other.call("DescribeLogsets", Filters=filtered("tag:team", "a"))
    assert [one.LogsetId for one in sets.Logsets] == [parent]
    assert other.call("DescribeLogsets", Filters=filtered("tagKey", "absent")).Logsets == []
    assert other.call("DescribeLogsets").TotalCount == 2
    # Another region is another world.
    assert cls.call("DescribeTopics", Filters=filtered("topicId", *ids)).TotalCount == 0
    cls.refused("InvalidFilter", "DescribeTopics", Filters=filtered("name", "x"))
    cls.refused("InvalidFilter", "DescribeLogsets", Filters=filtered("logsetId", *"abcdef"))
    cls.refused("InvalidParameterValue", "DescribeLogsets", Limit=101)


def test_an_index_is_echoed_as_it_was_sent(cls: Cls) -> None:
    made = cls.topic()
    cls.refused("ResourceNotFound.IndexNotExist", "DescribeIndex", TopicId=made)
    cls.refused("ResourceNotFound.IndexNotExist", "ModifyIndex", TopicId=made, Rule=SIMPLE)
    cls.refused("ResourceNotFound.IndexNotExist", "DeleteIndex", TopicId=made)
    cls.call("CreateIndex", TopicId=made, Rule=RULE)
    found = cls.call("DescribeIndex", TopicId=made)
    assert without_none(found.Rule._serialize()) == RULE
    assert (found.Status, found.IncludeInternalFields, found.MetadataFlag) == (True, False, 0)
    assert topic(cls, made).Index is True
    cls.refused("InvalidParameter.IndexConflict", "CreateIndex", TopicId=made, Rule=RULE)
    cls.call("ModifyIndex", TopicId=made, Rule=SIMPLE, IncludeInternalFields=True, MetadataFlag=1)
    found = cls.call("DescribeIndex", TopicId=made)
    assert without_none(found.Rule._serialize()) == SIMPLE
    assert (found.IncludeInternalFields, found.MetadataFlag) == (True, 1)
    cls.call("DeleteIndex", TopicId=made)
    cls.refused("ResourceNotFound.IndexNotExist", "DescribeIndex", TopicId=made)
    assert topic(cls, made).Index is False


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_none(one) for key, one in value.items() if one is not None}
    return [without_none(one) for one in value] if isinstance(value, list) else value


def test_what_is_used_or_taken_is_refused(cls: Cls) -> None:
    parent = cls.logset()
    made = cls.topic(parent, TopicName="taken")
    cls.refused("FailedOperation.LogsetNotEmpty", "DeleteLogset", LogsetId=parent)
    cls.refused("InvalidParameter.TopicConflict", "CreateTopic", LogsetId=parent, TopicName="taken")
    second = cls.topic(parent, TopicName="free")
    cls.refused("InvalidParameter.TopicConflict", "ModifyTopic", TopicId=second, TopicName="taken")
    cls.refused("InvalidParameter.LogsetConflict", "CreateLogset", LogsetName=logset(cls, parent).LogsetName)
    cls.refused("ResourceNotFound.LogsetNotExist", "CreateTopic", LogsetId="absent", TopicName="t")
    for one in (made, second):
        cls.call("DeleteTopic", TopicId=one)
    cls.refused("ResourceNotFound.TopicNotExist", "DeleteTopic", TopicId=made)
    cls.refused("ResourceNotFound.TopicNotExist", "ModifyTopic", TopicId=made, Period=3)
    cls.refused("ResourceNotFound.TopicNotExist", "DescribeIndex", TopicId=made)
    cls.refused("ResourceNotFound.TopicNotExist", "CreateIndex", TopicId=made, Rule=RULE)
    cls.refused("ResourceNotFound.TopicNotExist", "SearchLog", TopicId=made, From=0, To=1)
    assert not cls.append(made, ClsEntry(1, {"a": "b"}))
    cls.call("DeleteLogset", LogsetId=parent)


@pytest.mark.parametrize(
    "setting",
    [
        {"TopicName": ""}, {"TopicName": "a|b"}, {"TopicName": "cls_service_log"}, {"PartitionCount": 11},
        {"PartitionCount": 0}, {"MaxSplitPartitions": 51}, {"StorageType": "warm"}, {"Period": 0}, {"Period": 3601},
        {"StorageType": "cold", "Period": 6}, {"HotPeriod": 6}, {"HotPeriod": 30}, {"TopicId": "Upper-1"},
    ],
    ids=str,
)  # fmt: skip
def test_a_topic_that_breaks_a_rule_is_refused(cls: Cls, shared: str, setting: dict[str, Any]) -> None:
    cls.refused("InvalidParameterValue", "CreateTopic", **{"LogsetId": shared, "TopicName": "t", **setting})


@pytest.fixture(scope="session")
def shared(cls: Cls) -> str:
    return cls.logset()


@pytest.mark.parametrize(
    "rule",
    [
        {"KeyValue": {"KeyValues": [{"Key": "n", "Value": {"Type": "int"}}]}},
        {"KeyValue": {"KeyValues": [{"Key": "n", "Value": {"Type": "long", "Tokenizer": " "}}]}},
        {"KeyValue": {"KeyValues": [{"Key": "", "Value": {"Type": "text"}}]}},
    ],
    ids=str,
)
def test_an_index_that_breaks_a_rule_is_refused(cls: Cls, shared: str, rule: dict[str, Any]) -> None:
    made = cls.topic(shared)
    cls.refused("InvalidParameterValue", "CreateIndex", TopicId=made, Rule=rule)
    cls.refused("ResourceNotFound.IndexNotExist", "DescribeIndex", TopicId=made)


def test_tags_that_cannot_be_leave_nothing_behind(cls: Cls) -> None:
    many = [{"Key": f"k{n}", "Value": ""} for n in range(11)]
    before = cls.call("DescribeLogsets").TotalCount
    cls.refused("LimitExceeded.Tag", "CreateLogset", LogsetName="tagged", Tags=many)
    cls.refused("InvalidParameterValue", "CreateLogset", LogsetName="tagged", Tags=[many[0], many[0]])
    assert cls.call("DescribeLogsets").TotalCount == before


def test_an_id_of_ones_own_ends_with_the_appid(cls: Cls) -> None:
    app_id = cls.cloud.home.tencent.app_id
    assert cls.logset(LogsetId=f"my-logs-{app_id}") == f"my-logs-{app_id}"
    cls.refused("InvalidParameter.LogsetConflict", "CreateLogset", LogsetName="x", LogsetId=f"my-logs-{app_id}")
    cls.refused("InvalidParameterValue", "CreateLogset", LogsetName="x", LogsetId="my-logs-1300000000")


def test_whoever_has_no_rights_is_refused_by_the_resources_name(cls: Cls) -> None:
    made = cls.topic(rule=RULE)
    account = cls.cloud.home.tencent.uin
    user = cls.cloud.run(lambda cloud: cloud.tencent_keys.create(Principal(account, "user", "100", cloud=TENCENT)))
    stranger = Cls(cls.cloud, key=user)
    told = stranger.refused("UnauthorizedOperation.CAM", "SearchLog", TopicId=made, From=0, To=1)
    assert f"(cls:SearchLog), resource (qcs::cls:{REGION}:uin/{account}:topic/{made})" in told
    told = stranger.refused("UnauthorizedOperation.CAM", "CreateLogset", LogsetName="x")
    assert f"(cls:CreateLogset), resource (qcs::cls:{REGION}:uin/{account}:logset/*)" in told
    for action in ("DescribeIndex", "DeleteTopic", "DeleteIndex", "ModifyTopic"):
        stranger.refused("UnauthorizedOperation.CAM", action, TopicId=made)
    stranger.refused("UnauthorizedOperation.CAM", "DescribeTopics")
    stranger.refused("UnauthorizedOperation.CAM", "DescribeLogsets")


def test_operations_and_settings_that_are_not_there_are_loud(cls: Cls) -> None:
    cls.refused("YunfnLocalUnknownOperation", "CreateAlarm")
    cls.refused("YunfnLocalUnknownOperation", "CreateTopic", LogsetId=cls.logset(), TopicName="t", Encryption=1)
