"""Invoke and InvokeFunction: what a caller gets, by which qualifier, with which rights."""

from __future__ import annotations

import asyncio
import json

import pytest

from support.held_functions import HOLD, let_go
from unit.localcloud.tencent.scf.dataplane.workshop import REGION, Refused, Workshop, packed
from yunfn.localcloud.tencent.sts import StsService

HELLO = (
    "def main_handler(event, context):\n    print('printed')\n    return {'event': event, 'id': context['request_id']}"
)


async def test_a_call_answers_a_value_in_json_and_its_figures(workshop: Workshop) -> None:
    await workshop.deploy("hello", HELLO)
    result = await workshop.invoke("hello", {"名": 1}, LogType="Tail")
    request_id = result["FunctionRequestId"]
    assert json.loads(result["RetMsg"]) == {"event": {"名": 1}, "id": request_id}
    assert (result["ErrMsg"], result["InvokeResult"]) == ("", 0)
    assert 0 < result["Duration"] <= result["BillDuration"] and result["MemUsage"] > 1 << 20
    lines = result["Log"].splitlines()
    assert lines[0] == f"START RequestId:{request_id}"
    assert lines[1].startswith(f"Init Report RequestId: {request_id} Coldstart: ")
    assert lines[2] == "printed"
    assert lines[3].startswith(f'Response RequestId:{request_id} RetMsg:{{"event"')
    assert lines[4] == f"END RequestId:{request_id}"
    assert lines[5].startswith(f"Report RequestId:{request_id} Duration:") and "Memory:256MB MemUsage:" in lines[5]
    again = await workshop.invoke("hello")
    assert (again["Log"], json.loads(again["RetMsg"])["event"]) == ("", {})


async def test_a_failing_function_is_no_refusal(workshop: Workshop) -> None:
    await workshop.deploy("bad", "def main_handler(event, context):\n    raise ValueError('wrong')", Timeout=1)
    result = await workshop.invoke("bad", LogType="Tail")
    told = json.loads(result["ErrMsg"])
    assert (result["RetMsg"], result["InvokeResult"]) == ("", -1)
    assert told.pop("stackTrace").endswith("ValueError: wrong")
    assert told == {
        "errorCode": -1,
        "errorMessage": "user code exception caught",
        "requestId": result["FunctionRequestId"],
        "statusCode": 430,
    }
    assert f"ERROR RequestId:{result['FunctionRequestId']} Result:{{" in result["Log"]
    (line,) = workshop.journal(operation="Invoke")
    assert (line["code"], line["status"]) == ("430", 200)


async def test_qualifiers_and_defaults(workshop: Workshop) -> None:
    await workshop.deploy("fn", "def main_handler(event, context): return context['function_version']")
    await workshop.publish("fn")
    await workshop.publish("fn")
    weights = {"AdditionalVersionWeights": [{"Version": "2", "Weight": 0.0}]}
    match = {"Version": "2", "Key": "invoke.headers.User", "Method": "exact", "Expression": "tester"}
    await workshop.api(
        "UpdateAlias", FunctionName="fn", Name="$DEFAULT", FunctionVersion="1",
        RoutingConfig=weights | {"AddtionVersionMatchs": [match]},
    )  # fmt: skip
    assert (await workshop.invoke("fn"))["RetMsg"] == '"$LATEST"'
    assert (await workshop.invoke("fn", Qualifier="2"))["RetMsg"] == '"2"'
    assert (await workshop.invoke("fn", action="InvokeFunction"))["RetMsg"] == '"1"'
    routed = await workshop.invoke("fn", action="InvokeFunction", RoutingKey=json.dumps({"User": "tester"}))
    assert routed["RetMsg"] == '"2"'
    later = await workshop.later("fn", Qualifier="$DEFAULT", RoutingKey=json.dumps({"User": "tester"}))
    assert (await workshop.finished("fn", later))["RetMsg"] == '"2"'
    (line, _) = [line for line in workshop.journal(operation="InvokeFunction") if line["resource"].endswith(":2")]
    assert line["resource"] == "default/fn:2"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"FunctionName": "gone"}, "ResourceNotFound.Function"),
        ({"Qualifier": "7"}, "ResourceNotFound.Qualifier"),
        ({"ClientContext": "{no"}, "InvalidParameter.Payload"),
        ({"ClientContext": json.dumps("x" * (6 << 20))}, "InvalidParameter.RequestTooLarge"),
        ({"ClientContext": f'"{"x" * (128 << 10)}"', "InvocationType": "Event"}, "InvalidParameter.RequestTooLarge"),
        ({"InvocationType": "Later"}, "InvalidParameterValue"),
        ({"RoutingKey": "[1]"}, "InvalidParameterValue"),
    ],
)  # fmt: skip
async def test_refusals(workshop: Workshop, parameters: dict[str, str], code: str) -> None:
    await workshop.deploy("fn", HELLO)
    with pytest.raises(Refused) as refused:
        await workshop.api("Invoke", **{"FunctionName": "fn"} | parameters)
    assert refused.value.code == code


async def test_a_call_takes_the_right_to_it(workshop: Workshop) -> None:
    await workshop.deploy("fn", HELLO)
    await workshop.role("reader")
    key = workshop.cloud.find(StsService).assume_for_service("reader", "scf.qcloud.com", "test")
    with pytest.raises(Refused) as refused:
        await workshop.api("Invoke", key=key, FunctionName="fn")
    assert refused.value.code == "UnauthorizedOperation.CAM"


async def test_credentials_are_the_execution_roles(workshop: Workshop) -> None:
    await workshop.role("worker")
    source = "import os\ndef main_handler(e, c): return [os.environ['TENCENTCLOUD_' + n] for n in e]"
    await workshop.deploy("fn", source, Role="worker")
    names = ["SECRETID", "SECRETKEY", "SESSIONTOKEN"]
    secret_id, secret, token = json.loads((await workshop.invoke("fn", names))["RetMsg"])
    found = workshop.cloud.tencent_keys.find(secret_id, token)
    assert (found.secret, found.principal.kind, "worker" in found.principal.arn) == (secret, "assumed-role", True)
    assert secret not in json.dumps(workshop.journal())


async def test_layers_lie_at_opt_and_a_new_version_reaches_the_function(workshop: Workshop) -> None:
    for text in ("one", "two"):
        await workshop.api(
            "PublishLayerVersion", LayerName="deps", CompatibleRuntimes=["Python3.6"],
            Content={"ZipFile": packed({"shared.py": f"who = '{text}'"})},
        )  # fmt: skip
    layers = [{"LayerName": "deps", "LayerVersion": 1}]
    await workshop.deploy(
        "fn", "import shared\ndef main_handler(e, c): return [shared.who, shared.__file__]", Layers=layers
    )
    assert json.loads((await workshop.invoke("fn"))["RetMsg"]) == ["one", "/opt/shared.py"]
    layers = [{"LayerName": "deps", "LayerVersion": 2}]
    await workshop.api("UpdateFunctionConfiguration", FunctionName="fn", Layers=layers)
    assert json.loads((await workshop.invoke("fn"))["RetMsg"]) == ["two", "/opt/shared.py"]


async def test_reserved_concurrency_throttles(workshop: Workshop) -> None:
    await workshop.deploy("slow", HOLD + "def main_handler(e, c): hold()", MemorySize=128, Timeout=300)
    await workshop.api("PutReservedConcurrencyConfig", FunctionName="slow", ReservedConcurrencyMem=128)
    first = asyncio.ensure_future(workshop.invoke("slow"))
    await workshop.until(lambda: [each.ready for each in workshop.runner._pool.instances()], any)
    second = await workshop.invoke("slow")
    told = json.loads(second["ErrMsg"])
    assert (second["InvokeResult"], told["statusCode"]) == (-1, 432)
    assert told["errorMessage"] == "Function [ slow ] concurrency exceeded reserved quota 128 MB"
    let_go(workshop.cloud.home.work)
    assert (await first)["RetMsg"] == "null"
    outcomes = [sample.outcome for sample in workshop.plane.metrics.samples(REGION, "default", "slow", None, 0, 1e12)]
    assert outcomes == ["throttled", "ok"]


async def test_provisioned_instances_are_there_before_the_first_call(workshop: Workshop) -> None:
    await workshop.deploy("fn", "import uuid\nwho = uuid.uuid4().hex\ndef main_handler(e, c): return who")
    version = await workshop.publish("fn")
    put = {"FunctionName": "fn", "Qualifier": version, "VersionProvisionedConcurrencyNum": 2}
    await workshop.api("PutProvisionedConcurrencyConfig", **put)
    get = {"FunctionName": "fn", "Qualifier": version}
    told = await workshop.until(
        lambda: workshop.api("GetProvisionedConcurrencyConfig", **get),
        lambda told: told["Allocated"][0]["AvailableProvisionedConcurrencyNum"] == 2,
    )
    assert told["Allocated"][0]["Status"] == "Done"
    result = await workshop.invoke("fn", Qualifier=version, LogType="Tail")
    assert "Init Report" not in result["Log"]
    await workshop.api("DeleteProvisionedConcurrencyConfig", **get)
    await workshop.plane.instances.settled()


async def test_results_larger_than_six_megabytes_and_python_2(workshop: Workshop) -> None:
    await workshop.deploy("large", "def main_handler(e, c): return 'x' * (7 << 20)")
    told = json.loads((await workshop.invoke("large"))["ErrMsg"])
    assert (told["statusCode"], told["errorMessage"]) == (407, "The size of response exceeds the upper limit (6MB)")
    await workshop.deploy("old", HELLO, Runtime="Python2.7")
    with pytest.raises(Refused, match=r"the local cloud runs no Python 2\.7"):
        await workshop.invoke("old")
