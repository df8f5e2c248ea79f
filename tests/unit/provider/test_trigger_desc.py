"""TriggerDesc written and read: the texts of the facts, and what a cloud adds to them or leaves out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.tencent.scf.rules.trigger import read_description
from yunfn.provider import trigger_desc
from yunfn.provider.declaration import with_defaults
from yunfn.provider.trigger_settings import SETTINGS

COS = "b-125.cos.ap-shanghai.myqcloud.com"
SHAPES: list[tuple[str, str, dict[str, Any], Any]] = [
    ("timer", "t", {"cron": "0 */5 * * * * *", "customArgument": "a b"}, "0 */5 * * * * *"),
    (
        "cos",
        COS,
        {"bucket": "b-125", "event": "cos:ObjectCreated:*", "prefix": "my photos/", "suffix": ".jpg"},
        {"event": "cos:ObjectCreated:*", "filter": {"Prefix": "my photos/", "Suffix": ".jpg"}},
    ),
    (
        "ckafka",
        "ckafka-1a2b-a-topic",
        {"instanceId": "ckafka-1a2b", "topicName": "a-topic", "maxMsgNum": 7.0},
        {"maxMsgNum": 7, "offset": "latest", "retry": 10000, "timeOut": 60, "consumerGroupName": ""},
    ),
    ("cls", "1-2-3", {"topicId": "1-2-3", "maxWait": 30.0}, {"topicId": "1-2-3", "maxWait": 30}),
    (
        "http",
        "url",
        {"authType": "NONE"},
        {"AuthType": "NONE", "NetConfig": {"EnableIntranet": False, "EnableExtranet": True}},
    ),
    (
        "http",
        "url",
        {
            "authType": "CAM",
            "netConfig": {"enableIntranet": True, "enableExtranet": False},
            "corsConfig": {"origins": ["https://a.b"], "methods": ["GET"], "maxAge": 60.0},
        },
        {
            "AuthType": "CAM",
            "NetConfig": {"EnableIntranet": True, "EnableExtranet": False},
            "CorsConfig": {"Origins": ["https://a.b"], "Methods": ["GET"], "Credentials": False, "MaxAge": 60},
        },
    ),
]


@pytest.mark.parametrize(("kind", "name", "given", "said"), SHAPES)
def test_settings_become_the_text_and_the_text_the_settings(
    kind: str, name: str, given: dict[str, Any], said: Any
) -> None:
    settings = with_defaults(SETTINGS[kind].fields, given)
    text = trigger_desc.written(kind, settings)
    assert (text if kind == "timer" else json.loads(text)) == said
    assert kind == "timer" or " " not in text
    read_description(kind, name, text)
    answered = json.dumps({"cron": text}) if kind == "timer" else text
    found = trigger_desc.read(kind, name, answered, given.get("customArgument"))
    assert with_defaults(SETTINGS[kind].fields, found) == settings
    assert trigger_desc.trigger_name(kind, settings, "ap-shanghai") in (name, None)


def test_what_the_cloud_says_in_other_ways_is_the_same() -> None:
    assert trigger_desc.read("timer", "t", "0 0 0 * * * *") == {"cron": "0 0 0 * * * *", "customArgument": ""}
    text = '{"maxMsgNum":"7","retry":"1","timeOut":5,"offset":"earliest","more":1}'
    assert trigger_desc.read("ckafka", "ckafka-1-t", text) == {
        "instanceId": "ckafka-1",
        "topicName": "t",
        "maxMsgNum": 7,
        "offset": "earliest",
        "retry": 1,
        "timeOut": 5,
    }
    assert trigger_desc.read("cls", "x", '{"topic_id":"t","max_wait":"9"}') == {"topicId": "t", "maxWait": 9}
    assert trigger_desc.read("cos", COS, '{"event":"cos:ObjectRemove:*"}') == {
        "bucket": "b-125",
        "event": "cos:ObjectRemove:*",
        "prefix": "",
        "suffix": "",
    }
    network = '"NetConfig":{"EnableExtranet":true,"ExtranetUrl":"https://u","IntranetUrl":""},"CorsConfig":null'
    text = '{"AuthType":"NONE",' + network + "}"
    assert trigger_desc.read("http", "u", text) == {"authType": "NONE", "netConfig": {"enableExtranet": True}}
    assert trigger_desc.urls(text) == ("https://u", None)


@pytest.mark.parametrize(
    ("kind", "text"), [("http", "{}"), ("cos", "[]"), ("timer", "{bad"), ("ckafka", '{"retry":"x"}')]
)
def test_a_text_of_no_trigger_is_an_error_that_names_it(kind: str, text: str) -> None:
    with pytest.raises(CloudAnswerError, match=f"the trigger n has a TriggerDesc that no {kind} trigger has"):
        trigger_desc.read(kind, "n", text)
