"""``yunfn:scf:Function`` where things go wrong: faults on the way, failed states, stops, kills, others' functions."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from typing import Any

import pytest

from support.scf_code import Code, function_inputs, stored_code
from support.scf_plugin import INTERNAL, LOST, REGION, THROTTLED, Failure, ScfPlugin
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.resources import scf_function

TOKEN = "yunfn:scf:Function"
DENIED = CloudAnswerError("UnauthorizedOperation.CAM: no", code="UnauthorizedOperation.CAM", status=200)
PASSING = [(LOST, True), (INTERNAL, False), (THROTTLED, False)]
TRUST = {
    "version": "2.0",
    "statement": [
        {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": ["scf.qcloud.com"]}}
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def code(scf_of_module: ScfPlugin) -> Code:
    return stored_code(scf_of_module)


def status(scf: ScfPlugin, wanted: dict[str, Any]) -> str:
    return str(scf.ask("GetFunction", FunctionName=wanted["functionName"])["Status"])


def settled(scf: ScfPlugin, id: str, outputs: Any, wanted: dict[str, Any]) -> None:
    found = scf.read(TOKEN, id, outputs, wanted)
    assert found is not None
    assert dict(found[1]) == dict(outputs)
    assert scf.diff(TOKEN, found[0], wanted).kinds == {}


@pytest.mark.parametrize(("error", "arrived"), PASSING)
def test_faults_on_the_way_change_nothing_of_the_end(
    scf: ScfPlugin, code: Code, error: CloudAnswerError, arrived: bool
) -> None:
    wanted = function_inputs(scf, code.one, reservedConcurrency=128, tags={"a": "1"})
    for action in ("CreateFunction", "GetFunction", "PutReservedConcurrencyConfig"):
        scf.fail(action, error, times=2 if action == "GetFunction" else 1, arrived=arrived)
    id, made = scf.create(TOKEN, wanted)
    settled(scf, id, made, wanted)
    changed = wanted | code.two | {"memorySize": 256, "tags": {"b": "2"}, "reservedConcurrency": 256}
    for action in (
        "GetFunction", "ModifyResourceTags", "UpdateFunctionConfiguration", "UpdateFunctionCode",
        "PutReservedConcurrencyConfig",
    ):  # fmt: skip
        scf.fail(action, error, arrived=arrived)
    there = scf.update(TOKEN, id, made, changed)
    settled(scf, id, there, changed)
    scf.fail("DeleteFunction", error, arrived=arrived)
    scf.fail("GetFunction", error, arrived=arrived)
    scf.delete(TOKEN, id, there)
    assert scf.read(TOKEN, id, there, changed) is None


def test_a_read_that_is_refused_is_an_error_never_a_function_that_is_gone(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, code.one)
    id, made = scf.create(TOKEN, wanted)
    scf.fail("GetFunction", DENIED)
    with pytest.raises(Failure, match="UnauthorizedOperation"):
        scf.read(TOKEN, id, made, wanted)
    settled(scf, id, made, wanted)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"role": "nobody"}, r"CreateFailed: FailedOperation\.QcsRoleNotFound: there is no role nobody"),
        ({"code": {"cosBucketName": "none", "cosObjectName": "x.zip"}}, r"CreateFailed: ResourceNotFound\.CosObject"),
    ],
    ids=["role", "code"],
)
def test_a_creation_that_fails_says_why_and_the_next_update_repairs_it(
    scf: ScfPlugin, code: Code, setting: dict[str, Any], reason: str
) -> None:
    right = function_inputs(scf, code.one)
    with pytest.raises(Failure, match=reason) as told:
        scf.create(TOKEN, right | setting)
    failed = told.value
    assert failed.id == f"default/{right['functionName']}"
    assert failed.outputs["status"] == status(scf, right) == "CreateFailed"
    assert "codeSha256" not in failed.outputs
    # A refresh says so too, and forgets nothing.
    with pytest.raises(Failure, match=reason) as read:
        scf.read(TOKEN, failed.id, failed.outputs, right | setting)
    assert read.value.id == failed.id
    there = scf.update(TOKEN, failed.id, failed.outputs, right)
    assert there["status"] == "Active"
    settled(scf, failed.id, there, right)
    # It can be deleted as well.
    with pytest.raises(Failure) as again:
        scf.create(TOKEN, wrong := function_inputs(scf, code.one) | setting)
    scf.delete(TOKEN, again.value.id, again.value.outputs)
    assert scf.read(TOKEN, again.value.id, again.value.outputs, wrong) is None


def test_a_step_that_fails_is_recorded_as_it_is_and_done_the_next_time(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, code.one)
    id, made = scf.create(TOKEN, wanted)
    changed = wanted | code.two | {"memorySize": 256, "reservedConcurrency": 256}
    scf.fail("UpdateFunctionCode", DENIED)
    with pytest.raises(Failure, match="UnauthorizedOperation") as told:
        scf.update(TOKEN, id, made, changed)
    failed = told.value.outputs
    assert (failed["memorySize"], failed["codeSha256"]) == (256, code.one["codeSha256"])
    assert "reservedConcurrency" not in failed
    with scf.counted() as asked:
        there = scf.update(TOKEN, id, failed, changed)
    assert [action for action in asked if not action.startswith("Get")] == [
        "UpdateFunctionCode",
        "PutReservedConcurrencyConfig",
    ]
    settled(scf, id, there, changed)
    # Where the program goes back instead, so does the function.
    scf.fail("UpdateFunctionCode", DENIED)
    with pytest.raises(Failure) as told:
        scf.update(TOKEN, id, there, wanted)
    settled(scf, id, scf.update(TOKEN, id, told.value.outputs, changed), changed)


def test_an_update_that_fails_in_the_cloud_is_undone_or_repeated(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, code.one)
    id, made = scf.create(TOKEN, wanted)
    missing = {"code": {**code.two["code"], "cosObjectName": "missing.zip"}, "codeSha256": "0" * 64}
    with pytest.raises(Failure, match=r"is UpdateFailed: ResourceNotFound\.CosObject") as told:
        scf.update(TOKEN, id, made, wanted | missing)
    failed = told.value.outputs
    assert (failed["status"], failed["codeSha256"]) == ("UpdateFailed", code.one["codeSha256"])
    # Back to what it was: nothing is to be changed, and yet it must not stay failed.
    there = scf.update(TOKEN, id, failed, wanted)
    assert there["status"] == status(scf, wanted) == "Active"
    settled(scf, id, there, wanted)


def test_what_a_stop_interrupts_is_recorded_and_goes_on_the_next_time(scf: ScfPlugin, code: Code) -> None:
    # What it would take if the stop ended nothing; and so long that some is left for the next time.
    for seconds in (600, 1):
        scf.transitions(seconds)
        wanted = function_inputs(scf, code.one)
        scf.stop_after("CreateFunction")
        with pytest.raises(Failure, match="was stopped: the update was cancelled") as told:
            scf.create(TOKEN, wanted)
        failed = told.value
        assert failed.id == f"default/{wanted['functionName']}"
        assert seconds < 600 or status(scf, wanted) == "Creating"
    there = scf.update(TOKEN, failed.id, failed.outputs, wanted)
    settled(scf, failed.id, there, wanted)
    # So it does where the time is over.
    scf.transitions(600)
    with pytest.raises(Failure, match=r"did not end within 2 s .*\(\S+ \(\$LATEST\) is Updating\)\. The next run"):
        scf.update(TOKEN, failed.id, there, wanted | {"memorySize": 256}, timeout=2)


def test_a_killed_run_is_repeated_and_makes_nothing_twice(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, code.one, memorySize=256)
    id, made = scf.create(TOKEN, wanted)
    # Nothing was recorded, and meanwhile the program changed.
    changed = wanted | code.two | {"memorySize": 512, "environment": {"A": "1"}}
    again, there = scf.create(TOKEN, changed)
    assert (again, there["functionId"]) == (id, made["functionId"])
    settled(scf, id, there, changed)
    # What cannot be changed is made anew.
    other = changed | {"runtime": "Python3.7"}
    anew = scf.create(TOKEN, other)[1]
    assert anew["functionId"] != made["functionId"]
    settled(scf, id, anew, other)
    # One that failed, too.
    with pytest.raises(Failure):
        scf.create(TOKEN, function_inputs(scf, code.one, functionName="failed", role="nobody"))
    assert scf.create(TOKEN, function_inputs(scf, code.one, functionName="failed"))[1]["status"] == "Active"


def test_somebody_elses_function_is_never_taken(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, code.one)
    id, _ = scf.create(TOKEN, wanted)
    with (
        scf.counted() as asked,
        pytest.raises(Failure, match=rf"the function {id} \(its tag yunfn:resource is \w+\) is there already") as told,
    ):
        scf.create(TOKEN, wanted | {"memorySize": 1024}, name="y")
    assert told.value.id == ""
    assert "pulumi import yunfn:scf:Function y" in str(told.value)
    assert asked == ["CreateFunction", "GetFunction"]
    assert scf.ask("GetFunction", FunctionName=wanted["functionName"])["MemorySize"] == 128


def test_one_that_vanished_is_made_again(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, code.one)
    id, made = scf.create(TOKEN, wanted)
    scf.ask("DeleteFunction", FunctionName=wanted["functionName"])
    there = scf.update(TOKEN, id, made, wanted | {"memorySize": 256})
    assert there["functionId"] != made["functionId"]
    settled(scf, id, there, wanted | {"memorySize": 256})


def test_other_changes_under_way_are_waited_for(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, code.one)
    id, made = scf.create(TOKEN, wanted)
    scf.transitions(0.15)
    name = wanted["functionName"]
    for call in (
        lambda: scf.update(TOKEN, id, made, wanted | {"memorySize": 256}),
        lambda: scf.read(TOKEN, id, made, wanted),
        lambda: scf.delete(TOKEN, id, made),
    ):
        scf.ask("UpdateFunctionConfiguration", FunctionName=name, Timeout=30)
        call()


def test_role_logs_and_layers_are_changed_and_taken_away(scf: ScfPlugin, code: Code) -> None:
    scf.ask("CreateRole", "cam", RoleName="runner", PolicyDocument=json.dumps(TRUST))
    logset = scf.ask("CreateLogset", "cls", LogsetName="functions")["LogsetId"]
    topic = scf.ask("CreateTopic", "cls", LogsetId=logset, TopicName="functions")["TopicId"]
    place = {"CosBucketName": code.bucket.name.rpartition("-")[0], "CosBucketRegion": REGION}
    for word in ("one", "two"):
        key = code.one["code"]["cosObjectName"]
        scf.ask(
            "PublishLayerVersion", LayerName="shared", CompatibleRuntimes=["Python3.10"],
            Content={**place, "CosObjectName": f"/{key}"}, Description=word,
        )  # fmt: skip
    time.sleep(0.1)
    wanted = function_inputs(scf, code.one)
    id, made = scf.create(TOKEN, wanted)
    full = wanted | {
        "role": "runner", "clsLogsetId": logset, "clsTopicId": topic,
        "layers": [{"layerName": "shared", "layerVersion": 1}],
    }  # fmt: skip
    there = scf.update(TOKEN, id, made, full)
    settled(scf, id, there, full)
    newer = full | {"layers": [{"layerName": "shared", "layerVersion": 2}]}
    assert scf.diff(TOKEN, full, newer).kinds == {"layers[0].layerVersion": "update"}
    newest = scf.update(TOKEN, id, there, newer)
    assert newest["functionId"] == made["functionId"]
    settled(scf, id, newest, newer)
    bare = scf.update(TOKEN, id, newest, wanted)
    found = scf.ask("GetFunction", FunctionName=wanted["functionName"])
    assert (found["Role"], found["ClsTopicId"], found["Layers"]) == ("", "", [])
    settled(scf, id, bare, wanted)


def test_wrong_inputs_are_named_before_anything_is_asked(scf: ScfPlugin, code: Code) -> None:
    right = function_inputs(scf, code.one)
    for wrong, names in (
        ({"functionName": "f_"}, {"functionName"}),
        ({"memorySize": 200}, {"memorySize"}),
        ({"timeout": 901}, {"timeout"}),
        ({"environment": {"SCF_X": "1", "a-b": "", "A": "x" * 4097}},
         {"environment", "environment.SCF_X", 'environment["a-b"]'}),
        ({"code": {}, "codeSha256": None}, {"code"}),
        ({"code": {"cosBucketName": "b"}}, {"code"}),
        ({"codeSha256": hashlib.md5(b"").hexdigest()}, {"codeSha256"}),
        ({"protocolType": "WS"}, {"protocolType"}),
        ({"dnsCache": True, "type": "HTTP"}, {"dnsCache"}),
        ({"traceEnable": True}, {"traceEnable"}),
        ({"cfsConfig": [{"cfsId": "c", "mountInsId": "m", "localMountDir": "/m"}]}, {"cfsConfig"}),
        ({"intranetConfig": {"ipFixed": True}}, {"intranetConfig"}),
        ({"publicNetConfig": {"enabled": False, "eip": True}}, {"publicNetConfig"}),
        ({"clsTopicId": "t"}, {"clsLogsetId"}),
        ({"layers": [{"layerName": "l", "layerVersion": 1}] * 6}, {"layers"}),
        ({"tags": {"yunfn:resource": "mine"}}, {'tags["yunfn:resource"]'}),
    ):  # fmt: skip
        assert set(scf.check(TOKEN, right | wrong)) == names, wrong
    assert scf.check(TOKEN, right) == {}
    assert scf.asked == []


def test_functions_are_made_beside_each_other_with_few_looks(scf: ScfPlugin, code: Code) -> None:
    scf.transitions(1)
    wanted = [function_inputs(scf, code.one) for _ in range(6)]
    scf.create(TOKEN, function_inputs(scf, code.one))
    begun = time.monotonic()
    with scf.counted() as asked:
        threads = [threading.Thread(target=scf.create, args=(TOKEN, each)) for each in wanted]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    # One after the other they take a second each at least.
    assert time.monotonic() - begun < len(wanted)
    assert asked.count("GetFunction") <= 4 * len(wanted)


def test_a_role_that_scf_does_not_know_yet_is_waited_for(
    scf: ScfPlugin, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = CloudAnswerError("no such role", code="FailedOperation.QcsRoleNotFound", status=200)
    wanted = function_inputs(scf, code.one)
    scf.fail("CreateFunction", unknown, times=3)
    id, made = scf.create(TOKEN, wanted)
    settled(scf, id, made, wanted)
    monkeypatch.setattr(scf_function, "_ROLE_PATIENCE", 0.1)
    scf.fail("CreateFunction", unknown, times=9)
    with pytest.raises(Failure, match="no such role"):
        scf.create(TOKEN, function_inputs(scf, code.one))
