"""Triggers: what they say, where they are, and what is told of them."""

from __future__ import annotations

import json
import re
from typing import Any

from unit.localcloud.tencent.scf.conftest import Scf
from yunfn.localcloud.tencent.scf import ScfService
from yunfn.localcloud.tencent.scf.events import TriggerChanged

CRON = "0 */5 * * * * *"
OPEN_URL = '{"AuthType":"NONE","NetConfig":{"EnableIntranet":false,"EnableExtranet":true}}'
CREATED = '{"event":"cos:ObjectCreated:*","filter":{"Prefix":"in/","Suffix":".jpg"}}'


def create(scf: Scf, function: str, kind: str, text: str, name: str = "t", **settings: Any) -> dict[str, Any]:
    answer = scf.call("CreateTrigger", FunctionName=function, Type=kind, TriggerName=name, TriggerDesc=text, **settings)
    found: dict[str, Any] = json.loads(answer.TriggerInfo.to_json_string())
    return found


def listed(scf: Scf, function: str, **filters: str) -> list[dict[str, Any]]:
    wanted = [{"Name": name, "Values": [value]} for name, value in filters.items()]
    triggers: list[dict[str, Any]] = scf.raw("ListTriggers", FunctionName=function, Filters=wanted)["Triggers"]
    return triggers


def test_a_timer(scf: Scf) -> None:
    name = scf.function()
    made = create(scf, name, "timer", CRON, Qualifier="$DEFAULT", Enable="CLOSE", CustomArgument="a", Description="d")
    expected = {
        "Type": "timer", "TriggerDesc": f'{{"cron":"{CRON}"}}', "TriggerName": "t", "Enable": 0,
        "CustomArgument": "a", "Qualifier": "$DEFAULT",
    }  # fmt: skip
    assert {key: made[key] for key in expected} == expected
    timer = {"FunctionName": name, "Type": "timer", "TriggerName": "t", "Qualifier": "$DEFAULT"}
    scf.call("UpdateTrigger", **timer, TriggerDesc="0 0 1 * * * *", Enable="OPEN")
    (found,) = listed(scf, name)
    assert (found["TriggerDesc"], found["Enable"], found["CustomArgument"], found["Description"]) == (
        '{"cron":"0 0 1 * * * *"}', 1, "a", "d",
    )  # fmt: skip
    assert found["AvailableStatus"] == "Available" and "BoundResources" in found
    scf.call("UpdateTriggerStatus", **timer, Enable="CLOSE")
    (record,) = scf.cloud.run(
        lambda cloud: [each for each in cloud.find(ScfService).directory.triggers("timer") if each.function == name]
    )
    assert (record.enabled, record.configuration, record.qualifier) == (False, {"cron": "0 0 1 * * * *"}, "$DEFAULT")
    assert scf.get(name)["Triggers"] == []
    assert [each["TriggerName"] for each in scf.get(name, Qualifier="$DEFAULT")["Triggers"]] == ["t"]
    scf.refused("ResourceNotFound.Trigger", "DeleteTrigger", **{**timer, "Qualifier": "$LATEST"})
    scf.call("DeleteTrigger", **timer)
    scf.refused("ResourceNotFound.Trigger", "UpdateTrigger", **timer)


def test_a_function_url(scf: Scf) -> None:
    name = scf.function()
    scf.publish(name)
    made = create(scf, name, "http", OPEN_URL, Qualifier="$DEFAULT")
    net = json.loads(made["TriggerDesc"])["NetConfig"]
    pattern = rf"https://{scf.cloud.home.tencent.app_id}-[a-z0-9]{{10}}\.{scf.region}\.tencentscf\.com"
    assert re.fullmatch(pattern, net["ExtranetUrl"])
    assert (net["EnableExtranet"], net["EnableIntranet"], net["IntranetUrl"]) == (True, False, "")
    other = create(scf, name, "http", OPEN_URL, Qualifier="1")
    assert json.loads(other["TriggerDesc"])["NetConfig"]["ExtranetUrl"] != net["ExtranetUrl"]
    scf.refused(
        "ResourceInUse.Trigger", "CreateTrigger", FunctionName=name, Type="http", TriggerName="second",
        TriggerDesc=OPEN_URL, Qualifier="$DEFAULT",
    )  # fmt: skip
    both = '{"AuthType":"CAM","NetConfig":{"EnableIntranet":true,"EnableExtranet":true},"CorsConfig":{"Origins":["*"]}}'
    url = {"FunctionName": name, "Type": "http", "TriggerName": "t", "Qualifier": "$DEFAULT"}
    scf.call("UpdateTrigger", **url, TriggerDesc=both)
    (found,) = listed(scf, name, Qualifier="$DEFAULT")
    configuration = json.loads(found["TriggerDesc"])
    assert (configuration["AuthType"], configuration["CorsConfig"]) == ("CAM", {"Origins": ["*"]})
    assert configuration["NetConfig"]["ExtranetUrl"] == net["ExtranetUrl"]
    for address in ("ExtranetUrl", "IntranetUrl"):
        host = configuration["NetConfig"][address].removeprefix("https://")

        def find(cloud: Any, host: str = host) -> tuple[str, Any]:
            service, groups = cloud.resolve(host)
            return groups["region"], service.directory.trigger_by_host(host)

        region, record = scf.cloud.run(find)
        assert (region, record.function, record.qualifier) == (scf.region, name, "$DEFAULT")
    scf.refused("UnsupportedOperation.Trigger", "UpdateTriggerStatus", **url, Enable="CLOSE")
    scf.call("DeleteTrigger", **url)
    assert scf.cloud.run(lambda cloud: cloud.find(ScfService).directory.trigger_by_host(host)) is None


def test_cos_triggers_are_known_by_their_rule(scf: Scf) -> None:
    name = scf.function()
    scf.bucket("uploads")
    host = f"uploads-{scf.cloud.home.tencent.app_id}.cos.{scf.region}.myqcloud.com"
    create(scf, name, "cos", CREATED, name=host)
    removed = CREATED.replace("ObjectCreated", "ObjectRemove")
    create(scf, name, "cos", removed, name=host)
    assert sorted(each["TriggerDesc"] for each in listed(scf, name)) == sorted([CREATED, removed])
    cos = {"FunctionName": name, "Type": "cos", "TriggerName": host}
    overlapping = '{"event":"cos:ObjectCreated:Put","filter":{"Prefix":"in/a","Suffix":""}}'
    other = scf.function()
    for code, changes in (
        ("InvalidParameterValue.CosNotifyRuleConflict", {"TriggerDesc": overlapping, "FunctionName": other}),
        ("ResourceInUse.Trigger", {"TriggerDesc": CREATED}),
        ("ResourceNotFound.Cos", {"TriggerName": host.replace("uploads", "none"), "TriggerDesc": CREATED}),
        ("InvalidParameterValue.TriggerName", {"TriggerName": "uploads", "TriggerDesc": CREATED}),
        (
            "InvalidParameterValue.TriggerName",
            {"TriggerName": host.replace(scf.region, "ap-beijing"), "TriggerDesc": CREATED},
        ),
    ):
        scf.refused(code, "CreateTrigger", **{**cos, **changes})
    scf.refused("UnsupportedOperation.Trigger", "UpdateTrigger", **cos, TriggerDesc=CREATED)
    scf.call("UpdateTriggerStatus", **cos, TriggerDesc=CREATED, Enable="CLOSE")
    assert {each["TriggerDesc"]: each["Enable"] for each in listed(scf, name)} == {CREATED: 0, removed: 1}
    scf.refused("MissingParameter", "DeleteTrigger", **cos)
    scf.call("DeleteTrigger", **cos, TriggerDesc=CREATED)
    assert [each["TriggerDesc"] for each in listed(scf, name)] == [removed]


def test_what_triggers_are_refused_for(scf: Scf) -> None:
    name = scf.function()
    kafka = '{"maxMsgNum":100,"offset":"latest","retry":10000,"timeOut":60,"consumerGroupName":""}'
    create(scf, name, "ckafka", kafka, name="ckafka-1-topic")
    for code, kind, text in (
        ("InvalidParameterValue.Type", "apigw", "{}"),
        ("InvalidParameterValue.TriggerDesc", "timer", f'{{"cron":"{CRON}"}}'),
        ("InvalidParameterValue.TriggerDesc", "timer", "*/5 * * * *"),
        ("InvalidParameterValue.TriggerDesc", "timer", "0 99 * * * * *"),
        ("InvalidParameterValue.TriggerDesc", "http", OPEN_URL.replace(",", ", ")),
        ("InvalidParameterValue.TriggerDesc", "http", OPEN_URL.replace("AuthType", "authType")),
        ("InvalidParameterValue.TriggerDesc", "http", OPEN_URL.replace("NONE", "none")),
        ("InvalidParameterValue.TriggerDesc", "http", "NONE"),
        ("InvalidParameterValue.Cors", "http", OPEN_URL[:-1] + ',"CorsConfig":{"Methods":["FETCH"]}}'),
        ("InvalidParameterValue.TriggerDesc", "ckafka", kafka.replace("100", "0", 1)),
        ("InvalidParameterValue.TriggerDesc", "cls", "{}"),
    ):
        scf.refused(code, "CreateTrigger", FunctionName=name, Type=kind, TriggerName="t", TriggerDesc=text)
    timer = {"FunctionName": name, "Type": "timer", "TriggerDesc": CRON}
    scf.refused("InvalidParameterValue.TriggerName", "CreateTrigger", **timer, TriggerName="a b")
    scf.refused("ResourceNotFound.Qualifier", "CreateTrigger", **timer, TriggerName="t", Qualifier="live")
    for number in range(10):
        create(scf, name, "timer", CRON, name=f"t{number}")
    scf.refused("LimitExceeded.Trigger", "CreateTrigger", **timer, TriggerName="eleventh")
    with scf.transitions(600):
        scf.call("UpdateFunctionConfiguration", FunctionName=name, Timeout=4)
        scf.refused("FailedOperation.FunctionStatusError", "CreateTrigger", **timer, TriggerName="t10")


def test_changes_are_told(scf: Scf) -> None:
    told: list[TriggerChanged] = []
    scf.cloud.run(lambda cloud: cloud.events.subscribe(TriggerChanged, told.append))
    name = scf.function()
    create(scf, name, "timer", CRON)
    scf.call("UpdateTrigger", FunctionName=name, Type="timer", TriggerName="t", Enable="CLOSE")
    scf.call("DeleteFunction", FunctionName=name)
    assert told == [TriggerChanged(scf.region, "default", name, "t", "timer")] * 3


def test_an_alias_or_version_with_a_trigger(scf: Scf) -> None:
    name = scf.function()
    scf.publish(name)
    scf.call("CreateAlias", FunctionName=name, Name="live", FunctionVersion="1")
    create(scf, name, "timer", CRON, Qualifier="live")
    scf.refused("FailedOperation.DeleteAlias", "DeleteAlias", FunctionName=name, Name="live")
    scf.publish(name)
    create(scf, name, "timer", CRON, Qualifier="2")
    scf.call("DeleteFunction", FunctionName=name, Qualifier="2")
    assert [each["Qualifier"] for each in listed(scf, name)] == ["live"]
