"""Location as the provider and the core SDK ask it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest

from unit.localcloud.alibaba.signatures.rpc_client import RpcClient, user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.location import LocationService
from yunfn.localcloud.alibaba.ram import RamService

pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[ServedCloud]:
    with served(tmp_path / "home", [LocationService, RamService]) as cloud:
        yield cloud


@pytest.fixture
def location(cloud: ServedCloud) -> Iterator[RpcClient]:
    client = RpcClient(cloud, "location.aliyuncs.com", "2015-06-12")
    yield client
    client.close()


def test_the_provider_is_answered_in_the_apis_own_shape(location: RpcClient) -> None:
    found = location.do("DescribeEndpoints", Id="cn-shanghai", RegionId="cn-shanghai", ServiceCode="fc")
    assert found.pop("RequestId")
    assert found == {
        "Endpoints": {
            "Endpoint": [
                {
                    "Endpoint": "cn-shanghai.fc.aliyuncs.com", "Type": "openAPI", "Id": "cn-shanghai",
                    "SerivceCode": "fc", "Namespace": "", "Protocols": {"Protocols": ["HTTP", "HTTPS"]},
                }
            ]
        },
        "Success": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "endpoint"),
    [
        ("sls", "eu-central-1.log.aliyuncs.com"), ("oss", "oss-eu-central-1.aliyuncs.com"),
        ("ram", "ram.aliyuncs.com"), ("sts", "sts.eu-central-1.aliyuncs.com"),
        ("kms", "kms.eu-central-1.aliyuncs.com"), ("ots", "eu-central-1.ots.aliyuncs.com"),
    ],
)  # fmt: skip
def test_true_endpoints(location: RpcClient, code: str, endpoint: str) -> None:
    found = location.do("DescribeEndpoints", Id="eu-central-1", ServiceCode=code)
    assert [one["Endpoint"] for one in found["Endpoints"]["Endpoint"]] == [endpoint]


def test_refusals(location: RpcClient) -> None:
    # The core SDK looks for exactly these words.
    assert (
        location.refused(400, "Illegal Parameter", "DescribeEndpoints", Id="cn-shanghai", ServiceCode="nonsense")
        == "Please check the parameters"
    )
    assert (
        location.refused(400, "InvalidRegionId", "DescribeEndpoints", Id="atlantis", ServiceCode="fc")
        == "The specified region does not exist."
    )
    location.refused(400, "MissingId", "DescribeEndpoints", ServiceCode="fc")
    location.refused(400, "MissingServiceCode", "DescribeEndpoints", Id="cn-shanghai")
    location.refused(400, "YunfnLocalUnknownOperation", "DescribeRegions")
    inner = location.do("DescribeEndpoints", Id="cn-shanghai", ServiceCode="fc", Type="innerAPI")
    assert inner["Endpoints"] == {"Endpoint": []}


def test_a_user_without_rights_may_ask(cloud: ServedCloud) -> None:
    client = RpcClient(cloud, "location.aliyuncs.com", "2015-06-12", user_key(cloud, "bob"))
    assert client.do("DescribeEndpoints", Id="cn-shanghai", ServiceCode="fc")["Success"] is True
    client.close()


def test_the_core_sdk_finds_an_endpoint_by_itself(cloud: ServedCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", cloud.proxy)
    request = RpcRequest("Kms", "2016-01-20", "ListKeys", "kms")
    request.set_protocol_type("https")
    client = AcsClient(cloud.root.id, cloud.root.secret, "xx-newland-7", verify=cloud.bundle, auto_retry=False)
    with pytest.raises(Exception, match=r"host kms\.xx-newland-7\.aliyuncs\.com|kms\.xx-newland-7"):
        client.do_action_with_exception(request)
    hosts = cloud.run(lambda one: [(line["service"], line["operation"]) for line in one.journal.lines()])
    assert ("location", "DescribeEndpoints") in hosts
