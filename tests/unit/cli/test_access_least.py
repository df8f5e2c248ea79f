"""``yunfn access least``: what a stack's roles never used, and what they were denied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from unit.cli.command import Yunfn
from unit.cli.journaled_cloud import ROLE, TENCENT_ROLE, JournaledCloud, lacked, used
from unit.deployment.states_of_stacks import state
from unit.deployment.test_rights import (
    CAM_TRUST,
    cam_policy,
    cam_resource,
    ram_attachment,
    ram_policy_resource,
    ram_role,
)
from yunfn import deployment
from yunfn.cli.application import application
from yunfn.exceptions import StackError

POLICY = {"Effect": "Allow", "Action": ["oss:GetObject", "oss:PutObject"], "Resource": ["acs:oss:*:*:b/*"]}
READ, WRITE = ("oss:GetObject", "acs:oss:*:1:b/k"), ("oss:PutObject", "acs:oss:*:1:b/k")


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JournaledCloud:
    exported = state(
        ram_role("Dev-Shop"),
        ram_policy_resource("shop", json.dumps({"Version": "1", "Statement": [POLICY]})),
        ram_attachment("Dev-Shop", "shop"),
    )
    monkeypatch.setattr(deployment, "export", lambda stack: exported)
    return JournaledCloud(tmp_path / "home", monkeypatch)


def least(*arguments: str) -> Result:
    return CliRunner().invoke(application, ["access", "least", "-s", "dev", *arguments])


def test_everything_used_ends_with_0(cloud: JournaledCloud) -> None:
    cloud.did(ROLE, used(*READ), used(*WRITE))
    done = least()
    assert (done.exit_code, done.output) == (
        0,
        "role Dev-Shop (alibaba): 2 different rights used\n  everything granted was used, nothing was denied\n",
    )


def test_what_was_not_used_ends_with_1(cloud: JournaledCloud) -> None:
    cloud.did(ROLE, used(*READ))
    cloud.did("acs:ram::1:assumed-role/dev-shop-2/x", used(*WRITE))
    cloud.did("acs:ram::1:user/dev-shop", used(*WRITE))
    done = least("--document")
    assert done.exit_code == 1
    told, document = done.output.split("{", 1)
    assert told == (
        "role Dev-Shop (alibaba): 1 right used\n"
        "  shop: Statement[0].Action[1]: oss:PutObject on acs:oss:*:*:b/* was not used\n"
    )
    assert json.loads("{" + document)["Statement"] == [{**POLICY, "Action": ["oss:GetObject"]}]


def test_what_was_denied_is_told_with_what_was_missing(cloud: JournaledCloud) -> None:
    cloud.did(ROLE, used(*READ), used(*WRITE), lacked("oss:DeleteObject", "acs:oss:*:1:b/k"))
    done = least()
    assert done.exit_code == 1
    assert "  denied: oss:DeleteObject on acs:oss:*:1:b/k (2030-01-01T12:00:00.000Z)\n" in done.output
    assert '    {"Effect": "Allow", "Action": ["oss:DeleteObject"], "Resource": ["acs:oss:*:1:b/k"]}\n' in done.output
    (found,) = json.loads(least("--json").output)
    assert (found["role"], found["unused"], found["used"]) == ("Dev-Shop", [], 2)
    assert found["denied"][0]["reason"] == "no policy of role dev-shop allows it; add to one of them:"
    assert found["least"]["Statement"] == [POLICY]


def test_what_was_denied_before_the_role_got_it_is_not_told(
    cloud: JournaledCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.did(ROLE, lacked(*READ), used(*READ), used(*WRITE), lacked("oss:GetObject", "acs:oss:*:1:other/k"))
    assert "denied: oss:GetObject on acs:oss:*:1:b/k" not in least().output
    assert "denied: oss:GetObject on acs:oss:*:1:other/k" in least().output
    taken_away = {**POLICY, "Effect": "Deny"}
    conditional = {**POLICY, "Condition": {"NotIpAddress": {"acs:SourceIp": "10.0.0.0/8"}}}
    for statements in ([POLICY, taken_away], [conditional]):
        policy = ram_policy_resource("shop", json.dumps({"Version": "1", "Statement": statements}))
        exported = state(ram_role("Dev-Shop"), policy, ram_attachment("Dev-Shop", "shop"))
        monkeypatch.setattr(deployment, "export", lambda stack, exported=exported: exported)
        assert "denied: oss:GetObject on acs:oss:*:1:b/k" in least().output


def test_the_clouds_own_policies_count_and_what_is_not_seen_is_named(
    cloud: JournaledCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = state(
        ram_role("dev-shop"),
        ram_attachment("dev-shop", "AliyunOSSReadOnlyAccess", "System"),
        ram_attachment("dev-shop", "of-others"),
    )
    monkeypatch.setattr(deployment, "export", lambda stack: exported)
    cloud.did(ROLE, used(*READ))
    done = least()
    assert done.exit_code == 1
    assert "AliyunOSSReadOnlyAccess: Statement[0].Action[0]: oss:Get* on *: only oss:GetObject was used" in done.output
    assert "not looked at, the stack does not hold them: of-others" in done.output


def test_the_same_on_tencent(cloud: JournaledCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    exported = state(
        cam_resource("Role", "web", "dev-web", roleName="dev-web", policyDocument=CAM_TRUST),
        cam_resource("Policy", "p", "17", policyName="web", policyDocument=cam_policy()),
        cam_resource("RolePolicyAttachment", "a", "dev-web#17", roleName="dev-web", policyId="17", policyName="web"),
    )
    monkeypatch.setattr(deployment, "export", lambda stack: exported)
    assert "web: statement[0].action[0]: name/cos:GetObject on qcs::cos:" in least().output
    resource = json.loads(cam_policy())["statement"][0]["resource"][0]
    cloud.did(TENCENT_ROLE, used("name/cos:GetObject", resource.replace("*", "k")))
    assert least().exit_code == 0


def test_a_stack_without_roles_is_refused(cloud: JournaledCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def empty(stack: str) -> Any:
        return state()

    monkeypatch.setattr(deployment, "export", empty)
    assert isinstance(least().exception, StackError)


def test_without_a_cloud_it_is_said_how_to_start_one(yunfn: Yunfn) -> None:
    done = yunfn.inside("access", "least", "-s", "dev")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: no local cloud runs at {yunfn.home.folder}; start one: yunfn local start\n"
