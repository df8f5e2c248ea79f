"""``yunfn status``, ``invoke`` and ``result`` over clouds of which a test says what they answer."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from unit.cli.two_clouds import CALLER, SPEAKER, TwoClouds, in_place, pausing, yunfn
from unit.deployment.states_of_stacks import fc_alias, scf_function, state
from yunfn.cli import application as root
from yunfn.deployment import CallResult, CallState, DeploymentState, FunctionStatus
from yunfn.exceptions import AccountMismatchError, CloudAnswerError, StackError

DEPLOYING = FunctionStatus(DeploymentState.DEPLOYING, "Updating")
FAILED = FunctionStatus(DeploymentState.FAILED, "CreateFailed: no such\nobject")
GONE = FunctionStatus(DeploymentState.UNDEPLOYED, "the cloud has no such function")


@pytest.fixture
def clouds(monkeypatch: pytest.MonkeyPatch) -> TwoClouds:
    made = TwoClouds()
    in_place(made, monkeypatch)
    return made


def _under_way(monkeypatch: pytest.MonkeyPatch, answer: bool | None) -> None:
    monkeypatch.setattr(import_module("yunfn.cli.deployed.status"), "run_under_way", lambda exported, stack: answer)


def test_status_is_a_row_a_function(clouds: TwoClouds) -> None:
    clouds.exported = state(*CALLER, *SPEAKER)
    clouds.states["speaker"] = [DEPLOYING]
    done = yunfn("status")
    assert done.exit_code == 0
    assert [" ".join(line.split()) for line in done.stdout.splitlines()[1:]] == [
        "caller deployed alibaba cn-shanghai dev-caller live → 3",
        "speaker deploying tencent ap-shanghai dev-svc/dev-speaker Updating",
    ]


def test_status_in_json(clouds: TwoClouds) -> None:
    clouds.exported = state(*CALLER, *SPEAKER)
    clouds.states["speaker"] = [GONE]
    done = yunfn("status", "--json")
    caller, speaker = json.loads(done.stdout)
    assert done.exit_code == 0
    assert caller == {
        "name": "caller",
        "cloud": "alibaba",
        "region": "cn-shanghai",
        "namespace": None,
        "function": "dev-caller",
        "state": "deployed",
        "reason": None,
        "aliases": {"live": "3"},
    }
    assert (speaker["namespace"], speaker["state"], speaker["reason"]) == (
        "dev-svc",
        "undeployed",
        "the cloud has no such function",
    )


def test_status_ends_with_1_where_one_failed_and_says_why_in_its_row(clouds: TwoClouds) -> None:
    clouds.states["caller"] = [FAILED]
    done = yunfn("status")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[1].endswith("CreateFailed: no such object")


@pytest.mark.parametrize(
    ("option", "expected"), [((), "stack dev: undeployed (it has no functions)\n"), (("--json",), "[]\n")]
)
def test_a_stack_without_functions_is_undeployed(
    clouds: TwoClouds, option: tuple[str, ...], expected: str
) -> None:  # fmt: skip
    clouds.exported = state()
    done = yunfn("status", *option)
    assert (done.exit_code, done.stdout, clouds.opened) == (0, expected, [])


@pytest.mark.parametrize(
    ("under_way", "expected", "code"), [(True, "deploying", 0), (None, "deploying", 0), (False, "failed", 1)]
)
def test_what_a_run_has_not_finished_is_deploying_or_failed(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch, under_way: bool | None, expected: str, code: int
) -> None:
    _under_way(monkeypatch, under_way)
    pending = (("updating", CALLER[0]), ("creating", scf_function("new") | {"id": None}))
    clouds.exported = state(*CALLER, *SPEAKER, pending=pending)
    done = yunfn("status", "--json")
    assert {each["name"]: each["state"] for each in json.loads(done.stdout)} == {
        "caller": expected,
        "speaker": "deployed",
        "new": expected,
    }
    assert done.exit_code == code
    assert "new" in yunfn("status").stdout


def test_what_the_cloud_says_is_wrong_stays_so_while_a_run_is_under_way(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    _under_way(monkeypatch, True)
    clouds.exported = state(*CALLER, pending=(("updating", CALLER[0]),))
    clouds.states["caller"] = [FAILED]
    assert json.loads(yunfn("status", "--json").stdout)[0]["reason"].startswith("CreateFailed")


def test_wait_tells_what_it_waits_for_until_nothing_is_deploying(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    pausing("status", monkeypatch)
    clouds.exported = state(*CALLER, *SPEAKER)
    clouds.states = {"caller": [DEPLOYING] * 13 + [GONE], "speaker": [DEPLOYING, DEPLOYING, FAILED]}
    done = yunfn("status", "--wait", "--json")
    assert done.exit_code == 1
    assert [each["state"] for each in json.loads(done.stdout)] == ["undeployed", "failed"]
    assert done.stderr.splitlines() == [
        "2 of 2 deploying: caller, speaker (0 s)",
        "1 of 2 deploying: caller (2 s)",
        "1 of 2 deploying: caller (12 s)",
    ]


def test_wait_gives_up_in_time(clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = pausing("status", monkeypatch)
    clouds.states["caller"] = [DEPLOYING]
    done = yunfn("status", "--wait", "--timeout", "5")
    assert clock.now == 6
    assert isinstance(done.exception, StackError)
    assert str(done.exception) == "stack dev: still deploying after 5 s: caller"


@pytest.mark.parametrize("command", [("status", "--wait"), ("result", "r-1", "--wait"), ("logs", "--follow")])
def test_ctrl_c_ends_what_waits_with_130(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    pausing(command[0], monkeypatch, last=2)
    clouds.states["caller"] = [DEPLOYING]
    clouds.results["caller"] = [CallResult("r-1", CallState.RUNNING)]
    done = yunfn(*command)
    assert done.exit_code == 130
    assert "Traceback" not in done.output


def test_invoke_prints_the_value_and_nothing_else_on_standard_output(clouds: TwoClouds) -> None:
    done = yunfn("invoke", "--data", '{"key": 1}')
    assert (done.exit_code, done.stdout) == (0, '{"a": 1}\n')
    assert done.stderr == "request r-1: succeeded, 12.5 ms\n"
    assert clouds.invoked == [("caller", "live", b'{"key": 1}', True)]


def test_invoke_that_only_queues_tells_the_request(clouds: TwoClouds) -> None:
    clouds.answer = CallResult("r-2", CallState.PENDING)
    done = yunfn("invoke", "--async", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (
        0,
        {
            "function": "caller",
            "request_id": "r-2",
            "state": "pending",
            "value": None,
            "error": None,
            "duration_ms": None,
        },
    )
    assert clouds.invoked == [("caller", "live", b"{}", False)]


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_invoke_ends_with_1_where_the_function_failed(clouds: TwoClouds, option: tuple[str, ...]) -> None:
    clouds.answer = CallResult("r-3", CallState.FAILED, None, '{"errorMessage": "no"}')
    done = yunfn("invoke", *option)
    assert done.exit_code == 1
    assert '"no' in (json.loads(done.stdout)["error"] if option else done.stderr)


def test_an_event_by_file_and_by_standard_input_is_taken_as_it_is(clouds: TwoClouds, tmp_path: Path) -> None:
    (tmp_path / "event").write_bytes(b"\xff\x00")
    assert yunfn("invoke", "--file", str(tmp_path / "event")).exit_code == 0
    assert yunfn("invoke", "--file", "-", stdin=b"\xfe\n").exit_code == 0
    assert [event for _, _, event, _ in clouds.invoked] == [b"\xff\x00", b"\xfe\n"]


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("--data", "sesame"), b""),
        (("--file", "-"), b"\xff\xfe{\x00}\x00"),
        (("--file", "-"), b""),
        (("--data", "{}", "--file", "-"), b"{}"),
    ],
)
def test_an_event_that_scf_would_refuse_is_wrong_usage_and_not_shown(
    clouds: TwoClouds, arguments: tuple[str, ...], stdin: bytes
) -> None:
    clouds.exported = state(*SPEAKER)
    done = yunfn("invoke", *arguments, stdin=stdin)
    assert (done.exit_code, clouds.invoked) == (2, [])
    assert "sesame" not in done.output


def test_invoke_by_another_name_and_qualifier(clouds: TwoClouds) -> None:
    clouds.exported = state(*CALLER, *SPEAKER)
    for name in ("speaker", "dev-speaker", "dev-svc/dev-speaker", "tencent:speaker", "tencent:dev-speaker"):
        assert yunfn("invoke", name, "-q", "7").exit_code == 0
    assert {(name, by) for name, by, _, _ in clouds.invoked} == {("speaker", "7")}
    assert len(clouds.invoked) == 5


@pytest.mark.parametrize(
    ("resources", "arguments", "expected"),
    [
        ((), (), "stack dev has no functions: pulumi up deploys them"),
        ((*CALLER, *SPEAKER), (), "stack dev has 2 functions; name one of them: caller, speaker"),
        (CALLER, ("nobody",), "stack dev has no function nobody; it has caller"),
        (
            (*CALLER, scf_function("caller")),
            ("caller",),
            "stack dev has 2 functions called caller; name one of them: alibaba:caller, tencent:caller",
        ),
        (
            (*CALLER, fc_alias("caller", "canary")),
            (),
            "caller has several aliases; name one by --qualifier: canary, live",
        ),
    ],
)
def test_which_function_is_meant_must_be_clear(
    clouds: TwoClouds, resources: tuple[dict[str, object], ...], arguments: tuple[str, ...], expected: str
) -> None:
    clouds.exported = state(*resources)
    done = yunfn("invoke", *arguments)
    assert (str(done.exception), clouds.invoked) == (expected, [])


def test_result_is_told_by_whichever_function_knows_the_call(clouds: TwoClouds) -> None:
    clouds.exported = state(*CALLER, *SPEAKER)
    clouds.results["speaker"] = [CallResult("r-1", CallState.SUCCEEDED, "null", "", 3.0)]
    done = yunfn("result", "r-1")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "null\n", "request r-1: succeeded, 3 ms\n")
    assert json.loads(yunfn("result", "r-1", "--json").stdout)["function"] == "speaker"
    with pytest.raises(StackError, match="no function of it has a call r-1"):
        raise yunfn("result", "r-1", "-f", "caller").exception or AssertionError


def test_result_that_waits_ends_as_the_call_does(clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch) -> None:
    pausing("result", monkeypatch)
    pending, running = CallResult("r-1", CallState.PENDING), CallResult("r-1", CallState.RUNNING)
    clouds.results["caller"] = [pending, running, CallResult("r-1", CallState.FAILED, None, "no")]
    for expected in ("pending", "running"):
        assert yunfn("result", "r-1").stderr == f"request r-1: {expected}\n"
    clouds.results["caller"] = [pending, running, CallResult("r-1", CallState.FAILED, None, "no")]
    done = yunfn("result", "r-1", "--wait")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "request r-1: failed\nno\n")


@pytest.mark.parametrize(
    "refusal",
    [
        AccountMismatchError("caller belongs to account 1, the keys in the environment to account 2"),
        CloudAnswerError("no access key in the environment: set A and B"),
    ],
)
@pytest.mark.parametrize("command", [("status",), ("invoke",), ("result", "r-1"), ("logs",)])
def test_what_is_refused_ends_with_1_and_one_sentence(
    clouds: TwoClouds,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    refusal: Exception,
    command: tuple[str, ...],
) -> None:
    clouds.refusal = refusal
    monkeypatch.setattr(sys, "argv", ["yunfn", *command, "--stack", "dev"])
    with pytest.raises(SystemExit) as ended:
        root.run()
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err) == (1, "", f"error: {refusal}\n")
    assert clouds.invoked == []


def test_a_file_that_is_not_there_is_named(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["yunfn", "invoke", "--file", "/nowhere/event.json", "--stack", "dev"])
    with pytest.raises(SystemExit):
        root.run()
    assert click.unstyle(capsys.readouterr().err) == "error: /nowhere/event.json: No such file or directory\n"
