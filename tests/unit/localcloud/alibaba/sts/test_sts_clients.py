"""STS as aliyun-python-sdk-sts sees it, unmodified, through the proxy."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import RamRoleArnCredential, StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest

from unit.localcloud.alibaba.signatures.rpc_client import ram, user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.keys import AccessKey

# aliyun-python-sdk-core 2.16.1 carries an old urllib3 of its own.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")


@pytest.fixture(autouse=True)
def proxy(cloud: ServedCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", cloud.proxy)
    monkeypatch.setenv("HTTP_PROXY", cloud.proxy)


def client(cloud: ServedCloud, key: AccessKey) -> AcsClient:
    if key.token:
        credential = StsTokenCredential(key.id, key.secret, key.token)
        return AcsClient(region_id="cn-shanghai", credential=credential, verify=cloud.bundle, auto_retry=False)
    return AcsClient(key.id, key.secret, "cn-shanghai", verify=cloud.bundle, auto_retry=False)


def identity(acs: AcsClient) -> dict:
    request = GetCallerIdentityRequest()
    request.set_protocol_type("https")
    found = json.loads(acs.do_action_with_exception(request))
    assert found.pop("RequestId")
    return found


def make_role(cloud: ServedCloud, name: str = "Worker") -> dict:
    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"RAM": [f"acs:ram::{cloud.account}:root"]}}
    asked = ram(cloud)
    document = json.dumps({"Version": "1", "Statement": [trust]})
    role = asked.do("CreateRole", RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    asked.close()
    return role


def assume(acs: AcsClient, role_arn: str) -> dict:
    request = AssumeRoleRequest()
    request.set_protocol_type("https")
    request.set_RoleArn(role_arn)
    request.set_RoleSessionName("a-session")
    request.set_DurationSeconds(1000)
    return json.loads(acs.do_action_with_exception(request))


def test_root_user_and_session_know_themselves(cloud: ServedCloud) -> None:
    root = identity(client(cloud, cloud.root))
    account = cloud.account
    assert root == {
        "IdentityType": "Account", "AccountId": account, "PrincipalId": account, "UserId": account,
        "Arn": f"acs:ram::{account}:root",
    }  # fmt: skip
    bob = user_key(cloud, "bob", "AliyunSTSAssumeRoleAccess")
    user = identity(client(cloud, bob))
    assert user["IdentityType"] == "RAMUser"
    assert user["Arn"] == f"acs:ram::{account}:user/bob"
    assert user["PrincipalId"] == user["UserId"] and len(user["UserId"]) == 18
    role = make_role(cloud)
    taken = assume(client(cloud, bob), role["Arn"])
    given = taken["Credentials"]
    key = AccessKey(given["AccessKeyId"], given["AccessKeySecret"], bob.principal, given["SecurityToken"])
    session = identity(client(cloud, key))
    assert session == {
        "IdentityType": "AssumedRoleUser", "AccountId": account, "RoleId": role["RoleId"],
        "PrincipalId": f"{role['RoleId']}:a-session", "Arn": f"acs:ram::{account}:assumed-role/worker/a-session",
    }  # fmt: skip


def test_assume_role_answers_as_the_cloud_does(cloud: ServedCloud) -> None:
    bob = user_key(cloud, "bob", "AliyunSTSAssumeRoleAccess")
    role = make_role(cloud)
    taken = assume(client(cloud, bob), role["Arn"])
    assert taken["AssumedRoleUser"] == {
        "Arn": f"acs:ram::{cloud.account}:assumed-role/worker/a-session",
        "AssumedRoleId": f"{role['RoleId']}:a-session",
    }
    given = taken["Credentials"]
    assert given["AccessKeyId"].startswith("STS.")
    left = datetime.fromisoformat(given["Expiration"]).timestamp() - cloud.run(lambda one: one.clock.time())
    assert 980 < left <= 1000


def test_the_sdks_own_role_credential_works(cloud: ServedCloud) -> None:
    """AcsClient that takes the role by itself, as functions and CI runners do."""
    bob = user_key(cloud, "bob", "AliyunSTSAssumeRoleAccess")
    role = make_role(cloud)
    credential = RamRoleArnCredential(bob.id, bob.secret, role["Arn"], "own")
    acs = AcsClient(region_id="cn-shanghai", credential=credential, verify=cloud.bundle, auto_retry=False)
    assert identity(acs)["Arn"].endswith("assumed-role/worker/own")


def test_the_account_owner_cannot_take_a_role(cloud: ServedCloud) -> None:
    role = make_role(cloud)
    with pytest.raises(ServerException) as caught:
        assume(client(cloud, cloud.root), role["Arn"])
    assert (caught.value.get_http_status(), caught.value.get_error_code()) == (403, "NoPermission")
    assert caught.value.get_error_msg() == "Roles may not be assumed by root accounts."
