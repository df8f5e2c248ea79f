"""Trigger sources in the platform's words (facts: table of triggers)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pulumi
import pytest

from yunfn.alibaba import (
    CdnSource,
    EventBridgeSource,
    HttpSource,
    LogSource,
    MnsTopicSource,
    OssSource,
    Source,
    TablestoreSource,
    TimerSource,
)
from yunfn.alibaba.trigger import _json
from yunfn.exceptions import ValidationError


def resolved(source: Source) -> tuple[str, dict[str, Any], str | None]:
    """Type, settings as the platform gets them, and ARN."""

    async def resolve() -> tuple[dict[str, Any], str | None]:
        settings: Any = await pulumi.Output.from_input(source.settings("t")).apply(_json).future()
        arn: Any = await pulumi.Output.from_input(source.arn("cn-shanghai", "17")).future()
        return json.loads(settings), arn

    return (source.trigger_type, *asyncio.run(resolve()))


@pytest.mark.parametrize(
    ("source", "kind", "settings", "arn"),
    [
        (
            HttpSource(methods=["GET"]),
            "http",
            {"authType": "function", "methods": ["GET"], "disableURLInternet": False},
            None,
        ),
        (
            HttpSource(auth="anonymous", internet=False),
            "http",
            {"authType": "anonymous", "methods": ["GET", "POST"], "disableURLInternet": True},
            None,
        ),
        (
            TimerSource(cron="0 0 4 * * *", payload="x"),
            "timer",
            {"cronExpression": "0 0 4 * * *", "enable": True, "payload": "x"},
            None,
        ),
        (
            OssSource(bucket="pics", events=["oss:ObjectCreated:*"], prefix="in/", suffix=".png"),
            "oss",
            {"events": ["oss:ObjectCreated:*"], "filter": {"key": {"prefix": "in/", "suffix": ".png"}}},
            "acs:oss:cn-shanghai:17:pics",
        ),
        (
            LogSource(project="p", logstore="l", interval=3, retries=0, parameters={"a": "b"}),
            "log",
            {
                "sourceConfig": {"logstore": "l"},
                "jobConfig": {"maxRetryTime": 0, "triggerInterval": 3},
                "logConfig": {"project": "", "logstore": ""},
                "functionParameter": {"a": "b"},
                "enable": True,
            },
            "acs:log:cn-shanghai:17:project/p",
        ),
        (
            MnsTopicSource(topic="t", filter_tag="x" * 16, topic_region="cn-beijing"),
            "mns_topic",
            {"notifyContentFormat": "JSON", "notifyStrategy": "BACKOFF_RETRY", "filterTag": "x" * 16},
            "acs:mns:cn-beijing:17:/topics/t",
        ),
        (
            CdnSource(event="CachedObjectsRefreshed", domains=["a.example.com"]),
            "cdn_events",
            {
                "eventName": "CachedObjectsRefreshed",
                "eventVersion": "1.0.0",
                "notes": "",
                "filter": {"domain": ["a.example.com"]},
            },
            "acs:cdn:*:17",
        ),
        (TablestoreSource(instance="i", table="t"), "tablestore", {}, "acs:ots:cn-shanghai:17:instance/i/table/t"),
        (
            EventBridgeSource(event_source={"eventSourceType": "Default"}),
            "eventbridge",
            {
                "triggerEnable": True,
                "asyncInvocationType": False,
                "eventRuleFilterPattern": "{}",
                "eventSourceConfig": {"eventSourceType": "Default"},
            },
            None,
        ),
    ],
    ids=lambda value: value.trigger_type if isinstance(value, Source) else "",
)
def test_settings(source: Source, kind: str, settings: dict[str, Any], arn: str | None) -> None:
    assert resolved(source) == (kind, settings, arn)


@pytest.mark.parametrize(
    ("source", "property"),
    [
        (HttpSource(methods=[]), "source.methods"),
        (HttpSource(methods=["FETCH"]), "source.methods"),
        (HttpSource(auth="none"), "source.auth"),
        (HttpSource(auth="jwt"), "source.jwt_settings"),
        (HttpSource(jwt_settings="{}"), "source.jwt_settings"),
        (TimerSource(cron="0 4 * * *"), "cron"),
        (OssSource(bucket="b", events=[]), "source.events"),
        (OssSource(bucket="b", events=["s3:ObjectCreated:*"]), "source.events"),
        (LogSource(project="p", logstore="l", interval=2), "source.interval"),
        (LogSource(project="p", logstore="l", retries=101), "source.retries"),
        (MnsTopicSource(topic="t", form="XML"), "source.form"),
        (MnsTopicSource(topic="t", retry="NEVER"), "source.retry"),
        (MnsTopicSource(topic="t", filter_tag="x" * 17), "source.filter_tag"),
        (CdnSource(event="e", domains=[]), "source.domains"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_platform_refuses_is_named(source: Source, property: str) -> None:
    with pytest.raises(ValidationError) as error:
        source.settings("t")
    assert error.value.property == property


def test_callers_are_trusted_by_name() -> None:
    who = {
        source.trigger_type: json.loads(source.caller)["Statement"][0]["Principal"] if source.caller else None
        for source in Source.__subclasses__()
    }
    assert who == {
        "http": None,
        "timer": None,
        "eventbridge": None,
        "oss": {"Service": ["oss.aliyuncs.com"]},
        "log": {"Service": ["log.aliyuncs.com"]},
        "mns_topic": {"Service": ["mns.aliyuncs.com"]},
        "cdn_events": {"Service": ["cdn.aliyuncs.com"]},
        "tablestore": {"RAM": ["acs:ram::1604337383174619:root"]},
    }
