"""The cloud that the signature tests speak to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unit.localcloud.alibaba.signatures.echo_service import RoaEcho
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.bss import BssService
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    """One cloud for a whole module: signatures leave nothing behind."""
    with served(tmp_path_factory.mktemp("cloud"), [BssService, RamService, StsService, LogService, RoaEcho]) as cloud:
        yield cloud
