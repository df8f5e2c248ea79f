"""One served cloud for all tests of rows; each makes tables of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from unit.localcloud.alibaba.signatures.served_cloud import served
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.tablestore import TablestoreService

from .row_tables import RowTables


@pytest.fixture(scope="package")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RowTables]:
    with served(tmp_path_factory.mktemp("rows") / "home", [RamService, TablestoreService]) as cloud:
        yield RowTables.served(cloud)
