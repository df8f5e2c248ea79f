"""Whose key the environment holds; what STS or the way to it refuses is told without what was signed."""

from __future__ import annotations

import gc
import json

import psutil
import pytest
from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.client import AcsClient

from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.storage.alibaba_session import from_environment

TOKEN = "the-token"
VARIABLES = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.id",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "the-secret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
    "ALIBABA_CLOUD_REGION": "cn-shanghai",
}


def test_the_account_is_the_one_that_the_key_belongs_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AcsClient, "do_action_with_exception", lambda *_: json.dumps({"AccountId": "17"}).encode())
    session = from_environment(None, VARIABLES)
    assert (session.account, session.region, session.token) == ("17", "cn-shanghai", TOKEN)
    assert TOKEN not in repr(session) and "the-secret" not in repr(session)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ClientException("SDK.HttpError", f"host='sts', url: /?SecurityToken={TOKEN}&Signature=x (Caused by y)"),
            "STS GetCallerIdentity: no answer: host='sts', url: /?… (Caused by y) (request -)",
        ),
        (
            ServerException("SignatureDoesNotMatch", f"server string to sign is:POST&{TOKEN}", 400, "r-1"),
            "STS GetCallerIdentity: SignatureDoesNotMatch: the secret of the key is wrong (request r-1)",
        ),
        (
            ServerException("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404, "r-2"),
            "STS GetCallerIdentity: InvalidAccessKeyId.NotFound: Specified access key is not found. (request r-2)",
        ),
        (
            ServerException("InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.", 400, "r-3"),
            "STS GetCallerIdentity: InvalidSecurityToken.Malformed: Specified SecurityToken is malformed. (request r-3)"
            "; the token came as ALIBABA_CLOUD_SECURITY_TOKEN: unset it if it is left over from another key",
        ),
    ],
)
def test_a_refusal_holds_nothing_that_was_signed(
    monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:  # fmt: skip
    def refusing(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(AcsClient, "do_action_with_exception", refusing)
    with pytest.raises(CloudAnswerError) as caught:
        from_environment(None, VARIABLES)
    assert str(caught.value) == told
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


@pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")
def test_no_connection_is_left_to_the_garbage_collector(in_cloud: Connection) -> None:
    def connections() -> set[object]:
        found = psutil.Process().net_connections("tcp")
        return {each.laddr for each in found if each.raddr and each.raddr.port == in_cloud.proxy_port}

    gc.collect()
    before = connections()
    gc.disable()
    try:
        assert from_environment().account == in_cloud.home.account
        assert connections() <= before
    finally:
        gc.enable()
