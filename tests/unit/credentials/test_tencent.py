"""How Tencent Cloud's STS and CAM are asked: what is encoded, what is read of a role, and what is repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pytest

from yunfn.access import cos
from yunfn.access.grammar import CAM
from yunfn.access.sts import SessionRequest, assume, session_policy
from yunfn.credentials import repeating
from yunfn.credentials.tencent import TencentTokens
from yunfn.exceptions import CloudAnswerError
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_session import TencentSession

UIN = "100000000001"
CUT = session_policy([cos.read("data-1250000000", "文/")], CAM)
REQUEST = SessionRequest(CUT, f"qcs::cam::uin/{UIN}:roleName/reader", "s1", 900, external_id="team-7")
GIVEN = {
    "Credentials": {"Token": "t", "TmpSecretId": "AKIDx", "TmpSecretKey": "s"},
    "ExpiredTime": 4070919845,
}
READS = '{"version":"2.0","statement":[{"effect":"allow","action":["cos:Get*","cos:Head*"],"resource":["*"]}]}'


class Cloud:
    """In the place of API 3.0: what was asked, and answers or errors by action."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {
            "GetCallerIdentity": {"AccountId": UIN, "UserId": "7", "Type": "CAMUser", "Arn": f"qcs::cam:{UIN}:uin/7"},
            "GetRole": {"RoleInfo": {"RoleId": "46", "SessionDuration": 3600}},
            "ListAttachedRolePolicies": {"TotalNum": 1, "List": [{"PolicyId": 1, "PolicyName": "reads"}]},
            "GetPolicy": {"PolicyDocument": READS},
            "AssumeRole": GIVEN,
            "GetFederationToken": GIVEN,
        }

    def ask(self, action: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        self.asked.append((action, dict(parameters or {})))
        found = self.answers[action]
        if isinstance(found, list):
            found = found.pop(0)
        if isinstance(found, Exception):
            raise found
        return dict(found)

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.asked]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    made = Cloud()
    monkeypatch.setattr(TencentClient, "ask", lambda _, *asked: made.ask(*asked))
    monkeypatch.setattr(repeating.time, "sleep", lambda seconds: None)
    yield made


def tokens() -> TencentTokens:
    return TencentTokens(TencentSession("AKID", "the-callers-secret", "", "ap-shanghai", "1250000000"))


def refusal(code: str) -> CloudAnswerError:
    return CloudAnswerError(f"STS: {code}: no (request r-1)", code=code, status=200)


def test_the_policy_is_encoded_once_more_and_all_else_is_said(cloud: Cloud) -> None:
    made = assume(tokens(), REQUEST)
    assert cloud.actions == ["GetCallerIdentity", "GetRole", "ListAttachedRolePolicies", "GetPolicy", "AssumeRole"]
    sent = cloud.asked[-1][1]
    assert unquote(sent["Policy"]) == CUT.text and sent["Policy"].isascii() and '"' not in sent["Policy"]
    assert sent["DurationSeconds"] == 900
    assert (sent["RoleArn"], sent["RoleSessionName"], sent["ExternalId"]) == (REQUEST.role, "s1", "team-7")
    assert made.credentials.role_checked and made.credentials.expiration.year == 2099


def test_a_federation_token_has_a_name_and_no_role(cloud: Cloud) -> None:
    made = assume(tokens(), SessionRequest(CUT, session="uploader"))
    assert cloud.actions == ["GetCallerIdentity", "GetFederationToken"]
    assert cloud.asked[-1][1].keys() == {"Policy", "DurationSeconds", "Name"}
    assert "only the session policy was checked" in made.checked


@pytest.mark.parametrize(
    ("arn", "named"),
    [
        (f"qcs::cam::uin/{UIN}:role/46", {"RoleId": "46"}),
        (f"qcs::cam::uin/{UIN}:role/tencentcloudServiceRole/46", {"RoleId": "46"}),
        (f"qcs::cam::uin/{UIN}:role/tencentcloudServiceRoleName/SCF_ExecuteRole", {"RoleName": "SCF_ExecuteRole"}),
    ],
)
def test_a_role_is_looked_up_as_its_arn_names_it(cloud: Cloud, arn: str, named: dict[str, str]) -> None:
    assume(tokens(), SessionRequest(CUT, arn))
    assert dict(cloud.asked)["GetRole"] == named


def test_every_page_of_a_roles_policies_is_read(cloud: Cloud) -> None:
    rows = [{"PolicyId": number, "PolicyName": "reads"} for number in range(201)]
    cloud.answers["ListAttachedRolePolicies"] = [
        {"TotalNum": 201, "List": rows[:200]},
        {"TotalNum": 201, "List": rows[200:]},
    ]
    assume(tokens(), REQUEST)
    assert [asked["Page"] for action, asked in cloud.asked if action == "ListAttachedRolePolicies"] == [1, 2]
    assert cloud.actions.count("GetPolicy") == 201


def test_a_role_of_another_account_or_a_hidden_one_is_not_judged(cloud: Cloud) -> None:
    other = SessionRequest(CUT, "qcs::cam::uin/200000000002:roleName/reader")
    assert not assume(tokens(), other).credentials.role_checked
    assert "GetRole" not in cloud.actions
    cloud.answers["GetRole"] = refusal("UnauthorizedOperation.CAM")
    assert "this key may not read the role's policies" in assume(tokens(), REQUEST).checked


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "InternalError.DbError", ""])
def test_what_passes_is_asked_again(cloud: Cloud, code: str) -> None:
    passing = refusal(code) if code else CloudAnswerError("STS: no answer (request -)")
    cloud.answers["AssumeRole"] = [passing, passing, GIVEN]
    assume(tokens(), REQUEST)
    assert cloud.actions.count("AssumeRole") == 3


def test_a_refusal_is_told_at_once(cloud: Cloud) -> None:
    cloud.answers["AssumeRole"] = refusal("ResourceNotFound.RoleNotFound")
    with pytest.raises(CloudAnswerError, match=r"RoleNotFound: no \(request r-1\)"):
        assume(tokens(), REQUEST)
    assert cloud.actions.count("AssumeRole") == 1


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        ({"UserId": UIN, "Type": "CAMUser", "Arn": f"qcs::cam:{UIN}:uin/{UIN}"}, "root"),
        ({"UserId": "7", "Type": "CAMUser", "Arn": f"qcs::cam:{UIN}:uin/7"}, "user"),
        ({"UserId": "46:s", "Type": "CAMRole", "Arn": f"qcs::sts:{UIN}:assumed-role/46"}, "role"),
        ({"UserId": f"{UIN}:x", "Type": "CAMUser", "Arn": f"qcs::sts:{UIN}:federated-user/{UIN}"}, "role"),
    ],
)
def test_whose_key_it_is(cloud: Cloud, identity: dict[str, str], kind: str) -> None:
    cloud.answers["GetCallerIdentity"] = {"AccountId": UIN, **identity}
    assert tokens().caller().kind == kind
