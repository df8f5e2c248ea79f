"""Trigger sources in the platform's words, as yunfn:scf:Trigger takes them (facts: table of triggers)."""

from __future__ import annotations

from typing import Any

import pytest

from yunfn.exceptions import ValidationError
from yunfn.tencent import CkafkaSource, ClsSource, Cors, CosSource, HttpSource, Source, TimerSource

EXTRANET = {"enableExtranet": True, "enableIntranet": False}


@pytest.mark.parametrize(
    ("source", "kind", "settings"),
    [
        (HttpSource(), "http", {"authType": "CAM", "netConfig": EXTRANET}),
        (
            HttpSource(auth="anonymous", internet=False, intranet=True),
            "http",
            {"authType": "NONE", "netConfig": {"enableExtranet": False, "enableIntranet": True}},
        ),
        (
            HttpSource(cors=Cors(origins=["https://a.example"], methods=["GET"], credentials=True, max_age=60)),
            "http",
            {
                "authType": "CAM",
                "netConfig": EXTRANET,
                "corsConfig": {
                    "origins": ["https://a.example"],
                    "methods": ["GET"],
                    "headers": [],
                    "exposeHeaders": [],
                    "credentials": True,
                    "maxAge": 60,
                },
            },
        ),
        (
            TimerSource(cron="0 0 3 * * * *", payload="go"),
            "timer",
            {"cron": "0 0 3 * * * *", "customArgument": "go"},
        ),
        (
            CosSource(bucket="pics-1250000000", prefix="in/", suffix=".png"),
            "cos",
            {"bucket": "pics-1250000000", "event": "cos:ObjectCreated:*", "prefix": "in/", "suffix": ".png"},
        ),
        (
            CkafkaSource(instance="ckafka-1", topic="orders", offset="1700000000"),
            "ckafka",
            {
                "instanceId": "ckafka-1",
                "topicName": "orders",
                "maxMsgNum": 100,
                "offset": "1700000000",
                "retry": 10000,
                "timeOut": 60,
                "consumerGroupName": "",
            },
        ),
        (ClsSource(topic_id="t-1", wait=3), "cls", {"topicId": "t-1", "maxWait": 3}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_settings(source: Source, kind: str, settings: dict[str, Any]) -> None:
    assert source.trigger_type == kind
    assert source.settings("t") == settings
    assert source.enabled is True


@pytest.mark.parametrize(
    ("source", "property"),
    [
        (HttpSource(auth="jwt"), "source.auth"),
        (HttpSource(cors=Cors(origins=["*"], methods=["FETCH"])), "source.cors.methods"),
        (HttpSource(cors=Cors(origins=["*"], methods=[])), "source.cors.methods"),
        (TimerSource(cron="@every 5m"), "cron"),
        (CosSource(bucket="pics"), "bucket"),
        (CosSource(bucket="pics-1250000000", event="oss:ObjectCreated:*"), "source.event"),
        (CkafkaSource(instance="i", topic="t", messages=0), "source.messages"),
        (CkafkaSource(instance="i", topic="t", wait=301), "source.wait"),
        (CkafkaSource(instance="i", topic="t", retries=-1), "source.retries"),
        (CkafkaSource(instance="i", topic="t", offset="newest"), "source.offset"),
        (ClsSource(topic_id="t", wait=2), "source.wait"),
    ],
)
def test_what_the_platform_would_refuse(source: Source, property: str) -> None:
    with pytest.raises(ValidationError) as error:
        source.settings("t")
    assert error.value.property == property
