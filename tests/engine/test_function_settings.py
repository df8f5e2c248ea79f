"""All that Function Compute 3.0 can set on a function: set, left alone, changed, removed, and really so."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_fc20230330 import models
from darabonba.exceptions import DaraException

from support.clients import FunctionComputeClient, http_client
from support.cloud_calls import log_lines, wait_for
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
_FULL = """\
import json, os

INITIALIZED = []

def initialize(context):
    INITIALIZED.append(context.request_id)

def pre_stop(context):
    print("going")

def handler(event, context):
    asked = json.loads(json.loads(event).get("body") or event)
    if asked.get("fail"):
        print("failing as told " + asked["fail"])
        raise ValueError("told to fail: " + asked["fail"])
    layers = {
        name: open("/opt/" + name).read()
        for name in ("words.txt", "numbers.txt")
        if os.path.exists("/opt/" + name)
    }
    return json.dumps({"initialized": len(INITIALIZED), "environment": os.environ.get("GREETING"), "layers": layers})
"""
_SINK = """\
def handler(event, context):
    print("taken " + event.decode())
"""
_SERVER = """\
import argparse, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import os

parser = argparse.ArgumentParser()
parser.add_argument("--greeting")
greeting = parser.parse_args().greeting
inside = 0
lock = threading.Lock()

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        global inside
        with lock:
            inside += 1
            seen = inside
        time.sleep(0.5 if self.path == "/slow" else 0)
        with lock:
            seen = max(seen, inside)
        body = ("%s %d %d" % (greeting, os.getpid(), seen)).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        with lock:
            inside -= 1

    def log_message(self, *arguments):
        pass

ThreadingHTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("settings-code")
    files = {
        "full/index.py": _FULL,
        "sink/index.py": _SINK,
        "served/server.py": _SERVER,
        "words/words.txt": "words",
        # The first layer listed wins where two hold the same path.
        "numbers/words.txt": "hidden",
        "numbers/numbers.txt": "numbers",
    }
    for name, text in files.items():
        path = made / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return made


@pytest.fixture(scope="module")
def shared(module_stack: NewStack, folder: Path) -> PulumiCli:
    """The stack of all tests, as the program writes it or changed; who changes it says all that differs."""
    made = module_stack("every_setting")
    made.configure(t__folder=str(folder), t__changes="{}")
    made.up()
    return made


@pytest.fixture
def stack(shared: PulumiCli) -> PulumiCli:
    """The stack as the program writes it, whatever ran before."""
    if 't:changes: "{}"' not in (shared.folder / f"Pulumi.{shared.stack}.yaml").read_text():
        _change(shared)
    return shared


@pytest.fixture
def outputs(stack: PulumiCli) -> dict[str, Any]:
    return stack.outputs()


@pytest.fixture(scope="module")
def fc(account: LocalAccount) -> FunctionComputeClient:
    return FunctionComputeClient(account.cloud)


def _function(fc: FunctionComputeClient, name: str, qualifier: str | None = None) -> dict[str, Any]:
    document: dict[str, Any] = fc.call("get_function", name, models.GetFunctionRequest(qualifier=qualifier)).to_map()
    return document


def _tags(function: dict[str, Any]) -> dict[str, str]:
    return {each.get("Key") or each["TagKey"]: each.get("Value") or each["TagValue"] for each in function["tags"]}


def _change(stack: PulumiCli, **changes: Any) -> Any:
    """Bring the stack up as the program writes it but for ``changes``, whatever was changed before."""
    stack.configure(t__changes=json.dumps(changes))
    return stack.up()


def _called(account: LocalAccount, url: str, **asked: str) -> dict[str, Any]:
    with http_client(account.cloud) as client:
        answer = client.post(url, json=asked)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_a_second_up_a_refresh_and_a_preview_find_nothing_to_do(stack: PulumiCli) -> None:
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    stack.preview("--expect-no-changes")


def test_every_setting_arrives(fc: FunctionComputeClient, outputs: dict[str, Any]) -> None:
    full = _function(fc, outputs["full"])
    expected = {
        "cpu": 0.5, "memorySize": 1024, "diskSize": 10240, "timeout": 20, "idleTimeout": 120, "internetAccess": False,
        "description": "everything set", "environmentVariables": {"GREETING": "hello", "EMPTY": ""},
        "sessionAffinity": "HEADER_FIELD", "sessionAffinityConfig": '{"affinityHeaderFieldName":"x-session"}',
        "instanceIsolationMode": "SHARE",
    }  # fmt: skip
    assert {name: full.get(name) for name in expected} == expected
    assert full["instanceLifecycleConfig"]["initializer"] | {"command": None} == {
        "handler": "index.initialize", "timeout": 5, "command": None,
    }  # fmt: skip
    assert full["instanceLifecycleConfig"]["preStop"]["timeout"] == 4
    assert full["customDNS"]["nameServers"] == ["223.5.5.5"]
    assert full["customDNS"]["dnsOptions"] == [{"name": "ndots", "value": "2"}]
    assert _tags(full) == {"team": "pictures", "stage": "test"}
    arns = [each["arn"].rpartition(":")[2] for each in full["layers"]]
    assert arns == [f"layers/{outputs['stack']}-{layer}/versions/1" for layer in ("words", "numbers")]

    served = _function(fc, outputs["served"])
    assert served["instanceConcurrency"] == 8
    runtime = served["customRuntimeConfig"]
    assert (runtime["command"], runtime["args"], runtime["port"]) == (
        ["python3", "server.py"], ["--greeting", "hello"], 9100,
    )  # fmt: skip
    check = runtime["healthCheckConfig"]
    assert (check["httpGetUrl"], check["periodSeconds"], check["failureThreshold"]) == ("/healthy", 5, 2)

    netted = _function(fc, outputs["netted"])
    assert netted["vpcConfig"] == {"vpcId": "vpc-1", "vSwitchIds": ["vsw-1", "vsw-2"], "securityGroupId": "sg-1"}
    assert netted["nasConfig"]["userId"] == 1000
    assert netted["nasConfig"]["mountPoints"] == [
        {"serverAddr": "nas.example.com:/share", "mountDir": "/mnt/nas", "enableTLS": True}
    ]
    assert netted["ossMountConfig"]["mountPoints"][0]["bucketName"] == "models"
    assert netted["internetAccess"] is False


def test_scaling_and_asynchronous_settings_arrive_for_function_and_alias(
    fc: FunctionComputeClient, outputs: dict[str, Any]
) -> None:
    name = outputs["full"]
    assert fc.call("get_concurrency_config", name).reserved_concurrency == 10

    def provision() -> Any:
        return fc.call("get_provision_config", name, models.GetProvisionConfigRequest(qualifier="live"))

    assert provision().target == 1
    assert wait_for(lambda: provision().current == 1)
    assert [action.target for action in provision().scheduled_actions] == [2]
    for qualifier in (None, "live"):
        request = models.GetAsyncInvokeConfigRequest(qualifier=qualifier)
        found = fc.call("get_async_invoke_config", name, request)
        assert (found.max_async_retry_attempts, found.max_async_event_age_in_seconds) == (1, 600)
        assert found.async_task is True
        assert found.destination_config.on_failure.destination == outputs["sink"]


def test_the_initializer_runs_once_and_layers_are_mounted_first_one_first(
    account: LocalAccount, outputs: dict[str, Any]
) -> None:
    answers = [_called(account, outputs["full-url"]) for _ in range(3)]
    assert [each["initialized"] for each in answers] == [1, 1, 1]
    assert answers[0]["layers"] == {"words.txt": "words", "numbers.txt": "numbers"}
    assert answers[0]["environment"] == "hello"


def test_an_asynchronous_call_that_fails_is_tried_again_and_then_told_to_its_destination(
    account: LocalAccount, fc: FunctionComputeClient, outputs: dict[str, Any]
) -> None:
    accepted = fc.invoke(outputs["full"], b'{"fail": "asynchronously"}', "live", asynchronous=True)
    request_id = accepted["x-fc-request-id"]

    def taken() -> list[str]:
        lines = log_lines(account, outputs["project"], outputs["logstore"], "taken")
        return [line for line in lines if line.startswith("taken ") and request_id in line]

    (line,) = wait_for(taken)
    result = json.loads(line.removeprefix("taken "))
    assert result["requestContext"]["condition"]
    # The first run and one more.
    assert result["requestContext"]["approximateInvokeCount"] == 2
    assert json.loads(result["requestPayload"]) == {"fail": "asynchronously"}
    assert "told to fail: asynchronously" in result["responsePayload"]
    tried = log_lines(account, outputs["project"], outputs["logstore"], "failing")
    assert len([each for each in tried if "failing as told asynchronously" in each]) == 2
    task = fc.call("get_async_task", outputs["full"], request_id, models.GetAsyncTaskRequest(qualifier="live"))
    assert task.status == "Failed"


def test_a_custom_runtime_serves_several_calls_in_one_instance(account: LocalAccount, outputs: dict[str, Any]) -> None:
    with http_client(account.cloud) as client:
        greeting, program, _ = client.get(outputs["served-url"]).text.split()
        assert greeting == "hello"
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: client.get(outputs["served-url"] + "/slow").text.split(), range(4)))
    assert {each[1] for each in answers} == {program}
    assert max(int(each[2]) for each in answers) > 1


def test_settings_change_in_place(account: LocalAccount, fc: FunctionComputeClient, stack: PulumiCli) -> None:
    before = stack.outputs()
    name = before["full"]
    created = _function(fc, name)["createdTime"]
    changed = _change(
        stack, description="other words", memory=2048, cpu=1, disk=512, timeout=30, environment={"GREETING": "bye"},
        initializer_timeout=6, pre_stop_timeout=5, ndots="3", internet=True, reserved=3, provisioned=2, evening=4,
        retries=0, max_age=60, on_success=True, stateful=False, tags={"stage": "other", "more": "yes"},
        concurrency=4, argument="bye", port=9200, group="sg-2", tls=False,
    )  # fmt: skip
    assert {each for each in changed.changes if "replaced" in each} <= {"replaced"}
    full = _function(fc, name)
    assert full["createdTime"] == created
    assert (full["description"], full["memorySize"], full["cpu"], full["diskSize"], full["timeout"]) == (
        "other words", 2048, 1, 512, 30,
    )  # fmt: skip
    assert full["internetAccess"] is True
    assert full["environmentVariables"] == {"GREETING": "bye"}
    assert full["instanceLifecycleConfig"]["initializer"]["timeout"] == 6
    assert full["instanceLifecycleConfig"]["preStop"]["timeout"] == 5
    assert full["customDNS"]["dnsOptions"] == [{"name": "ndots", "value": "3"}]
    assert _tags(full) == {"team": "pictures", "stage": "other", "more": "yes"}
    assert fc.call("get_concurrency_config", name).reserved_concurrency == 3
    provision = fc.call("get_provision_config", name, models.GetProvisionConfigRequest(qualifier="live"))
    assert (provision.target, [action.target for action in provision.scheduled_actions]) == (2, [4])
    for qualifier in (None, "live"):
        request = models.GetAsyncInvokeConfigRequest(qualifier=qualifier)
        settings = fc.call("get_async_invoke_config", name, request)
        assert (settings.max_async_retry_attempts, settings.max_async_event_age_in_seconds) == (0, 60)
        assert settings.async_task is False
        assert settings.destination_config.on_success.destination == before["sink"]
    assert _function(fc, before["netted"])["vpcConfig"]["securityGroupId"] == "sg-2"
    assert _function(fc, before["netted"])["nasConfig"]["mountPoints"][0]["enableTLS"] is False
    # What is frozen is published, and the alias serves it.
    assert int(stack.outputs()["full-version"]) == int(before["full-version"]) + 1
    assert _called(account, before["full-url"])["environment"] == "bye"
    with http_client(account.cloud) as client:
        assert client.get(before["served-url"]).text.startswith("bye ")
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")


def test_settings_that_are_taken_away_are_gone(
    account: LocalAccount, fc: FunctionComputeClient, shared: PulumiCli
) -> None:
    _change(
        shared, description=None, environment=None, layers=False, hooks=False, dns=False, affinity=None,
        reserved=None, provisioned=None, asynchronous=False, tags={}, logs=False,
    )  # fmt: skip
    name = shared.outputs()["full"]
    full = _function(fc, name)
    assert not full.get("description")
    assert not full.get("environmentVariables")
    assert not full.get("layers")
    assert not full.get("instanceLifecycleConfig")
    assert not full.get("customDNS")
    assert not (full.get("logConfig") or {}).get("project")
    assert _tags(full) == {"team": "pictures"}
    with pytest.raises(DaraException, match="OnDemandConfigNotFound"):
        fc.call("get_concurrency_config", name)
    provision = fc.call("get_provision_config", name, models.GetProvisionConfigRequest(qualifier="live"))
    assert provision.target == 0
    for qualifier in (None, "live"):
        with pytest.raises(DaraException, match="AsyncConfigNotExists"):
            fc.call("get_async_invoke_config", name, models.GetAsyncInvokeConfigRequest(qualifier=qualifier))
    answer = _called(account, shared.outputs()["full-url"])
    assert (answer["initialized"], answer["layers"], answer["environment"]) == (0, {}, None)
    shared.up("--expect-no-changes")
    shared.refresh("--expect-no-changes")


def test_sizes_left_out_and_written_out_again_publish_what_differs_and_nothing_else(
    fc: FunctionComputeClient, shared: PulumiCli
) -> None:
    if shared.outputs()["full"].endswith("-renamed"):
        # Another test left it so; by its own name it would be another function, with versions of its own.
        _change(shared)
    name, before = shared.outputs()["full"], int(shared.outputs()["full-version"])
    sizes = ("memorySize", "cpu", "diskSize", "instanceIsolationMode", "sessionAffinity")
    _change(shared, memory=None, cpu=None, disk=None, affinity=None, concurrency=None, isolation=None)
    left = {size: _function(fc, name)[size] for size in sizes}
    assert left == {
        "memorySize": 512, "cpu": 0.35, "diskSize": 512, "instanceIsolationMode": "SHARE", "sessionAffinity": "NONE",
    }  # fmt: skip
    assert _function(fc, shared.outputs()["served"])["instanceConcurrency"] == 1
    assert int(shared.outputs()["full-version"]) == before + 1
    shared.up("--expect-no-changes")
    _change(shared, memory=512, cpu=0.35, disk=512, affinity="NONE", concurrency=1, isolation="SHARE")
    assert {size: _function(fc, name)[size] for size in sizes} == left
    assert int(shared.outputs()["full-version"]) == before + 1


def test_network_mounts_and_checks_that_are_taken_away_are_gone_or_said_to_stay(
    fc: FunctionComputeClient, shared: PulumiCli
) -> None:
    outputs = shared.outputs()
    _change(shared, mounts=False)
    netted = _function(fc, outputs["netted"])
    assert netted["nasConfig"] == {"userId": -1, "groupId": -1, "mountPoints": []}
    assert not netted["ossMountConfig"]["mountPoints"]
    shared.up("--expect-no-changes")
    # Upstream can take neither away; that is said, and does not stand in the way of anything else.
    kept = _change(shared, mounts=False, vpc=False, check=False)
    assert "netted: still stands in vpc-1" in kept.output
    assert "served: still checked at /healthy" in kept.output
    assert _function(fc, outputs["netted"])["vpcConfig"]["vpcId"] == "vpc-1"
    shared.up("--expect-no-changes")
    _change(shared, mounts=False, vpc=False, check=False, argument="on")
    versions = fc.call("list_function_versions", outputs["served"], models.ListFunctionVersionsRequest()).versions
    newest = max((each.version_id for each in versions), key=int)
    assert _function(fc, outputs["served"], newest)["customRuntimeConfig"]["args"] == ["--greeting", "on"]


def test_a_function_is_stopped_by_reserving_none_by_disabling_it_and_goes_on_under_another_name(
    account: LocalAccount, fc: FunctionComputeClient, shared: PulumiCli
) -> None:
    _change(shared)
    url = shared.outputs()["full-url"]
    assert _called(account, url)["initialized"] == 1
    _change(shared, reserved=0)
    with http_client(account.cloud) as client:
        refused = client.post(url, json={})
    assert (refused.status_code, refused.json()["Code"]) == (429, "ResourceExhausted")
    shared.up("--expect-no-changes")
    _change(shared, disabled=True)
    with http_client(account.cloud) as client:
        refused = client.post(url, json={})
    assert 400 <= refused.status_code < 500 and "disabled" in refused.text
    shared.up("--expect-no-changes")
    _change(shared, disabled=False)
    assert _called(account, url)["initialized"] == 1
    shared.up("--expect-no-changes")
    # A new name is a new function, made before the old one goes; all that hangs on it comes along.
    old = shared.outputs()["full"]
    _change(shared, function_name=f"{old}-renamed", idle_timeout=60)
    assert (new := shared.outputs()["full"]) == f"{old}-renamed"
    assert _called(account, shared.outputs()["full-url"])["initialized"] == 1
    with pytest.raises(DaraException, match="FunctionNotFound"):
        _function(fc, old)
    assert _function(fc, new)["idleTimeout"] == 60
    shared.up("--expect-no-changes")
