"""A cloud with SLS, and its official client in both signature versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from aliyun.log import LogClient

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.ram import RamService

REGION = "cn-shanghai"


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedCloud]:
    with served(tmp_path / "home", [RamService, LogService]) as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        yield cloud


@pytest.fixture
def client(cloud: ServedCloud) -> LogClient:
    return LogClient(f"https://{REGION}.log.aliyuncs.com", cloud.root.id, cloud.root.secret)
