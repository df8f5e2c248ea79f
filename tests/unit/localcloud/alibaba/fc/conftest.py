"""Fixtures: a served Function Compute and its official client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alibabacloud_fc20230330.client import Client

from unit.localcloud.alibaba.fc.roa_client import RoaClient
from unit.localcloud.alibaba.fc.served_fc import ServedFc
from yunfn.localcloud.home import Home


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedFc]:
    home = Home(tmp_path / "home")
    home.create()
    fc = ServedFc(home)
    yield fc
    fc.close()


@pytest.fixture
def client(served: ServedFc) -> Client:
    return served.client()


@pytest.fixture
def roa(served: ServedFc) -> Iterator[RoaClient]:
    roa = RoaClient(served)
    yield roa
    roa.close()
