"""``yunfn access explain``, ``diff`` and ``simulate`` on files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from yunfn.cli.application import application
from yunfn.exceptions import PolicyDocumentError, ValidationError

READ = {"Effect": "Allow", "Action": ["oss:GetObject"], "Resource": ["acs:oss:*:*:b/a/*"]}
OBJECT = "acs:oss:*:1:b/a/k"


def access(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(application, ["access", *arguments], input=stdin)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def write(name: str, *statements: dict[str, Any]) -> str:
        lines = ",\n".join(json.dumps(each) for each in statements)
        (tmp_path / name).write_text(f'{{"Version": "1", "Statement": [\n{lines}\n]}}')
        return name

    return write


def test_explain_is_a_line_a_statement(file: Any) -> None:
    name = file("p.json", READ, {**READ, "Effect": "Deny", "Resource": "*"})
    done = access("explain", name)
    assert (done.exit_code, done.output) == (
        0,
        "Statement[0] (line 2): Allows oss:GetObject on acs:oss:*:*:b/a/*.\n"
        "Statement[1] (line 3): Denies oss:GetObject on every resource, whatever else allows it.\n"
        "Nothing else is allowed by this document, and a Deny wins over every Allow.\n",
    )
    assert json.loads(access("explain", name, "--json").output)[0] == {
        "path": "Statement[0]",
        "line": 2,
        "text": "Allows oss:GetObject on acs:oss:*:*:b/a/*.",
    }


def test_a_document_may_come_on_standard_input() -> None:
    text = json.dumps({"Version": "1", "Statement": [READ]})
    assert access("explain", "-", stdin=text).output.startswith("Statement[0] (line 1): Allows oss:GetObject")


def refused(done: Result) -> str:
    """What a document was refused by; where exit code 1 is an answer, the command has ended with 2."""
    if isinstance(done.exception, PolicyDocumentError):
        return str(done.exception)
    assert done.exit_code == 2
    return done.stderr.removeprefix("error: ").rstrip("\n")


SIMULATE = ("simulate", "--action", "oss:GetObject", "--policy")


@pytest.mark.parametrize("command", [("explain", "-"), ("diff", "-", "p.json"), (*SIMULATE, "-")])
def test_standard_input_that_is_no_text_is_refused_with_its_line(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(application, ["access", *command], input=b'{\n"Version": "\xff"}')
    assert refused(done) == "standard input:2: not UTF-8: byte 0xff"


@pytest.mark.parametrize(
    "command",
    [("diff", "-", "-"), (*SIMULATE, "-", "--session", "-"), (*SIMULATE, "-", "--policy", "-"), ("lint", "-", "-")],
)
def test_standard_input_is_one_document(command: tuple[str, ...]) -> None:
    done = access(*command, stdin=json.dumps({"Version": "1", "Statement": [READ]}))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "is one document: name it once" in done.stderr


@pytest.mark.parametrize("command", [("explain", "p.json"), ("diff", "p.json", "p.json"), (*SIMULATE, "p.json")])
def test_a_malformed_document_is_refused_with_its_line(file: Any, command: tuple[str, ...]) -> None:
    file("p.json", READ, {**READ, "Effect": "Maybe"})
    done = access(*command)
    assert refused(done).startswith("p.json:3: Statement[1].Effect: ")
    assert (done.exit_code == 2) == (command[0] != "explain")


@pytest.mark.parametrize(
    ("action", "told"),
    [("oss:GetObjct", "oss:GetObject?"), ("oss:Qqqqq", "has no action"), ("OSS:getobject", ""), ("slb:Whatever", "")],
)
def test_simulate_refuses_an_action_that_surely_is_none(file: Any, action: str, told: str) -> None:
    """By the services whose actions are all known; else a typo would read as a denial."""
    done = access("simulate", "--policy", file("p.json", READ), "--action", action, "--resource", OBJECT)
    assert done.exit_code == (2 if told else 1 if action.startswith("slb") else 0)
    assert told in done.output


def test_diff_prints_what_is_new_and_ends_with_1(file: Any) -> None:
    old = file("old.json", READ, {"Effect": "Deny", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:b/a/secret/*"})
    more = {"Effect": "Allow", "Action": "oss:PutObject", "Resource": "*", "Condition": {"Bool": {"a:b": "true"}}}
    new = file("new.json", READ, more)
    done = access("diff", old, new)
    assert done.exit_code == 1
    assert sorted(done.output.splitlines()) == [
        "new access: oss:GetObject on acs:oss:*:*:b/a/secret/* (old.json: Statement[1] denied it)",
        "new access: oss:PutObject on *, if a:b is true (new.json: Statement[1] allows it)",
    ]
    found = json.loads(access("diff", old, new, "--json").output)
    assert {each["action"] for each in found} == {"oss:GetObject", "oss:PutObject"}


def test_diff_of_trust_policies_says_who(file: Any) -> None:
    def trust(*names: str) -> dict[str, Any]:
        return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": names}}

    old = file("old.json", trust("acs:ram::1:user/alice"))
    new = file("new.json", trust("acs:ram::1:user/alice", "acs:ram::2:root"))
    done = access("diff", old, new)
    told = "new access: sts:AssumeRole by RAM acs:ram::2:root (new.json: Statement[0] allows it)\n"
    assert (done.exit_code, done.output) == (1, told)
    assert json.loads(access("diff", old, new, "--json").output)[0]["principal"] == "RAM acs:ram::2:root"


def test_diff_of_less_access_ends_with_0(file: Any) -> None:
    old, new = file("old.json", READ), file("new.json", {**READ, "Resource": "acs:oss:*:*:b/a/b/*"})
    done = access("diff", old, new)
    assert (done.exit_code, done.output) == (0, "no new access\n")
    assert (access("diff", old, new, "--json").exit_code, access("diff", old, new, "--json").output) == (0, "[]\n")


def test_policies_of_two_clouds_do_not_compare(file: Any, tmp_path: Path) -> None:
    statement = {"effect": "allow", "action": "cos:GetObject", "resource": "*"}
    (tmp_path / "cam.json").write_text(json.dumps({"version": "2.0", "statement": [statement]}))
    name = file("ram.json", READ)
    assert isinstance(access("diff", name, "cam.json").exception, ValidationError)
    asked = ("--action", "oss:GetObject")
    assert access("simulate", "--policy", name, "--policy", "cam.json", *asked).exit_code == 2


def test_simulate_tells_the_statement_that_allows(file: Any) -> None:
    name = file("p.json", {**READ, "Action": "log:*"}, READ)
    done = access("simulate", "--policy", name, "--action", "oss:GetObject", "--resource", OBJECT)
    assert (done.exit_code, done.output) == (0, f"allowed: Statement[1] of p.json:3 allows oss:GetObject on {OBJECT}\n")
    told = json.loads(
        access("simulate", "--policy", name, "--action", "oss:GetObject", "--resource", OBJECT, "--json").output
    )
    assert told == {
        "allowed": True,
        "reason": "allow",
        "action": "oss:GetObject",
        "resource": OBJECT,
        "file": "p.json",
        "path": "Statement[1]",
        "line": 3,
    }


def test_simulate_tells_the_deny_of_another_policy(file: Any) -> None:
    allow, deny = file("a.json", READ), file("d.json", {**READ, "Effect": "Deny", "Action": "*"})
    done = access("simulate", "--policy", allow, "--policy", deny, "--action", "oss:GetObject", "--resource", OBJECT)
    assert done.exit_code == 1
    assert done.output.startswith(f"denied: Statement[0] of d.json:2 denies oss:GetObject on {OBJECT}, and a Deny wins")


@pytest.mark.parametrize(
    ("role", "session", "lacking"),
    [
        (READ, None, "no statement of the policies"),
        ({**READ, "Action": "*"}, READ, "no statement of the session's policy"),
        (READ, {**READ, "Action": "*"}, "no statement of the role's policies (though one of the session's)"),
        (READ, READ, "no statement, neither of the role's policies nor of the session's,"),
    ],
)
def test_simulate_says_where_a_statement_is_missing(
    file: Any, role: dict[str, Any], session: dict[str, Any] | None, lacking: str
) -> None:
    asked = ["--policy", file("r.json", role), "--action", "oss:PutObject", "--resource", OBJECT]
    asked += ["--session", file("s.json", session)] if session else []
    done = access("simulate", *asked)
    assert (done.exit_code, done.output) == (1, f"denied: {lacking} allows oss:PutObject on {OBJECT}\n")
    assert json.loads(access("simulate", *asked, "--json").output)["lacking"] == lacking


def test_conditions_ask_the_context_and_a_near_miss_is_told(file: Any) -> None:
    name = file("p.json", {**READ, "Condition": {"IpAddress": {"acs:SourceIp": "10.0.0.0/8"}}})
    asked = ("simulate", "--policy", name, "--action", "oss:GetObject", "--resource", OBJECT)
    assert access(*asked, "--context", "acs:SourceIp=10.1.2.3").exit_code == 0
    done = access(*asked, "--context", "acs:SourceIp=11.1.2.3")
    assert done.exit_code == 1
    assert done.output.splitlines()[1] == (
        "    p.json:2: Statement[0] would allow it if acs:SourceIp is an address in 10.0.0.0/8"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        ("--action", "GetObject"), ("--action", "oss:Get*"), ("--action", "*"),
        ("--action", "oss:GetObject", "--resource", "bucket/key"),
        ("--action", "oss:GetObject", "--context", "acs:SourceIp"), (),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2(file: Any, wrong: tuple[str, ...]) -> None:
    assert access("simulate", "--policy", file("p.json", READ), *wrong).exit_code == 2


def test_a_trust_policy_is_none_of_the_roles_rights(file: Any) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["fc.aliyuncs.com"]}}
    done = access("simulate", "--policy", file("t.json", trust), "--action", "sts:AssumeRole")
    assert done.exit_code == 2
    assert (
        access("explain", "t.json").output == "Statement[0] (line 2): Lets the service fc.aliyuncs.com take the role.\n"
    )
