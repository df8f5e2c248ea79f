"""One served cloud for all tests of rows, an instance for each file of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.tablestore import TablestoreService

from .row_tables import RowTables


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    with served(tmp_path_factory.mktemp("rows") / "home", [RamService, TablestoreService]) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def rows(cloud: ServedCloud) -> RowTables:
    return RowTables.served(cloud)
