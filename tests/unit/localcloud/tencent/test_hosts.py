"""Tencent's hosts at the proxy: those that are here, and the loud answer of those that are not."""

from __future__ import annotations

import pytest
import requests

from .conftest import TencentClients


@pytest.mark.parametrize("host", ["cvm.tencentcloudapi.com", "cos.myqcloud.com", "metadata.tencentyun.com"])
def test_a_host_that_is_not_here_is_refused_and_noted(tencent: TencentClients, host: str) -> None:
    with pytest.raises(requests.exceptions.ProxyError, match=f"the local cloud has no host {host}"):
        tencent.http().get(f"https://{host}/")
    lines = list(tencent.cloud.ask("GET", "/journal", params={"unknown": "1"}).iter_lines())
    assert host in lines[-1]


@pytest.mark.parametrize(
    "host",
    [
        "service.cos.myqcloud.com",
        "cos.ap-shanghai.myqcloud.com",
        "b-1250000000.cos.ap-shanghai-fsi.myqcloud.com",
        "b-1250000000.cos-internal.ap-shanghai.tencentcos.cn",
    ],
)
def test_coss_hosts_have_a_certificate_and_answer(tencent: TencentClients, host: str) -> None:
    answer = tencent.http().get(f"https://{host}/")
    assert answer.status_code in (403, 404)
    assert "<RequestId>" in answer.text
