"""ROA style signatures, as Function Compute's official clients make them."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from alibabacloud_fc20230330 import models
from alibabacloud_fc20230330.client import Client as FcClient
from alibabacloud_tea_openapi.models import Config
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RoaRequest

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from unit.localcloud.alibaba.signatures.signing import mac
from yunfn.localcloud.keys import AccessKey, Principal

pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")


@pytest.fixture
def session_key(cloud: ServedCloud) -> AccessKey:
    principal = Principal(cloud.account, "assumed-role", "worker", "s1")
    return cloud.run(lambda one: one.keys.create_temporary(principal, 3600))


def fc(cloud: ServedCloud, key: AccessKey, algorithm: str | None) -> FcClient:
    return FcClient(
        Config(
            access_key_id=key.id, access_key_secret=key.secret, security_token=key.token or None,
            endpoint=f"{cloud.account}.cn-shanghai.fc.aliyuncs.com", protocol="http", http_proxy=cloud.proxy,
            signature_algorithm=algorithm,
        )
    )  # fmt: skip


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["ACS3", "version 1.0"])
def test_the_fc_client_is_believed(cloud: ServedCloud, session_key: AccessKey, algorithm: str | None) -> None:
    for key in (cloud.root, session_key):
        client = fc(cloud, key, algorithm)
        made = client.create_function(
            models.CreateFunctionRequest(
                body=models.CreateFunctionInput(function_name="f", handler="index.handler", runtime="python3.10")
            )
        )
        assert made.body.description == key.principal.arn
        read = client.get_function("service$f-ü", models.GetFunctionRequest(qualifier="a b&c=%/+~"))
        assert read.body.function_name == "/2023-03-30/functions/service$f-ü"
        listed = client.list_functions_with_options(
            models.ListFunctionsRequest(prefix="", limit=3), {}, runtime_options()
        )
        assert listed.status_code == 200


def runtime_options():
    from darabonba.runtime import RuntimeOptions

    return RuntimeOptions()


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["ACS3", "version 1.0"])
def test_a_wrong_secret_is_refused(cloud: ServedCloud, algorithm: str | None) -> None:
    wrong = AccessKey(cloud.root.id, "wrong", cloud.root.principal)
    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        fc(cloud, wrong, algorithm).get_function("f", models.GetFunctionRequest())


def test_a_wrong_token_is_refused(cloud: ServedCloud, session_key: AccessKey) -> None:
    wrong = AccessKey(session_key.id, session_key.secret, session_key.principal, "CAISwrong")
    with pytest.raises(Exception, match=r"InvalidSecurityToken\.Malformed"):
        fc(cloud, wrong, None).get_function("f", models.GetFunctionRequest())


def test_the_core_sdk_is_believed(cloud: ServedCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", cloud.proxy)
    request = RoaRequest("FC", "2023-03-30", "GetFunction", uri_pattern="/2023-03-30/functions/[name]")
    request.set_endpoint(f"{cloud.account}.cn-shanghai.fc.aliyuncs.com")
    request.set_protocol_type("https")
    request.set_method("GET")
    request.add_path_param("name", "f")
    request.add_query_param("qualifier", "LATEST")
    client = AcsClient(cloud.root.id, cloud.root.secret, "cn-shanghai", verify=cloud.bundle, auto_retry=False)
    assert cloud.account.encode() in client.do_action_with_exception(request)


def signed(key: AccessKey, date: str, **more: str) -> dict[str, str]:
    """GET /2023-03-30/functions as the Go provider signs it."""
    headers = {"accept": "application/json", "date": date, "x-acs-version": "2023-03-30", **more}
    canonical = "".join(f"{k}:{v}\n" for k, v in sorted(headers.items()) if k.startswith("x-acs-"))
    text = f"GET\napplication/json\n\n\n{date}\n{canonical}/2023-03-30/functions"
    return {**headers, "authorization": f"acs {key.id}:{mac(key.secret, text)}"}


def test_hand_made_requests_and_their_refusals(cloud: ServedCloud) -> None:
    url = f"https://{cloud.account}.cn-shanghai.fc.aliyuncs.com/2023-03-30/functions"
    now = formatdate(usegmt=True)
    fresh = signed(cloud.root, now, **{"x-acs-signature-nonce": "roa-1"})
    with cloud.session() as session:

        def code(headers: dict[str, str]) -> str:
            return session.get(url, headers=headers).json().get("Code", "")

        assert code(fresh) == ""
        assert code(fresh) == "SignatureNonceUsed"
        assert code(signed(cloud.root, now)) == ""
        assert code(signed(cloud.root, formatdate(time.time() - 1000, usegmt=True))) == "InvalidTimeStamp.Expired"
        assert code(signed(cloud.root, "soon")) == "InvalidTimeStamp.Format"
        assert code(signed(AccessKey("nobody", "s", cloud.root.principal), now)) == "InvalidAccessKeyId.NotFound"
        assert code({**signed(cloud.root, now), "x-acs-extra": "1"}) == "SignatureDoesNotMatch"
        assert code({}) == "MissingAccessKeyId"
        for broken in ("acs", "acs nocolon", "Bearer x:y", "ACS3-HMAC-SHA256 rubbish", "acs :x"):
            assert code({"authorization": broken}).startswith("Missing"), broken
