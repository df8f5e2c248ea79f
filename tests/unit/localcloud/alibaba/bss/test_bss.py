"""The provider's first question, of which a wrong answer crashes or stalls it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.localcloud.alibaba.signatures.rpc_client import RpcClient, user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.bss import BssService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.keys import AccessKey


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[ServedCloud]:
    with served(tmp_path / "home", [BssService, RamService]) as cloud:
        yield cloud


def bss(cloud: ServedCloud, host: str = "business.aliyuncs.com", key: AccessKey | None = None) -> RpcClient:
    return RpcClient(cloud, host, "2017-12-14", key)


@pytest.mark.parametrize("host", ["business.aliyuncs.com", "business.ap-southeast-1.aliyuncs.com"])
def test_an_account_without_subscriptions(cloud: ServedCloud, host: str) -> None:
    client = bss(cloud, host)
    found = client.do("QueryAvailableInstances", ProductCode="vipcloudfw", PageSize="20")
    assert found.pop("RequestId")
    assert found == {
        "Code": "Success", "Message": "Successful!", "Success": True,
        "Data": {"TotalCount": 0, "InstanceList": [], "PageNum": 1, "PageSize": 20},
    }  # fmt: skip
    client.close()


def test_refusals_are_4xx_with_a_body(cloud: ServedCloud) -> None:
    client = bss(cloud)
    client.refused(400, "InvalidParameter.PageNum", "QueryAvailableInstances", PageNum="first")
    client.refused(400, "YunfnLocalUnknownOperation", "CreateInstance")
    client.close()
    denied = bss(cloud, key=user_key(cloud, "bob"))
    assert "bss:QueryAvailableInstances" in denied.refused(403, "NoPermission", "QueryAvailableInstances")
    denied.close()
