"""``yunfn local denials``: who was denied what, and the statement that was missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from unit.cli.command import Yunfn
from unit.cli.journaled_cloud import ROLE, TENCENT_ROLE, JournaledCloud, denied, lacked, used
from yunfn.cli.application import application
from yunfn.localcloud.policy_decision import Place
from yunfn.localcloud.rights import distrusted

PUT = ("oss:PutObject", "acs:oss:*:1:b/k")


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JournaledCloud:
    return JournaledCloud(tmp_path / "home", monkeypatch)


def denials(*arguments: str) -> Result:
    return CliRunner().invoke(application, ["local", "denials", *arguments])


def test_none_is_said_too(cloud: JournaledCloud) -> None:
    cloud.did(ROLE, used(*PUT))
    assert (denials().exit_code, denials().output) == (0, "no call was denied\n")
    assert json.loads(denials("--json").output) == []


def test_a_missing_statement_is_printed_ready_to_paste(cloud: JournaledCloud) -> None:
    for hour in (10, 11):
        cloud.did(ROLE, used("oss:GetObject", "acs:oss:*:1:b/k"), lacked(*PUT), hour=hour)
    cloud.did(TENCENT_ROLE, lacked("name/cos:PutObject", "qcs::cos:r:uid/1:b-1/k"))
    done = denials()
    assert done.exit_code == 0
    assert done.output == (
        f"{ROLE}\n"
        "  oss:PutObject on acs:oss:*:1:b/k\n"
        "    oss GetObject: 2 times, last 2030-01-01T11:00:00.000Z\n"
        "    no policy of role dev-shop allows it; add to one of them:\n"
        '    {"Effect": "Allow", "Action": ["oss:PutObject"], "Resource": ["acs:oss:*:1:b/k"]}\n'
        f"{TENCENT_ROLE}\n"
        "  name/cos:PutObject on qcs::cos:r:uid/1:b-1/k\n"
        "    cos PutObject: 2030-01-01T12:00:00.000Z\n"
        "    no policy of role dev-web allows it; add to one of them:\n"
        '    {"effect": "allow", "action": ["name/cos:PutObject"], "resource": ["qcs::cos:r:uid/1:b-1/k"]}\n'
    )


def test_a_deny_is_named_and_no_statement_offered(cloud: JournaledCloud) -> None:
    cloud.did(ROLE, denied(*PUT))
    cloud.did(ROLE, denied("oss:GetObject", "acs:oss:*:1:b/k", Place.BUCKET))
    cloud.did(ROLE, denied("oss:DeleteObject", "acs:oss:*:1:b/k", Place.SESSION))
    found = json.loads(denials("--json").output)
    wins = "denies it, and a Deny wins over every Allow"
    assert [each["reason"] for each in found] == [
        f"statement[2] of policy guard of role dev-shop {wins}",
        f"statement[2] of the policy of bucket guard {wins}",
        f"statement[2] of the policy of the session {wins}",
    ]
    assert not any("add" in each for each in found)


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        (
            (Place.SESSION,),
            "the policies of role dev-shop allow it, but the policy of the session does not; add to that:",
        ),
        (
            (Place.POLICIES, Place.SESSION),
            "neither a policy of role dev-shop nor the policy of the session allows it; add to both:",
        ),
        ((Place.SIGNATURE,), "nobody signed the request, so no policy of a user or role would help"),
    ],
)
def test_what_the_session_lacks_is_told_apart(cloud: JournaledCloud, places: tuple[Place, ...], reason: str) -> None:
    cloud.did("" if places == (Place.SIGNATURE,) else ROLE, lacked(*PUT, *places))
    (found,) = json.loads(denials("--json").output)
    assert found["reason"] == reason
    assert ("add" in found) is (places != (Place.SIGNATURE,))


@pytest.mark.parametrize(
    ("principal", "who"),
    [
        ("acs:ram::1:user/bob", "user bob"),
        ("qcs::cam::uin/1:uin/100000000009", "user 100000000009"),
        ("qcs::sts::uin/1:federated-user/1/name", "the caller"),
    ],
)
def test_users_are_named(cloud: JournaledCloud, principal: str, who: str) -> None:
    cloud.did(principal, lacked(*PUT))
    assert f"no policy of {who} allows it; add to one of them:" in denials().output


def test_a_session_of_the_account_itself_has_its_policy_only(cloud: JournaledCloud) -> None:
    cloud.did("qcs::sts::uin/1:federated-user/1/name", lacked(*PUT, Place.SESSION))
    assert "    the policy of the session does not allow it; add to that:\n" in denials().output


def test_names_command_no_terminal(cloud: JournaledCloud) -> None:
    cloud.did(ROLE, lacked("oss:GetObject", "acs:oss:*:1:b/\x1b[2J\x9b\u202e\nfür云"))
    output = denials().output
    assert "oss:GetObject on acs:oss:*:1:b/\\x1b[2J\\x9b\\u202e\\nfür云\n" in output
    assert all(letter.isprintable() or letter == "\n" for letter in output)


def test_trust_that_is_missing_is_printed(cloud: JournaledCloud) -> None:
    cloud.did("acs:ram::1:user/bob", distrusted("acs:ram::1:role/r", "RAM", "acs:ram::1:user/bob"))
    shown = denials().output
    assert "the trust policy of acs:ram::1:role/r does not name who asks; add to it:" in shown
    assert '{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": ["acs:ram::1:user/bob"]}}' in shown


def test_since_and_principal_narrow(cloud: JournaledCloud) -> None:
    cloud.did(ROLE, lacked(*PUT), hour=9)
    cloud.did(TENCENT_ROLE, lacked("name/cos:PutObject", "qcs::cos:r:uid/1:b-1/k"), hour=20)
    assert len(json.loads(denials("--json", "--since", "2030-01-01T10:00:00Z").output)) == 1
    assert len(json.loads(denials("--json", "--since", "2030-01-01T17:30:00+08:00").output)) == 1
    assert len(json.loads(denials("--json", "--since", "2030-01-01T16:30:00+08:00").output)) == 2
    (found,) = json.loads(denials("--json", "--principal", "dev-shop").output)
    assert found["principal"] == ROLE


def test_a_span_is_of_the_clouds_clock(cloud: JournaledCloud) -> None:
    cloud.did(ROLE, lacked(*PUT), hour=9)
    now = cloud.cloud.clock.now()
    cloud.cloud.clock.move((datetime(2030, 1, 1, 10, tzinfo=UTC) - now).total_seconds())
    assert len(json.loads(denials("--json", "--since", "2h").output)) == 1
    assert json.loads(denials("--json", "--since", "30m").output) == []


@pytest.mark.parametrize("since", ["soon", "2030-01-01T10:00:00", "99999999d", "-1h"])
def test_a_time_that_is_none_is_wrong_usage(cloud: JournaledCloud, since: str) -> None:
    assert denials("--since", since).exit_code == 2


def test_without_a_cloud_it_is_said_how_to_start_one(yunfn: Yunfn) -> None:
    done = yunfn.inside("local", "denials")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: no local cloud runs at {yunfn.home.folder}; start one: yunfn local start\n"
