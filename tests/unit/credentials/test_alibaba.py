"""How Alibaba Cloud's STS and RAM are asked: what is repeated, what is told, and what is never read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.client import AcsClient

from yunfn.access import oss
from yunfn.access.grammar import RAM
from yunfn.access.sts import SessionRequest, assume, session_policy
from yunfn.credentials import repeating
from yunfn.credentials.alibaba import AlibabaTokens
from yunfn.exceptions import CloudAnswerError
from yunfn.storage.alibaba_session import AlibabaSession

ACCOUNT, SECRET, TOKEN = "1234567890123456", "the-callers-secret", "the-new-secret"
REQUEST = SessionRequest(
    session_policy([oss.read("data")], RAM), f"acs:ram::{ACCOUNT}:role/reader", "s1", 900, external_id="sesame"
)
ANSWERS = {
    "GetCallerIdentity": {"AccountId": ACCOUNT, "Arn": f"acs:ram::{ACCOUNT}:user/bob", "IdentityType": "RAMUser"},
    "GetRole": {"Role": {"MaxSessionDuration": 3600}},
    "ListPoliciesForRole": {"Policies": {"Policy": [{"PolicyName": "reads", "PolicyType": "Custom"}]}},
    "GetPolicy": {
        "DefaultPolicyVersion": {
            "PolicyDocument": '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*"}]}'
        }
    },
    "AssumeRole": {
        "Credentials": {
            "AccessKeyId": "STS.id",
            "AccessKeySecret": TOKEN,
            "SecurityToken": TOKEN,
            "Expiration": "2099-01-02T03:04:05Z",
        }
    },
}


class Cloud:
    """In the place of the SDK's transport: what was asked, and answers or errors by operation."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[Any]] = {}

    def answer(self, client: AcsClient, request: Any) -> bytes:
        action = request.get_action_name()
        self.asked.append((action, dict(request.get_query_params())))
        planned = self.answers.get(action)
        found = planned.pop(0) if planned else ANSWERS[action]
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, bytes) else json.dumps(found).encode()

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.asked]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    made = Cloud()
    monkeypatch.setattr(AcsClient, "do_action_with_exception", lambda client, request: made.answer(client, request))
    monkeypatch.setattr(repeating.time, "sleep", lambda seconds: None)
    yield made


def tokens(account: str = ACCOUNT) -> AlibabaTokens:
    return AlibabaTokens(AlibabaSession("LTAI", SECRET, "", "cn-shanghai", account))


def test_the_call_says_all_that_was_asked_for(cloud: Cloud) -> None:
    made = assume(tokens(), REQUEST)
    assert cloud.actions == ["GetCallerIdentity", "GetRole", "ListPoliciesForRole", "GetPolicy", "AssumeRole"]
    sent = cloud.asked[-1][1]
    assert sent["Policy"] == REQUEST.policy.text
    assert (sent["RoleArn"], sent["RoleSessionName"], sent["ExternalId"]) == (REQUEST.role, "s1", "sesame")
    assert int(sent["DurationSeconds"]) == 900
    assert made.credentials.role_checked and made.credentials.expiration.year == 2099


def test_a_role_of_another_account_is_not_looked_up_in_this_one(cloud: Cloud) -> None:
    made = assume(tokens("7777777777777777"), REQUEST)
    assert cloud.actions == ["GetCallerIdentity", "AssumeRole"]
    assert "only the session policy was checked: the role is another account's" in made.checked


@pytest.mark.parametrize("action", ["GetRole", "ListPoliciesForRole", "GetPolicy"])
@pytest.mark.parametrize("code", ["NoPermission", "Forbidden.RAM"])
def test_a_key_that_may_not_read_roles_gets_credentials_all_the_same(cloud: Cloud, action: str, code: str) -> None:
    cloud.answers[action] = [ServerException(code, "not you", 403, "r-1")]
    assert not assume(tokens(), REQUEST).credentials.role_checked


def test_a_policy_in_words_of_tomorrow_hinders_nobody(cloud: Cloud) -> None:
    cloud.answers["GetPolicy"] = [{"DefaultPolicyVersion": {"PolicyDocument": '{"Version":"9","Rules":[]}'}}]
    made = assume(tokens(), REQUEST)
    assert "a policy of the role is in words that yunfn does not know: reads" in made.checked


@pytest.mark.parametrize(
    "passing",
    [
        ServerException("Throttling.User", "slow down", 400, "r-1"),
        ServerException("ServiceUnavailable", "later", 503, "r-1"),
        ClientException("SDK.HttpError", "connection reset"),
        b"<html>a gateway's page</html>",
    ],
)
def test_what_passes_is_asked_again(cloud: Cloud, passing: Any) -> None:
    cloud.answers["AssumeRole"] = [passing, passing]
    assume(tokens(), REQUEST)
    assert cloud.actions.count("AssumeRole") == 3
    cloud.answers["AssumeRole"] = [passing] * 9
    with pytest.raises(CloudAnswerError, match="STS AssumeRole: "):
        assume(tokens(), REQUEST)
    assert len(cloud.answers["AssumeRole"]) == 5


def test_a_refusal_is_told_once_with_api_code_and_request(cloud: Cloud) -> None:
    cloud.answers["AssumeRole"] = [ServerException("NoPermission", "its trust policy", 403, "r-17")]
    with pytest.raises(CloudAnswerError) as caught:
        assume(tokens(), REQUEST)
    assert str(caught.value) == "STS AssumeRole: NoPermission: its trust policy (request r-17)"
    assert (caught.value.code, caught.value.status) == ("NoPermission", 403)


def test_no_error_holds_a_secret(cloud: Cloud) -> None:
    url = f"HTTPSConnectionPool(host='sts'): url: /?Signature={SECRET}&SecurityToken={TOKEN} (Caused by it)"
    signed = ClientException("SDK.HttpError", url)
    differing = ServerException("SignatureDoesNotMatch", f"server string to sign is:POST&%2F&{TOKEN}", 400, "r-1")
    for broken in ([signed] * 9, [f"{{{TOKEN}".encode()] * 9, [differing]):
        cloud.answers["AssumeRole"] = list(broken)
        with pytest.raises(CloudAnswerError) as caught:
            assume(tokens(), REQUEST)
        assert SECRET not in str(caught.value) and TOKEN not in str(caught.value)
        assert str(caught.value).endswith(
            (" (Caused by it) (request -)", "not JSON (request -)", "wrong (request r-1)")
        )
        assert caught.value.__cause__ is None and caught.value.__suppress_context__
