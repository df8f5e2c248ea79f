"""A cloud with RAM, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.localcloud.alibaba.signatures.rpc_client import RpcClient
from unit.localcloud.alibaba.signatures.rpc_client import ram as ram_client
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[ServedCloud]:
    with served(tmp_path / "home", [RamService, StsService]) as cloud:
        yield cloud


@pytest.fixture
def ram(cloud: ServedCloud) -> Iterator[RpcClient]:
    client = ram_client(cloud)
    yield client
    client.close()
