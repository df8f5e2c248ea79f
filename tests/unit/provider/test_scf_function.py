"""``yunfn:scf:Function`` at the provider's interface, over a local cloud: its life, its changes, its drift."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from support.scf_code import Code, function_inputs, stored_code
from support.scf_plugin import REGION, Failure, ScfPlugin, urn_of
from yunfn.exceptions import CloudAnswerError
from yunfn.provider.mark import TAG, mark_of
from yunfn.provider.paths import root
from yunfn.provider.properties import UNKNOWN, Properties

TOKEN = "yunfn:scf:Function"


@pytest.fixture(scope="module")
def code(scf_of_module: ScfPlugin) -> Code:
    return stored_code(scf_of_module)


@pytest.fixture
def make(scf: ScfPlugin, code: Code) -> Iterator[Callable[..., tuple[dict[str, Any], str, Properties]]]:
    names = []

    def made(**more: Any) -> tuple[dict[str, Any], str, Properties]:
        wanted = function_inputs(scf, code.one, **more)
        id, outputs = scf.create(TOKEN, wanted)
        names.append(wanted["functionName"])
        return wanted, id, outputs

    yield made
    # A namespace holds 50.
    for name in names:
        scf.ask("DeleteFunction", FunctionName=name)


def settled(scf: ScfPlugin, id: str, outputs: Any, wanted: dict[str, Any]) -> None:
    """A refresh and the next run see no change."""
    found = scf.read(TOKEN, id, outputs, wanted)
    assert found is not None
    assert dict(found[1]) == dict(outputs)
    assert scf.diff(TOKEN, found[0], wanted).kinds == {}


def test_a_function_is_made_found_unchanged_imported_and_deleted(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, code.one, environment={"A": "1", "my_key": ""}, tags={"team": "x"})
    with scf.counted() as asked:
        id, made = scf.create(TOKEN, wanted)
    name = wanted["functionName"]
    assert id == f"default/{name}"
    assert asked.count("CreateFunction") == 1
    assert set(asked) <= {"GetCallerIdentity", "CreateFunction", "GetFunction"}
    there = scf.ask("GetFunction", FunctionName=name)
    assert {each["Key"]: each["Value"] for each in there["Tags"]} == {"team": "x", TAG: mark_of(urn_of(TOKEN))}
    uin = scf.cloud.home.tencent.uin
    assert made["arn"] == f"qcs::scf:{REGION}:uin/{uin}:namespace/default/function/{name}"
    assert (made["functionId"], made["status"], made["memorySize"]) == (there["FunctionId"], "Active", 128)
    assert (made["tags"], made["environment"]) == ({"team": "x"}, {"A": "1", "my_key": ""})
    settled(scf, id, made, wanted)
    imported = scf.read(TOKEN, id)
    assert imported is not None
    assert scf.check(TOKEN, imported[0]) == {}
    assert scf.diff(TOKEN, imported[0], wanted).kinds == {}
    scf.delete(TOKEN, id, made)
    with pytest.raises(CloudAnswerError, match=r"ResourceNotFound\.Function"):
        scf.ask("GetFunction", FunctionName=name)
    assert scf.read(TOKEN, id, made, wanted) is None
    scf.delete(TOKEN, id, made)


def test_an_unchanged_functions_refresh_is_one_call(scf: ScfPlugin, make: Any) -> None:
    wanted, id, made = make()
    with scf.counted() as asked:
        scf.read(TOKEN, id, made, wanted)
    assert asked == ["GetFunction"]


VPC = {"vpcId": "vpc-1", "subnetId": "subnet-1"}
#: What can be changed in place.
UPDATES: dict[str, dict[str, Any]] = {
    "description": {"description": "text"},
    "memorySize": {"memorySize": 256},
    "timeout": {"timeout": 10},
    "initTimeout": {"initTimeout": 70},
    "environment": {"environment": {"A": "1", "B": ""}},
    "vpcConfig": {"vpcConfig": {"vpcId": "vpc-2", "subnetId": "subnet-2"}},
    "no-vpc": {"vpcConfig": None},
    "publicNetConfig": {"publicNetConfig": {"eip": True}},
    "no-internet": {"publicNetConfig": {"enabled": False}},
    "intranetConfig": {"intranetConfig": {"ipFixed": True}},
    "cfsConfig": {"cfsConfig": [{"cfsId": "cfs-1", "mountInsId": "cfs-1", "localMountDir": "/mnt/x"}]},
    "deadLetterConfig": {"deadLetterConfig": {"type": "CMQ-QUEUE", "name": "q"}},
    "dnsCache": {"dnsCache": True},
    "installDependency": {"installDependency": True},
    "l5Enable": {"l5Enable": True},
    "ignoreSysLog": {"ignoreSysLog": True},
    "tags": {"tags": {"team": "x"}},
    "reservedConcurrency": {"reservedConcurrency": 128},
    "asyncTriggerConfig": {"asyncTriggerConfig": {"retries": 0, "age": 60}},
    "protocolParams": {"protocolParams": {"wsIdleTimeout": 60}},
    "instanceConcurrencyConfig": {"instanceConcurrencyConfig": {"maxConcurrency": 10}},
    "sessions": {
        "instanceConcurrencyConfig": {
            "maxConcurrency": 10, "dynamicEnabled": True, "type": "Session-Based",
            "sessionConfig": {"sessionSource": "HEADER", "sessionName": "x-session", "maximumTtlInSeconds": 60},
            "mixNodeConfig": [{"nodeSpec": "gpu", "num": 2}],
        }
    },
}  # fmt: skip
_WEB = ("protocolParams", "instanceConcurrencyConfig", "sessions")


@dataclass
class Base:
    """A function that tests change and put back."""

    wanted: dict[str, Any]
    id: str
    outputs: Properties


@pytest.fixture(scope="module")
def bases(scf_of_module: ScfPlugin, code: Code) -> dict[str, Base]:
    made = {}
    for name, beside in (("Event", {"vpcConfig": VPC}), ("HTTP", {"protocolType": "WS"})):
        wanted = function_inputs(scf_of_module, code.one, type=name, **beside)
        made[name] = Base(wanted, *scf_of_module.create(TOKEN, wanted))
    return made


@pytest.mark.parametrize("name", UPDATES)
def test_every_setting_is_changed_in_place_and_seen_when_others_change_it(
    scf: ScfPlugin, bases: dict[str, Base], name: str
) -> None:
    base, setting = bases["HTTP" if name in _WEB else "Event"], UPDATES[name]
    wanted, id = base.wanted, base.id
    changed = wanted | setting
    found = scf.diff(TOKEN, wanted, changed)
    assert {root(path) for path in found.kinds} == set(setting)
    assert found.replaces == []
    with scf.counted() as asked:
        there = scf.update(TOKEN, id, base.outputs, changed)
    # A look before, one write, and what it takes to see it through.
    assert len([action for action in asked if not action.startswith("Get")]) == 1
    assert asked.count("GetFunction") <= 5
    settled(scf, id, there, changed)
    imported = scf.read(TOKEN, id)
    assert imported is not None
    untold = {"ignoreSysLog"} & set(setting)
    assert set(scf.diff(TOKEN, imported[0], changed).kinds) == untold
    # Changed by somebody else: back to what it was before.
    base.outputs = scf.update(TOKEN, id, there, wanted)
    settled(scf, id, base.outputs, wanted)
    drifted = scf.read(TOKEN, id, there, changed)
    assert drifted is not None
    assert {root(path) for path in scf.diff(TOKEN, drifted[0], changed).kinds} == set(setting) - untold


def test_a_function_that_is_stopped_stays_so(scf: ScfPlugin, bases: dict[str, Base]) -> None:
    base = bases["Event"]
    stopped = base.wanted | {"reservedConcurrency": 0}
    there = scf.update(TOKEN, base.id, base.outputs, stopped)
    settled(scf, base.id, there, stopped)
    base.outputs = scf.update(TOKEN, base.id, there, base.wanted)
    settled(scf, base.id, base.outputs, base.wanted)


@pytest.mark.parametrize("kind", ["Event", "HTTP"])
def test_all_settings_hold_from_the_start(scf: ScfPlugin, make: Any, kind: str) -> None:
    settings: dict[str, Any] = {"protocolType": "WS"} if kind == "HTTP" else {}
    for name, setting in UPDATES.items():
        if (name in _WEB) <= (kind == "HTTP") and name not in ("no-internet", "no-vpc", "dnsCache"):
            settings |= setting
    wanted, id, made = make(**settings | {"type": kind})
    settled(scf, id, made, wanted)
    assert made["eipAddresses"] != []


def test_code_handler_and_layers_are_changed_in_place(scf: ScfPlugin, code: Code, make: Any) -> None:
    wanted, id, made = make()
    other = wanted | code.two
    assert set(scf.diff(TOKEN, wanted, other).kinds) == {"code.cosObjectName", "codeSha256"}
    with scf.counted() as asked:
        there = scf.update(TOKEN, id, made, other)
    assert asked.count("UpdateFunctionCode") == 1
    assert "GetFunctionAddress" not in asked
    assert scf.ask("GetFunctionAddress", FunctionName=wanted["functionName"])["CodeSha256"] == other["codeSha256"]
    settled(scf, id, there, other)
    # Where the zip lies is no change while it is the same.
    moved = other | {"code": {**other["code"], "cosObjectName": "elsewhere.zip"}}
    assert scf.diff(TOKEN, other, moved).kinds == {}
    handled = other | {"handler": "index.other"}
    assert scf.diff(TOKEN, other, handled).kinds == {"handler": "update"}
    settled(scf, id, scf.update(TOKEN, id, there, handled), handled)
    assert scf.ask("GetFunction", FunctionName=wanted["functionName"])["Handler"] == "index.other"


def test_other_code_is_seen_and_put_right(scf: ScfPlugin, code: Code, make: Any) -> None:
    wanted, id, made = make()
    where = code.two["code"]
    scf.ask(
        "UpdateFunctionCode", FunctionName=wanted["functionName"], Handler=wanted["handler"],
        CosBucketName=where["cosBucketName"].rpartition("-")[0], CosObjectName="/" + where["cosObjectName"],
        CosBucketRegion=REGION,
    )  # fmt: skip
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    assert found[0]["codeSha256"] == code.two["codeSha256"]
    assert scf.diff(TOKEN, found[0], wanted).kinds == {"codeSha256": "update"}
    there = scf.update(TOKEN, id, found[1], wanted)
    assert scf.ask("GetFunctionAddress", FunctionName=wanted["functionName"])["CodeSha256"] == wanted["codeSha256"]
    settled(scf, id, there, wanted)


def test_without_a_digest_the_code_is_known_by_its_place_and_its_own_digest(scf: ScfPlugin, code: Code) -> None:
    wanted = function_inputs(scf, {"code": code.one["code"]})
    id, made = scf.create(TOKEN, wanted)
    assert made["codeSha256"] == code.one["codeSha256"]
    settled(scf, id, made, wanted)
    there = scf.update(TOKEN, id, made, wanted | {"code": code.two["code"]})
    assert there["codeSha256"] == code.two["codeSha256"]
    drifted = scf.read(TOKEN, id, {**there, "codeSha256": "0" * 64, "modTime": "x"}, wanted)
    assert drifted is not None
    assert scf.diff(TOKEN, drifted[0], wanted).kinds == {"codeSha256": "delete"}


def test_an_image_is_code_too(scf: ScfPlugin) -> None:
    image = {"imageType": "personal", "imageUri": "ccr.ccs.tencentyun.com/a/b:1@sha256:ab"}
    wanted = function_inputs(scf, {"code": {"imageConfig": image}, "runtime": "CustomImage"})
    assert scf.check(TOKEN, wanted) == {}
    id, made = scf.create(TOKEN, wanted)
    assert made["initTimeout"] == 90
    assert "codeSha256" not in made
    settled(scf, id, made, wanted)
    imported = scf.read(TOKEN, id)
    assert imported is not None
    assert scf.diff(TOKEN, imported[0], wanted).kinds == {}
    other = wanted | {"code": {"imageConfig": image | {"imageUri": "ccr.ccs.tencentyun.com/a/b:2@sha256:cd"}}}
    assert scf.diff(TOKEN, wanted, other).kinds == {"code.imageConfig.imageUri": "update"}
    settled(scf, id, scf.update(TOKEN, id, made, other), other)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account", "1250000001"), ("region", "ap-beijing"), ("namespace", "b"), ("functionName", "g"),
        ("type", "HTTP"), ("runtime", "Python3.7"), ("asyncRunEnable", True), ("traceEnable", True),
        ("protocolType", "WS"),
    ],
)  # fmt: skip
def test_what_makes_another_function_says_so_and_clears_the_name_first(
    scf: ScfPlugin, code: Code, name: str, value: Any
) -> None:
    wanted = function_inputs(scf, code.one)
    for new in (value, UNKNOWN):
        found = scf.diff(TOKEN, wanted, wanted | {name: new})
        assert found.replaces == [name]
        assert found.delete_first == (name not in ("account", "region", "namespace", "functionName"))


def test_a_preview_asks_nothing_and_knows_what_stays(scf: ScfPlugin, code: Code, make: Any) -> None:
    wanted, id, made = make()
    scf.reset()
    _, planned = scf.create(TOKEN, function_inputs(scf, code.one), preview=True)
    assert (planned["memorySize"], planned["arn"], planned["functionId"]) == (128, UNKNOWN, UNKNOWN)
    there = scf.update(TOKEN, id, made, wanted | {"publicNetConfig": {"eip": True}}, preview=True)
    assert (there["functionId"], there["arn"], there["codeSize"]) == (made["functionId"], made["arn"], made["codeSize"])
    assert (there["eipAddresses"], there["modTime"]) == (UNKNOWN, UNKNOWN)
    scf.diff(TOKEN, wanted, wanted | {"memorySize": 256})
    assert scf.asked == []


def test_secrets_stay_secret(scf: ScfPlugin, code: Code) -> None:
    hidden = {"environment"}
    wanted = Properties(function_inputs(scf, code.one, environment={"PASSWORD": "hunter2"}), hidden)
    id, made = scf.create(TOKEN, wanted, secrets=("environment",))
    assert made.secrets == hidden
    found = scf.read(TOKEN, id, made, wanted)
    assert found is not None
    assert (found[0].secrets, found[1].secrets) == (hidden, hidden)
    there = scf.update(TOKEN, id, made, {**wanted, "memorySize": 256}, secrets=("environment",))
    assert there.secrets == hidden
    # Nobody tells at an import what is secret; and what becomes so is hidden in the outputs too.
    imported = scf.read(TOKEN, id)
    assert imported is not None
    assert (imported[0].secrets, imported[1].secrets) == (hidden, hidden)
    assert scf.diff(TOKEN, found[0], wanted, there).kinds == {}
    assert scf.diff(TOKEN, dict(wanted), wanted, dict(there)).kinds == {"environment": "update"}
    assert scf.update(TOKEN, id, dict(there), {**wanted, "memorySize": 256}, secrets=("environment",)).secrets == hidden
    with pytest.raises(Failure) as told:
        scf.create(TOKEN, {**wanted, "role": "nobody", "functionName": "hidden"}, secrets=("environment",))
    assert (told.value.outputs.secrets, told.value.inputs.secrets) == (hidden, hidden)
    assert "hunter2" not in str(told.value)
