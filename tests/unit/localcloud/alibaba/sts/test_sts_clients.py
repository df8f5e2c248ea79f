"""STS as the official clients see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest
from aliyunsdksts.request.v20150401.GetCallerIdentityRequest import GetCallerIdentityRequest
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served

from yunfn.localcloud.alibaba.location import LocationService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.keys import AccessKey

# aliyun-python-sdk-core 2.16.1 carries an old urllib3 of its own.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedCloud]:
    with served(tmp_path / "home", [LocationService, RamService, StsService]) as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        yield cloud


def client(cloud: ServedCloud, key: AccessKey) -> AcsClient:
    if key.token:
        credential = StsTokenCredential(key.id, key.secret, key.token)
        return AcsClient(region_id="cn-shanghai", credential=credential, verify=cloud.bundle, auto_retry=False)
    return AcsClient(key.id, key.secret, "cn-shanghai", verify=cloud.bundle, auto_retry=False)


def ram(cloud: ServedCloud, action: str, **parameters: str) -> dict:
    request = RpcRequest("Ram", "2015-05-01", action)
    request.set_endpoint("ram.aliyuncs.com")
    request.set_protocol_type("https")
    request.set_method("POST")
    for name, value in parameters.items():
        request.add_body_params(name, value)
    return json.loads(client(cloud, cloud.root).do_action_with_exception(request))


def identity(cloud: ServedCloud, key: AccessKey) -> dict:
    request = GetCallerIdentityRequest()
    request.set_protocol_type("https")
    return json.loads(client(cloud, key).do_action_with_exception(request))


def test_who_am_i(cloud: ServedCloud) -> None:
    assert identity(cloud, cloud.root)["Arn"] == f"acs:ram::{cloud.account}:root"
    print(ram(cloud, "CreateUser", UserName="bob"))
