"""``yunfn status``, ``invoke``, ``result`` and ``logs`` of a stack on both clouds: in the same words."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import click.testing
import pytest
from typer.testing import CliRunner

from support.held_functions import HOLD, let_go
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.tencent_api import ask
from yunfn.cli.application import application
from yunfn.exceptions import AccountMismatchError, CloudAnswerError, StackError
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import variables

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")]
NewStack = Callable[[str], PulumiCli]
Yunfn = Callable[..., click.testing.Result]
RUNNER = CliRunner()
BOTH = pytest.mark.parametrize("function", ["caller", "speaker"])
_CODE = f"""{HOLD}
import json


def handler(event, context):
    event = json.loads(event) if isinstance(event, (bytes, str)) else event
    for word in event.get("say", []):
        print(word)
    if event.get("hold"):
        hold()
    if event.get("fail"):
        raise ValueError("refused to")
    return dict(said=event.get("say", []))
"""


@pytest.fixture(scope="module")
def stack(
    account: LocalAccount,
    artifact_bucket: str,
    tencent_artifact_bucket: str,
    module_stack: NewStack,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PulumiCli]:
    code = tmp_path_factory.mktemp("code")
    (code / "index.py").write_text(_CODE)
    made = module_stack("deployed_functions")
    made.configure(t__code=str(code))
    made.up()
    yield made


@pytest.fixture
def yunfn(account: LocalAccount, stack: PulumiCli, monkeypatch: pytest.MonkeyPatch) -> Yunfn:
    """The command in the stack's project, in this process: the clouds' SDKs take long to import."""
    for name, value in account.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(stack.folder)

    def run(command: str, *arguments: str) -> click.testing.Result:
        return RUNNER.invoke(application, [command, *arguments, "--stack", stack.stack])

    return run


def _states(yunfn: Yunfn, *arguments: str) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(yunfn("status", "--json", *arguments).stdout)}


def _sent(done: click.testing.Result) -> dict[str, Any]:
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _event(**event: object) -> tuple[str, str]:
    return "--data", json.dumps(event)


def test_all_are_deployed_and_their_aliases_told(yunfn: Yunfn) -> None:
    done = yunfn("status")
    assert done.exit_code == 0, done.output
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines()[1:]}
    assert {name: row[1] for name, row in rows.items()} == dict.fromkeys(("caller", "quiet", "speaker"), "deployed")
    assert rows["caller"][-3:] == ["live", "→", "1"]
    assert rows["speaker"][-3:] == ["$DEFAULT", "→", "1"]
    assert "sesame" not in done.output


def test_a_change_under_way_is_deploying_until_it_is_over(cloud: Connection, yunfn: Yunfn, stack: PulumiCli) -> None:
    assert RUNNER.invoke(application, ["local", "transition", "6"]).exit_code == 0
    try:
        ask(
            cloud,
            "scf",
            "UpdateFunctionConfiguration",
            FunctionName=stack.outputs()["quiet"],
            Description="changed",
        )
        assert _states(yunfn) == {"caller": "deployed", "quiet": "deploying", "speaker": "deployed"}
        waited = yunfn("status", "--wait", "--json")
    finally:
        RUNNER.invoke(application, ["local", "transition", "0.2"])
    assert waited.exit_code == 0
    assert waited.stderr.startswith("1 of 3 deploying: quiet (")
    assert {each["state"] for each in json.loads(waited.stdout)} == {"deployed"}


@BOTH
def test_a_call_answers_its_value_and_a_failing_one_its_error(yunfn: Yunfn, function: str) -> None:
    done = yunfn("invoke", function, *_event(say=["hello"]))
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"said": ["hello"]})
    assert "succeeded" in done.stderr
    failed = yunfn("invoke", function, *_event(fail=True))
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "refused to" in failed.stderr and ": failed" in failed.stderr


def test_a_queued_call_is_told_until_its_value_is_there(cloud: Connection, yunfn: Yunfn) -> None:
    event = _event(say=["late"], hold=True)
    calls = {name: _sent(yunfn("invoke", name, "--async", "--json", *event)) for name in ("caller", "speaker")}
    assert {(call["state"], call["value"]) for call in calls.values()} == {("pending", None)}
    deadline = time.monotonic() + 120

    def told(name: str, wanted: str, before: set[str]) -> dict[str, Any]:
        while (now := _sent(yunfn("result", calls[name]["request_id"], "--json")))["state"] != wanted:
            assert now["state"] in before and time.monotonic() < deadline
        return now

    for name in calls:
        told(name, "running", {"pending"})
    let_go(cloud.home.work)
    for name in calls:
        now = told(name, "succeeded", {"running"})
        assert (now["function"], json.loads(now["value"])) == (name, {"said": ["late"]})


@BOTH
def test_a_queued_call_that_fails_says_why(yunfn: Yunfn, function: str) -> None:
    queued = _sent(yunfn("invoke", function, "--async", "--json", *_event(fail=True)))
    failed = yunfn("result", queued["request_id"], "--wait", "--function", function)
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert "refused to" in failed.stderr


def test_a_call_that_nobody_made_is_an_error(yunfn: Yunfn) -> None:
    refused = yunfn("result", "00000000-0000-4000-8000-000000000000").exception
    assert isinstance(refused, StackError) and "no function of it has a call 00000000" in str(refused)


@pytest.mark.parametrize("function", ["caller", "speaker", "quiet"])
def test_the_lines_of_one_call_are_its_own_and_each_as_often_as_printed(yunfn: Yunfn, function: str) -> None:
    calls = [_sent(yunfn("invoke", function, "--json", *_event(say=[word] * 2))) for word in ("tick", "tock")]
    done = yunfn("logs", "--function", function, "--request", calls[1]["request_id"], "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["request_id"] for line in lines} == {calls[1]["request_id"]}
    assert [line["message"] for line in lines if line["message"] in ("tick", "tock")] == ["tock", "tock"]
    assert all(abs(time.time() - _seconds(line["time"])) < 60 for line in lines)
    every = yunfn("logs", "--function", function, "--since", "5m").stdout
    assert all(f"  {word}\n" in every for word in ("tick", "tock"))


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


def test_follow_goes_on_with_new_lines_of_all_functions_until_it_is_interrupted(
    account: LocalAccount, yunfn: Yunfn, stack: PulumiCli
) -> None:
    command = [sys.executable, "-m", "yunfn.cli", "logs", "--stack", stack.stack, "--since", "10m", "--follow"]
    with subprocess.Popen(
        command, cwd=stack.folder, env=account.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as following:
        lines: list[str] = []
        assert following.stdout is not None and following.stderr is not None
        reader = threading.Thread(target=lambda: lines.extend(following.stdout or ()))
        reader.start()
        wanted = {f"{function}  followed by {function}" for function in ("caller", "speaker", "quiet")}
        try:
            for function in ("caller", "speaker", "quiet"):
                _sent(yunfn("invoke", function, "--json", *_event(say=[f"followed by {function}"])))
            deadline = time.monotonic() + 60
            while not all(any(each in line for line in lines) for each in wanted):
                assert following.poll() is None and time.monotonic() < deadline, lines
                time.sleep(0.1)
            # Another look tells nothing twice.
            time.sleep(1.5)
        finally:
            os.kill(following.pid, signal.SIGINT)
        reader.join(60)
        assert (following.wait(60), following.stderr.read()) == (130, "")
    told = [line.partition("Z  ")[2].strip() for line in lines]
    assert sorted(line for line in told if line in wanted) == sorted(wanted)


def test_keys_of_another_account_are_refused_before_anything_is_asked(
    yunfn: Yunfn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.temporary() as other:
        strange = variables(other.home, other.proxy_port)
        for cloud, function in (("ALIBABA_CLOUD", "caller"), ("TENCENTCLOUD", "speaker")):
            with monkeypatch.context() as elsewhere:
                for name, value in strange.items():
                    if name.startswith((cloud, "HTTP", "http", "SSL", "REQUESTS")):
                        elsewhere.setenv(name, value)
                refused = yunfn("invoke", function).exception
                assert isinstance(refused, AccountMismatchError), refused
                assert str(refused).startswith(f"{function} belongs to account ")
        asked = [json.loads(line) for line in other.ask("GET", "/journal").text.splitlines()]
    assert {f"{line['service']}:{line['operation']}" for line in asked} <= {"sts:GetCallerIdentity", "cam:GetUserAppId"}


def test_what_is_not_there_is_told_in_a_sentence(yunfn: Yunfn, stack: PulumiCli) -> None:
    assert str(yunfn("invoke").exception) == (
        f"stack {stack.stack} has 3 functions; name one of them: caller, quiet, speaker"
    )
    assert "has no function nobody; it has caller, quiet, speaker" in str(yunfn("invoke", "nobody").exception)
    unknown = RUNNER.invoke(application, ["status", "--stack", "no-such-stack"]).exception
    assert isinstance(unknown, StackError) and str(unknown).startswith("stack no-such-stack: no stack named")
    refused = yunfn("invoke", "speaker", "--qualifier", "77").exception
    assert isinstance(refused, CloudAnswerError) and "ResourceNotFound" in str(refused)


def test_what_was_removed_is_undeployed_and_what_failed_says_why(
    cloud: Connection, yunfn: Yunfn, stack: PulumiCli
) -> None:
    place = {"FunctionName": stack.outputs()["quiet"]}
    ask(cloud, "scf", "DeleteFunction", **place)
    deadline = time.monotonic() + 60
    while _states(yunfn)["quiet"] != "undeployed":
        assert time.monotonic() < deadline
    # What is gone has no lines and no calls, and keeps nobody from those of others.
    assert yunfn("logs").exit_code == 0
    broken = {"CosBucketName": "nowhere", "CosObjectName": "/nothing.zip", "CosBucketRegion": "ap-shanghai"}
    ask(cloud, "scf", "CreateFunction", Code=broken, Handler="index.handler", Runtime="Python3.10", **place)
    failed = yunfn("status", "--wait")
    row = next(line for line in failed.stdout.splitlines() if line.startswith("quiet"))
    assert (failed.exit_code, row.split()[1]) == (1, "failed")
    assert "CreateFailed: " in row
    ask(cloud, "scf", "DeleteFunction", **place)
    # The other tests may come after this one.
    stack.up("--refresh")
