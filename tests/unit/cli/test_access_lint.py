"""``yunfn access lint``: files, standard input, roles, environments and stacks; what it prints and exits with."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from unit.cli.command import Yunfn

EXAMPLES = Path(__file__).parents[2] / "inputs" / "policies" / "findings"
GOOD = EXAMPLES / "YF-RAM-002-good.json"
BAD = EXAMPLES / "YF-RAM-004-bad.json"
MILD = EXAMPLES / "YF-RAM-017-bad.json"


def found(yunfn: Yunfn, *arguments: str | Path, stdin: str = "") -> tuple[int, list[dict[str, Any]]]:
    done = yunfn.inside("access", "lint", "--json", *arguments, stdin=stdin)
    return done.returncode, json.loads(done.stdout)


def test_a_good_document_ends_with_0(yunfn: Yunfn) -> None:
    done = yunfn.inside("access", "lint", GOOD)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no findings\n", "")


def test_a_bad_one_ends_with_1_and_is_told_by_line_and_remedy(yunfn: Yunfn) -> None:
    done = yunfn.inside("access", "lint", BAD)
    assert done.returncode == 1
    first, remedy, last = done.stdout.splitlines()
    assert first.startswith(f"{BAD}:13: warning YF-RAM-004 Statement[0].Resource[0]: acs:oss:*:*:* is every resource")
    assert remedy == "    Name the bucket, instance, project or function that is used."
    assert last == "1 warning"
    assert "\x1b" not in done.stdout


def test_json_has_a_record_for_each(yunfn: Yunfn) -> None:
    code, (record,) = found(yunfn, BAD)
    assert code == 1
    assert list(record) == ["id", "severity", "file", "path", "line", "message", "remedy"]
    assert (record["id"], record["severity"], record["file"]) == ("YF-RAM-004", "warning", str(BAD))


def test_findings_that_inform_end_with_0_unless_strict(yunfn: Yunfn) -> None:
    assert found(yunfn, MILD)[0] == 0
    assert found(yunfn, "--strict", MILD)[0] == 1


def test_what_is_ignored_is_neither_told_nor_counted(yunfn: Yunfn) -> None:
    assert found(yunfn, "--ignore", "yf-ram-004", BAD) == (0, [])
    done = yunfn.inside("access", "lint", "--ignore", "YF-RAM-999", BAD)
    assert (done.returncode, "YF-RAM-999" in done.stderr) == (2, True)
    done = yunfn.inside("access", "lint", "--ignore", "YF-RAM-000", "no-such-file.json")
    assert (done.returncode, "cannot be ignored" in done.stderr) == (2, True)


def test_what_cannot_be_read_is_a_finding_among_the_others(yunfn: Yunfn, tmp_path: Path) -> None:
    (mark := tmp_path / "mark.json").write_bytes(b"\xef\xbb\xbf" + GOOD.read_bytes())
    (other := tmp_path / "other.json").write_text("{}", encoding="utf-16")
    code, records = found(yunfn, tmp_path / "none.json", tmp_path, mark, other, BAD)
    assert code == 1
    assert [(each["id"], each["message"][:28]) for each in records] == [
        ("YF-RAM-000", "cannot be read: No such file"),
        ("YF-RAM-000", "cannot be read: Is a directo"),
        ("YF-RAM-000", "begins with a byte order mar"),
        ("YF-RAM-000", "not UTF-8: byte 0xff"),
        ("YF-RAM-004", "acs:oss:*:*:* is every resou"),
    ]


def test_several_files_and_standard_input(yunfn: Yunfn) -> None:
    code, records = found(yunfn, GOOD, "-", BAD, stdin=BAD.read_text())
    assert code == 1
    assert [each["file"] for each in records] == ["standard input", str(BAD)]


def test_a_malformed_document_is_in_the_same_list(yunfn: Yunfn) -> None:
    code, (record,) = found(yunfn, EXAMPLES / "YF-RAM-000-bad.json")
    assert (code, record["id"], record["line"], record["severity"]) == (1, "YF-RAM-000", 9, "error")


def test_nothing_to_check_is_wrong_usage(yunfn: Yunfn) -> None:
    assert yunfn.inside("access", "lint").returncode == 2


def test_files_of_one_role_add_up(yunfn: Yunfn, tmp_path: Path) -> None:
    for name, action, resource in (
        ("pass", "ram:PassRole", "acs:ram:*:*:role/*"),
        ("create", "fc:CreateFunction", "acs:fc:*:*:functions/orders"),
    ):
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        (tmp_path / f"{name}.json").write_text(json.dumps({"Version": "1", "Statement": [statement]}))
    files = [tmp_path / "pass.json", tmp_path / "create.json", EXAMPLES / "YF-RAM-009-good.json"]
    assert "YF-RAM-008" not in {each["id"] for each in found(yunfn, *files)[1]}
    assert "YF-RAM-008" in {each["id"] for each in found(yunfn, "--role", *files)[1]}
    assert {each["id"] for each in found(yunfn, "--managed", "AliyunOSSFullAccess", *files)[1]} >= {
        "YF-RAM-006",
        "YF-RAM-008",
    }


def test_a_role_has_policies_of_one_cloud(yunfn: Yunfn) -> None:
    done = yunfn.inside("access", "lint", "--role", GOOD, EXAMPLES / "YF-CAM-004-good.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "YF-CAM-004-good.json" in done.stderr
    assert "is of another cloud" in done.stderr


@pytest.mark.parametrize(("name", "code"), [("AliyunOSFullAccess", 1), ("AliyunFooReadOnlyAccess", 0)])
def test_a_policy_of_the_cloud_that_is_not_known_is_said_to_be(yunfn: Yunfn, name: str, code: int) -> None:
    done = yunfn.inside("access", "lint", "--managed", name)
    assert (done.returncode, "going by its name" in done.stdout) == (code, code == 1)
    assert f"{name} of the cloud is not known here" in done.stderr
    assert yunfn.inside("access", "lint", "--managed", "AliyunOSSFullAccess").stderr == ""


def test_secrets_in_an_environment_are_told_and_not_shown(yunfn: Yunfn, tmp_path: Path) -> None:
    lines = tmp_path / "function.env"
    lines.write_text("# keys\nexport ID='LTAI5tQ7wErTy3uIoPaSdFgH'\nREGION=cn-hangzhou\n")
    for file in (lines, EXAMPLES / "YF-RAM-013-bad.json"):
        done = yunfn.inside("access", "lint", "--environment", file)
        assert (done.returncode, "YF-RAM-013" in done.stdout) == (1, True)
        assert "5tQ7wErTy3" not in done.stdout + done.stderr
    in_json = tmp_path / "function.json"
    in_json.write_text('{"REGION": "cn-hangzhou",\n\n"ID": "LTAI5tQ7wErTy3uIoPaSdFgH"}')
    assert [
        (each["path"], each["line"]) for file in (lines, in_json) for each in found(yunfn, "--environment", file)[1]
    ] == [
        ("ID", 2),
        ("ID", 3),
    ]


def test_the_roles_of_a_stack(yunfn: Yunfn, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(kind: str, name: str, **outputs: Any) -> dict[str, Any]:
        return {"urn": f"urn:pulumi:dev::shop::{kind}::{name}", "type": kind, "id": name, "outputs": outputs}

    trust = (EXAMPLES / "YF-RAM-009-good.json").read_text()
    exported = {
        "deployment": {
            "resources": [
                made("alicloud:ram/role:Role", "orders", roleName="orders", assumeRolePolicyDocument=trust),
                made("alicloud:ram/policy:Policy", "wide", policyName="wide", policyDocument=BAD.read_text()),
                made(
                    "alicloud:ram/rolePolicyAttachment:RolePolicyAttachment",
                    "one",
                    roleName="orders",
                    policyName="wide",
                    policyType="Custom",
                ),
                made(
                    "alicloud:ram/rolePolicyAttachment:RolePolicyAttachment",
                    "two",
                    roleName="orders",
                    policyName="AliyunLogFullAccess",
                    policyType="System",
                ),
            ]
        }
    }
    monkeypatch.setattr(
        sys.modules["yunfn.cli.access.lint"], "export", lambda stack: exported if stack == "dev" else None
    )
    code, records = found(yunfn, "-s", "dev")
    assert code == 1
    assert [(each["id"], each["file"]) for each in records] == [
        ("YF-RAM-004", "alibaba role orders, wide"),
        ("YF-RAM-006", "alibaba role orders, AliyunLogFullAccess"),
    ]
