"""Triggers by the official client."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.served_fc import REGION, Refused, ServedFc, create_function, inline
from yunfn.localcloud.alibaba.fc.directory import TriggerRecord
from yunfn.localcloud.alibaba.fc.events import TriggerChanged
from yunfn.localcloud.alibaba.tablestore.models.tables import KeyColumn, Table, Tables

TIMER = {"cronExpression": "@every 1m", "enable": True}
HTTP = {"authType": "anonymous", "methods": ["GET"], "disableURLInternet": False}


def create(
    client: Client, name: str = "t", kind: str = "timer", config: Any = None, function: str = "f", **more: Any
) -> m.Trigger:
    text = config if isinstance(config, str) else json.dumps(TIMER if config is None else config)
    body = m.CreateTriggerInput(trigger_name=name, trigger_type=kind, trigger_config=text, **more)
    return client.create_trigger(function, m.CreateTriggerRequest(body=body)).body


def update(client: Client, name: str = "t", **changes: Any) -> m.Trigger:
    return client.update_trigger("f", name, m.UpdateTriggerRequest(body=m.UpdateTriggerInput(**changes))).body


@pytest.fixture
def made(client: Client) -> Client:
    create_function(client)
    return client


@pytest.fixture
def published(made: Client) -> Client:
    made.publish_function_version("f", m.PublishFunctionVersionRequest(body=m.PublishVersionInput()))
    made.create_alias("f", m.CreateAliasRequest(body=m.CreateAliasInput(alias_name="prod", version_id="1")))
    return made


def test_a_trigger_from_birth_to_death(made: Client, served: ServedFc) -> None:
    told: list[TriggerChanged] = []
    served.cloud.events.subscribe(TriggerChanged, told.append)
    born = create(made, description="tick")
    assert born.trigger_id and born.qualifier == "LATEST" and born.target_arn.endswith("functions/f")
    changed = update(made, trigger_config=json.dumps(TIMER | {"enable": False}))
    assert json.loads(changed.trigger_config)["enable"] is False
    assert (changed.trigger_id, changed.description) == (born.trigger_id, "tick")
    create(made, "u")
    listed = made.list_triggers("f", m.ListTriggersRequest(limit=1)).body
    assert [t.trigger_name for t in listed.triggers] == ["t"]
    rest = made.list_triggers("f", m.ListTriggersRequest(next_token=listed.next_token)).body
    assert [t.trigger_name for t in rest.triggers] == ["u"]
    made.delete_trigger("f", "t")
    with Refused("TriggerNotFound", 404, "'t'"):
        made.get_trigger("f", "t")
    with Refused("TriggerNotFound", 404):
        made.delete_trigger("f", "t")
    assert [event.name for event in told] == ["t", "t", "u", "t"]
    assert told[0] == TriggerChanged(served.account, REGION, "f", "t", "timer")


def test_an_http_trigger_has_addresses_that_lead_to_it(published: Client, served: ServedFc) -> None:
    http = create(published, "h", "http", HTTP, qualifier="prod").http_trigger
    assert re.fullmatch(rf"https://f-[a-z]{{10}}\.{REGION}\.fcapp\.run", http.url_internet)
    assert http.url_intranet == http.url_internet.replace(f".{REGION}.", f".{REGION}-vpc.")

    def find(url: str) -> TriggerRecord | None:
        return served.do(lambda: served.service.directory.trigger_by_host(url.split("//")[1]))

    for url in (http.url_internet, http.url_intranet):
        found = find(url)
        assert found is not None
        assert (found.function, found.name, found.qualifier, found.configuration) == ("f", "h", "prod", HTTP)
        assert served.cloud.resolve(url.split("//")[1]) is not None
    assert find("https://f-other.cn-hangzhou.fcapp.run") is None
    published.delete_trigger("f", "h")
    assert find(http.url_internet) is None


def test_long_and_odd_function_names_make_valid_hosts(client: Client) -> None:
    for name in ("_" * 3 + "Ab", "F" * 128):
        create_function(client, name)
        host = create(client, "h", "http", HTTP, function=name).http_trigger.url_internet.split("//")[1]
        label = host.split(".")[0]
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label), label


def test_one_http_trigger_a_version_or_alias(published: Client) -> None:
    for qualifier in ("LATEST", "1", "prod"):
        create(published, f"h-{qualifier}", "http", HTTP, qualifier=qualifier)
    with Refused("InvalidArgument", 400, "'prod' has an HTTP trigger already: 'h-prod'"):
        create(published, "again", "http", HTTP, qualifier="prod")


def test_the_qualifier_must_be_there(published: Client) -> None:
    with Refused("VersionNotFound", 404, "'2'"):
        create(published, qualifier="2")
    with Refused("AliasNotFound", 404, "'beta'"):
        create(published, qualifier="beta")
    create(published)
    with Refused("AliasNotFound", 404, "'beta'"):
        update(published, qualifier="beta")
    assert update(published, qualifier="prod").target_arn.endswith("functions/f/prod")


def test_names_are_taken_once_and_limited(made: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    create(made)
    with Refused("TriggerAlreadyExists", 409, "'t'"):
        create(made)
    with Refused("InvalidArgument", 400, "triggerName '1t' is invalid"):
        create(made, "1t")
    with Refused("FunctionNotFound", 404):
        create(made, function="none")
    for number in range(49):
        create(made, f"t{number}")
    with Refused("LimitExceededError", 400, "50 triggers"):
        create(made, "t49")


def test_oss_triggers_of_a_bucket(made: Client, served: ServedFc) -> None:
    served.bucket("events-here")
    served.bucket("events-far", "cn-shanghai")
    source = f"acs:oss:{REGION}:{served.account}:events-here"
    role = f"acs:ram::{served.account}:role/oss"

    def config(prefix: str, event: str = "oss:ObjectCreated:PutObject", suffix: str = "") -> dict[str, Any]:
        return {"events": [event], "filter": {"key": {"prefix": prefix, "suffix": suffix}}}

    create(made, "o1", "oss", config("a/"), source_arn=source, invocation_role=role)
    with Refused("InvalidArgument", 400, "overlapping prefix and suffix with same event type"):
        create(made, "o2", "oss", config("a/b"), source_arn=source, invocation_role=role)
    with Refused("InvalidArgument", 400, "overlapping"):
        create(made, "o2", "oss", config("", "oss:ObjectCreated:*"), source_arn=source, invocation_role=role)
    create(made, "o2", "oss", config("a/b", "oss:ObjectRemoved:DeleteObject"), source_arn=source)
    create(made, "o3", "oss", config("b/"), source_arn=source)
    with Refused("InvalidArgument", 400, "overlapping"):
        update(made, "o3", trigger_config=json.dumps(config("")))
    update(made, "o3", trigger_config=json.dumps(config("b/c")))
    with Refused("InvalidArgument", 400, "'events-none' does not exist"):
        create(made, "o4", "oss", config("c"), source_arn=source.replace("here", "none"))
    with Refused("InvalidArgument", 400, "is in region cn-shanghai"):
        create(made, "o4", "oss", config("c"), source_arn=source.replace("here", "far"))
    for number in range(7):
        create(made, f"n{number}", "oss", config(f"n{number}/"), source_arn=source)
    with Refused("LimitExceededError", 400, "10 triggers"):
        create(made, "n7", "oss", config("n7/"), source_arn=source)


def test_topic_triggers_stay_as_they_were_created(made: Client, served: ServedFc) -> None:
    config = {"notifyContentFormat": "JSON", "notifyStrategy": "BACKOFF_RETRY"}
    create(made, "m", "mns_topic", config, source_arn=f"acs:mns:{REGION}:{served.account}:/topics/T1")
    assert update(made, "m", description="d", trigger_config=json.dumps(config)).description == "d"
    with Refused("InvalidArgument", 400, "mns_topic cannot be updated"):
        update(made, "m", trigger_config=json.dumps(config | {"notifyContentFormat": "STREAM"}))


@pytest.mark.parametrize("qualifier", [None, "prod"])
def test_a_triggers_record_is_what_the_data_plane_reads(
    published: Client, served: ServedFc, qualifier: str | None
) -> None:
    create(published, qualifier=qualifier)
    records = served.do(lambda: list(served.service.directory.triggers("timer")))
    assert [(r.function, r.name, r.qualifier, r.configuration) for r in records] == [
        ("f", "t", qualifier or "LATEST", TIMER)
    ]
    assert served.do(lambda: list(served.service.directory.triggers("oss"))) == []


def test_updating_the_function_keeps_its_triggers(made: Client) -> None:
    create(made)
    made.update_function("f", m.UpdateFunctionRequest(body=m.UpdateFunctionInput(code=inline(a="b"))))
    assert made.get_trigger("f", "t").body.trigger_name == "t"


def test_a_table_triggers_table_is_there(made: Client, served: ServedFc) -> None:
    source = f"acs:ots:{REGION}:{served.account}:instance/Shop/table/orders"
    with Refused("InvalidArgument", 400, "table 'orders' of Tablestore instance 'shop' does not exist"):
        create(made, "o", "tablestore", {}, source_arn=source)
    table = Table(served.account, REGION, "shop", "orders", (KeyColumn("id", "INTEGER"),))
    served.do(lambda: Tables(served.cloud.store).insert(table))
    # Its stream may be off yet.
    assert create(made, "o", "tablestore", {}, source_arn=source).source_arn == source
    far = source.replace(REGION, "cn-beijing")
    with Refused("InvalidArgument", 400, "sourceArn"):
        create(made, "far", "tablestore", {}, source_arn=far)
    made.delete_trigger("f", "o")
    made.delete_function("f")
    assert served.do(lambda: served.cloud.store.kinds("fc/")) == []
