"""A cloud with RAM and STS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.location import LocationService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[ServedCloud]:
    with served(tmp_path / "home", [LocationService, RamService, StsService]) as cloud:
        yield cloud
