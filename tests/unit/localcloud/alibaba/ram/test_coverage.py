"""What the services say they answer is what they answer; their hosts are the true ones."""

from __future__ import annotations

import pytest

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.alibaba.bss import BssService
from yunfn.localcloud.alibaba.location import LocationService
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.pop import RpcService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.service import Service


@pytest.mark.parametrize("kind", [RamService, StsService, BssService, LocationService])
def test_every_operation_has_a_route_and_the_other_way_round(cloud: ServedCloud, kind: type[RpcService]) -> None:
    service = cloud.run(lambda one: kind(one))
    assert sorted(service.routes()) == sorted(kind.operations)


def test_every_operation_of_sls_has_one(cloud: ServedCloud) -> None:
    service = cloud.run(LogService)
    assert sorted(service._operations) == sorted(LogService.operations)


@pytest.mark.parametrize(
    ("kind", "host", "groups"),
    [
        (RamService, "ram.aliyuncs.com", {}),
        (StsService, "sts.aliyuncs.com", {}),
        (StsService, "sts.cn-shanghai.aliyuncs.com", {"region": "cn-shanghai"}),
        (StsService, "sts-vpc.cn-shanghai.aliyuncs.com", {"region": "cn-shanghai"}),
        (LocationService, "location.aliyuncs.com", {}),
        (LocationService, "location-readonly.aliyuncs.com", {}),
        (BssService, "business.aliyuncs.com", {}),
        (BssService, "business.ap-southeast-1.aliyuncs.com", {"region": "ap-southeast-1"}),
        (LogService, "cn-shanghai.log.aliyuncs.com", {"region": "cn-shanghai"}),
        (LogService, "p-1.cn-shanghai.log.aliyuncs.com", {"project": "p-1", "region": "cn-shanghai"}),
        (LogService, "p-1.cn-shanghai-intranet.log.aliyuncs.com", {"project": "p-1", "region": "cn-shanghai"}),
        (
            LogService,
            "p.cn-hangzhou-finance-1-share.log.aliyuncs.com",
            {"project": "p", "region": "cn-hangzhou-finance-1"},
        ),
        (RamService, "ram.cn-shanghai.aliyuncs.com", None),
        (StsService, "sts.aliyuncs.com.example.org", None),
        (LogService, "log.aliyuncs.com", None),
        (StsService, "xsts.aliyuncs.com", None),
    ],
)
def test_hosts(cloud: ServedCloud, kind: type[Service], host: str, groups: dict[str, str] | None) -> None:
    assert cloud.run(lambda one: kind(one).match(host)) == groups
