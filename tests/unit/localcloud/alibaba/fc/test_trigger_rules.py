"""What a trigger's configuration may not say, type by type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.rules.trigger import check_trigger, overlap, parse_trigger_config

REGION, ACCOUNT = "cn-hangzhou", "1234567890123456"
LOG = {"sourceConfig": {"logstore": "s", "startTime": None}, "jobConfig": {"maxRetryTime": 3, "triggerInterval": 60}}
CDN = {"eventName": "CachedObjectsPushed", "eventVersion": "1.0.0", "filter": {"domain": ["example.com"]}}
SOURCES = {
    "http": "",
    "timer": "",
    "oss": f"acs:oss:{REGION}:{ACCOUNT}:bucket",
    "log": f"acs:log:{REGION}:{ACCOUNT}:project/p1",
    "mns_topic": f"acs:mns:{REGION}:{ACCOUNT}:/topics/T1",
    "cdn_events": f"acs:cdn:*:{ACCOUNT}",
    "tablestore": f"acs:ots:{REGION}:{ACCOUNT}:instance/i/table/t",
    "eventbridge": "",
}


def check(kind: str, config: Any, source: str | None = None) -> None:
    text = config if isinstance(config, str) else json.dumps(config)
    found = SOURCES.get(kind, "") if source is None else source
    check_trigger(kind, parse_trigger_config(text), found, ACCOUNT, REGION)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("http", {"authType": "function", "methods": ["GET", "PATCH"], "disableURLInternet": True}),
        ("http", {"methods": ["GET"], "authType": "jwt", "authConfig": "{}"}),
        ("timer", {"cronExpression": "0 0 4 * * *", "payload": "x"}),
        ("timer", {"cronExpression": "CRON_TZ=Asia/Shanghai 0 0 4 * * *", "enable": False}),
        ("timer", {"cronExpression": "@every 5m"}),
        ("oss", {"events": ["oss:ObjectCreated:*"], "filter": {"key": {"prefix": "a", "suffix": ".png"}}}),
        ("oss", {"events": ["oss:ObjectRemoved:DeleteObject"]}),
        ("log", LOG),
        ("mns_topic", {"notifyContentFormat": "JSON", "notifyStrategy": "BACKOFF_RETRY", "filterTag": "t" * 16}),
        ("cdn_events", CDN),
        ("tablestore", {}),
        ("tablestore", ""),
        ("eventbridge", {"triggerEnable": True, "eventSourceConfig": {"eventSourceType": "Default"}}),
    ],
)
def test_allowed(kind: str, config: Any) -> None:
    check(kind, config)


@pytest.mark.parametrize(
    ("kind", "config", "words"),
    [
        ("sns", {}, "triggerType must be one of http, timer, oss"),
        ("timer", "{", "not valid JSON"),
        ("timer", "[]", "must be a JSON object"),
        ("timer", {}, "triggerConfig.cronExpression is required"),
        ("timer", {"cronExpression": "* * * * *"}, "six fields"),
        ("timer", {"cronExpression": "61 0 4 * * *"}, "61 0 4"),
        ("timer", {"cronExpression": "CRON_TZ=Mars/Base 0 0 4 * * *"}, "Mars/Base"),
        ("timer", {"cronExpression": "@every 0m"}, "@every 0m"),
        ("timer", {"cronExpression": "@daily"}, "@daily"),
        ("timer", {"cronExpression": "@every 1m", "enable": "yes"}, "triggerConfig.enable must be a boolean"),
        ("timer", {"cronExpression": "@every 1m", "payload": {}}, "triggerConfig.payload must be a string"),
        ("http", {"methods": ["GET"], "authType": "basic"}, "authType must be one of anonymous, function, jwt"),
        ("http", {"authType": "anonymous"}, "methods is required"),
        ("http", {"methods": []}, "methods is required"),
        ("http", {"methods": ["TRACE"]}, "'TRACE' is not one of"),
        ("oss", {"events": []}, "events is required"),
        ("oss", {"events": ["ObjectCreated"]}, "'ObjectCreated' is not an event of OSS"),
        ("oss", {"events": ["oss:ObjectCreated:*"], "filter": {"key": {"prefix": 1}}}, "filter.key.prefix must be"),
        ("log", LOG | {"sourceConfig": {}}, "sourceConfig.logstore is required"),
        ("log", LOG | {"jobConfig": {"maxRetryTime": 101}}, "maxRetryTime must be between 0 and 100"),
        ("log", LOG | {"jobConfig": {"triggerInterval": 2}}, "triggerInterval must be between 3 and 600"),
        ("log", LOG | {"logConfig": {"project": "p"}}, "both project and logstore"),
        ("mns_topic", {"notifyStrategy": "NEVER"}, "notifyStrategy must be one of"),
        ("mns_topic", {"filterTag": "t" * 17}, "16 characters"),
        ("cdn_events", {"eventVersion": "1"}, "eventName is required"),
        ("cdn_events", CDN | {"filter": {}}, "filter is required"),
        ("eventbridge", {}, "eventSourceConfig is required"),
    ],
)
def test_refused(kind: str, config: Any, words: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        check(kind, config)
    assert words in refused.value.message


@pytest.mark.parametrize("kind", SOURCES)
def test_a_source_of_another_kind_region_or_account_is_refused(kind: str) -> None:
    config = {"oss": {"events": ["oss:ObjectCreated:*"]}, "log": LOG, "cdn_events": CDN}.get(kind, {})
    right = SOURCES[kind]
    wrong = ["acs:sns:x:y:z", right.replace(REGION, "cn-beijing"), right.replace(ACCOUNT, "1"), right + "/more/of/it"]
    for source in wrong:
        if source in (right, "/more/of/it") and not right:
            continue
        if source == right:
            continue
        with pytest.raises(InvalidArgument, match="sourceArn"):
            check(kind, config, source)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("PutObject", "a", ""), ("PutObject", "b", ""), False),
        (("PutObject", "a", ""), ("PutObject", "ab", ""), True),
        (("PutObject", "", ".png"), ("PutObject", "", ".jpg"), False),
        (("PutObject", "a", ".png"), ("PutObject", "", "g.png"), True),
        (("PutObject", "", ""), ("PostObject", "", ""), False),
        (("*", "", ""), ("PostObject", "", ""), True),
        (("PostObject", "x", ""), ("*", "", ""), True),
    ],
)
def test_overlap(one: tuple[str, str, str], other: tuple[str, str, str], same: bool) -> None:
    def config(event: str, prefix: str, suffix: str) -> dict[str, Any]:
        return {"events": [f"oss:ObjectCreated:{event}"], "filter": {"key": {"prefix": prefix, "suffix": suffix}}}

    assert overlap(config(*one), config(*other)) is same
