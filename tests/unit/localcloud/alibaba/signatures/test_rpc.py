"""RPC style signatures: what official clients send is believed, everything else is refused in the cloud's words."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest
from alibabacloud_tea_openapi.client import Client as TeaClient
from alibabacloud_tea_openapi.models import Config, OpenApiRequest, Params
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest
from darabonba.runtime import RuntimeOptions

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from unit.localcloud.alibaba.signatures.signing import ask, iso, rpc_parameters
from yunfn.localcloud.alibaba.signatures.digests import hmac_base64
from yunfn.localcloud.alibaba.signatures.rpc import string_to_sign
from yunfn.localcloud.keys import AccessKey, Principal

# aliyun-python-sdk-core 2.16.1 carries an old urllib3 of its own.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")


def session_key(cloud: ServedCloud, duration: float = 3600) -> AccessKey:
    principal = Principal(cloud.account, "assumed-role", "worker", "s1")
    return cloud.run(lambda one: one.keys.create_temporary(principal, duration))


def refused(cloud: ServedCloud, parameters: dict[str, str], status: int, code: str) -> str:
    answer = ask(cloud, parameters)
    assert (answer.status_code, answer.json()["Code"]) == (status, code), answer.text
    assert answer.json()["RequestId"] == answer.headers["x-acs-request-id"]
    return str(answer.json()["Message"])


def test_the_documented_example_signs_as_documented() -> None:
    """The example of "RPC mechanism" in the API documentation of ECS."""
    parameters = {
        "Timestamp": "2016-02-23T12:46:24Z", "Format": "XML", "AccessKeyId": "testid", "Action": "DescribeRegions",
        "SignatureMethod": "HMAC-SHA1", "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "Version": "2014-05-26", "SignatureVersion": "1.0",
    }  # fmt: skip
    assert hmac_base64("testsecret&", string_to_sign("GET", parameters)) == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_core_sdk_is_believed(cloud: ServedCloud, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", cloud.proxy)
    request = RpcRequest("Sts", "2015-04-01", "GetCallerIdentity")
    request.set_endpoint("sts.aliyuncs.com")
    request.set_protocol_type("https")
    request.set_method(method)
    request.add_query_param("Odd", "a b+c*~/?&=%é")
    client = AcsClient(cloud.root.id, cloud.root.secret, "cn-shanghai", verify=cloud.bundle, auto_retry=False)
    assert cloud.account.encode() in client.do_action_with_exception(request)


def test_the_core_sdk_tells_a_wrong_secret_from_a_wrong_recipe(
    cloud: ServedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", cloud.proxy)
    request = RpcRequest("Sts", "2015-04-01", "GetCallerIdentity")
    request.set_endpoint("sts.aliyuncs.com")
    request.set_protocol_type("https")
    client = AcsClient(cloud.root.id, "wrong", "cn-shanghai", verify=cloud.bundle, auto_retry=False)
    with pytest.raises(ServerException) as caught:
        client.do_action_with_exception(request)
    # It compares the server's string to sign with its own.
    assert caught.value.get_error_code() == "InvalidAccessKeySecret"


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["ACS3", "version 1.0"])
@pytest.mark.parametrize("temporary", [False, True])
def test_the_tea_sdk_is_believed(cloud: ServedCloud, algorithm: str | None, temporary: bool) -> None:
    key = session_key(cloud) if temporary else cloud.root
    config = Config(
        access_key_id=key.id, access_key_secret=key.secret, security_token=key.token or None,
        endpoint="sts.cn-shanghai.aliyuncs.com", protocol="http", http_proxy=cloud.proxy,
        signature_algorithm=algorithm,
    )  # fmt: skip
    params = Params(
        action="GetCallerIdentity", version="2015-04-01", protocol="HTTP", pathname="/", method="POST",
        auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
    )  # fmt: skip
    request = OpenApiRequest(query={"Odd": "a b+c*~/?&=%é", "Empty": ""}, body={"List": ["x", "y z"]})
    answer = TeaClient(config).call_api(params, request, RuntimeOptions())
    assert answer["body"]["Arn"].startswith(f"acs:ram::{cloud.account}:")


def test_a_tea_client_with_a_wrong_secret_is_refused(cloud: ServedCloud) -> None:
    config = Config(
        access_key_id=cloud.root.id, access_key_secret="wrong", endpoint="sts.aliyuncs.com", protocol="http",
        http_proxy=cloud.proxy,
    )  # fmt: skip
    params = Params(
        action="GetCallerIdentity", version="2015-04-01", protocol="HTTP", pathname="/", method="POST",
        auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
    )  # fmt: skip
    with pytest.raises(Exception, match=r"SignatureDoesNotMatch.*server StringToSign is \[ACS3-HMAC-SHA256\n"):
        TeaClient(config).call_api(params, OpenApiRequest(), RuntimeOptions())


def test_an_acs3_body_must_be_the_signed_one(cloud: ServedCloud) -> None:
    headers = {
        "host": "sts.aliyuncs.com", "x-acs-action": "GetCallerIdentity", "x-acs-version": "2015-04-01",
        "x-acs-date": iso(time.time()), "x-acs-signature-nonce": "tampered",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }  # fmt: skip
    import hashlib
    import hmac

    names = sorted(headers)
    canonical = "POST\n/\n\n" + "".join(f"{one}:{headers[one]}\n" for one in names)
    canonical += f"\n{';'.join(names)}\n{headers['x-acs-content-sha256']}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(cloud.root.secret.encode(), text.encode(), "sha256").hexdigest()
    headers["Authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={cloud.root.id},SignedHeaders={';'.join(names)},Signature={signature}"
    )
    with cloud.session() as session:
        tampered = session.post("https://sts.aliyuncs.com/", headers=headers, data={"Action": "DeleteAll"})
        honest = session.post("https://sts.aliyuncs.com/", headers=headers)
    assert (tampered.status_code, tampered.json()["Code"]) == (400, "SignatureDoesNotMatch")
    assert honest.status_code == 200


def test_an_unknown_key_is_not_found(cloud: ServedCloud) -> None:
    stranger = AccessKey("LTAI5tStranger", "secret", cloud.root.principal)
    message = refused(cloud, rpc_parameters(stranger), 404, "InvalidAccessKeyId.NotFound")
    assert message == "Specified access key is not found."


def test_a_changed_parameter_breaks_the_signature(cloud: ServedCloud) -> None:
    parameters = rpc_parameters(cloud.root)
    message = refused(cloud, {**parameters, "Extra": "1"}, 400, "SignatureDoesNotMatch")
    assert "server string to sign is:POST&%2F&AccessKeyId%3D" in message
    assert cloud.root.secret not in message


def test_a_request_counts_once(cloud: ServedCloud) -> None:
    parameters = rpc_parameters(cloud.root)
    assert ask(cloud, parameters).status_code == 200
    refused(cloud, parameters, 400, "SignatureNonceUsed")


@pytest.mark.parametrize("minutes", [-16, 16])
def test_old_and_future_requests_are_refused(cloud: ServedCloud, minutes: int) -> None:
    parameters = rpc_parameters(cloud.root, Timestamp=iso(time.time() + 60 * minutes))
    refused(cloud, parameters, 400, "InvalidTimeStamp.Expired")
    assert ask(cloud, rpc_parameters(cloud.root, Timestamp=iso(time.time() + 60 * 14))).status_code == 200


def test_a_moved_clock_locks_nobody_out(cloud: ServedCloud) -> None:
    cloud.run(lambda one: one.clock.move(7 * 86400))
    try:
        assert ask(cloud, rpc_parameters(cloud.root)).status_code == 200
    finally:
        cloud.run(lambda one: one.clock.move(-7 * 86400))


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_an_unreadable_time_is_refused(cloud: ServedCloud, text: str) -> None:
    refused(cloud, rpc_parameters(cloud.root, Timestamp=text), 400, "InvalidTimeStamp.Format")


def test_what_is_missing_is_named(cloud: ServedCloud) -> None:
    refused(cloud, {"Format": "JSON", "Action": "GetCallerIdentity"}, 400, "MissingAccessKeyId")
    parameters = rpc_parameters(cloud.root)
    del parameters["Signature"]
    refused(cloud, parameters, 400, "MissingSignature")
    refused(cloud, rpc_parameters(cloud.root, Action=None), 400, "MissingAction")


def test_security_tokens(cloud: ServedCloud) -> None:
    key = session_key(cloud)
    assert ask(cloud, rpc_parameters(key)).status_code == 200
    refused(cloud, rpc_parameters(key, SecurityToken=None), 400, "MissingSecurityToken")
    refused(cloud, rpc_parameters(key, SecurityToken="CAISwrong"), 400, "InvalidSecurityToken.Malformed")
    refused(cloud, rpc_parameters(cloud.root, SecurityToken="x"), 400, "InvalidSecurityToken.MismatchWithAccessKey")
    cloud.run(lambda one: one.clock.move(3601))
    try:
        refused(cloud, rpc_parameters(key), 400, "InvalidSecurityToken.Expired")
    finally:
        cloud.run(lambda one: one.clock.move(-3601))


def test_xml_is_answered_where_it_is_asked_for_or_nothing_is(cloud: ServedCloud) -> None:
    for parameters in (rpc_parameters(cloud.root, Format="XML"), rpc_parameters(cloud.root, Format=None)):
        answer = ask(cloud, parameters)
        root = ElementTree.fromstring(answer.content)
        assert (root.tag, root.findtext("AccountId")) == ("GetCallerIdentityResponse", cloud.account)
    refusal = ask(cloud, rpc_parameters(cloud.root, Format="XML", Action="Nothing"))
    root = ElementTree.fromstring(refusal.content)
    assert (root.tag, root.findtext("Code")) == ("Error", "YunfnLocalUnknownOperation")


def test_an_unknown_operation_and_a_wrong_version_are_loud(cloud: ServedCloud) -> None:
    message = refused(cloud, rpc_parameters(cloud.root, Action="DecodeStuff"), 400, "YunfnLocalUnknownOperation")
    assert "'DecodeStuff' of sts" in message
    refused(cloud, rpc_parameters(cloud.root, Version="2014-01-01"), 400, "InvalidVersion")
    noted = cloud.run(lambda one: [line["operation"] for line in one.journal.lines(unknown_only=True)])
    assert "DecodeStuff" in noted


def test_another_signature_method_is_refused(cloud: ServedCloud) -> None:
    parameters = rpc_parameters(cloud.root, SignatureMethod="MD5")
    refused(cloud, parameters, 400, "SignatureDoesNotMatch")
