"""A cloud with RAM, STS and Tablestore, and Tablestore's official clients."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import tablestore
from alibabacloud_tea_openapi.exceptions import ClientException

from support.tablestore_clients import TablestoreControl, asked, table_client, told
from unit.localcloud.alibaba.ram.documents import policy
from unit.localcloud.alibaba.signatures.rpc_client import user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.alibaba.location import LocationService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.alibaba.tablestore import TablestoreService
from yunfn.localcloud.keys import AccessKey

REGION = "cn-shanghai"
NUMBERS = itertools.count()


class Tables:
    """One instance: ``client`` is ``tablestore.OTSClient`` at the direct endpoint, as the account's owner."""

    def __init__(self, cloud: ServedCloud, instance: str, key: AccessKey | None = None, **settings: Any) -> None:
        self.cloud, self.instance = cloud, instance
        self.client = table_client(cloud.proxy, key or cloud.root, instance, **settings)

    def ask(self, operation: str, **fields: Any) -> Any:
        """Any operation, by the fields of its request."""
        return asked(self.client, operation, **fields)

    def refused(self, status: int, code: str, operation: str, **fields: Any) -> str:
        """The message of a refusal that must have this status and code."""
        with pytest.raises(tablestore.OTSServiceError) as caught:
            self.ask(operation, **fields)
        return told(caught.value, status, code)

    def create(self, name: str, **fields: Any) -> None:
        """A table with the key ``id`` (STRING), unless ``fields`` have another ``table_meta``."""
        meta = {"table_name": name, "primary_key": [{"name": "id", "type": "STRING"}]}
        self.ask("CreateTable", **{"table_meta": meta, "reserved_throughput": {"capacity_unit": {}}, **fields})

    def by(self, key: AccessKey, **settings: Any) -> Tables:
        """The same instance for somebody else."""
        return Tables(self.cloud, self.instance, key, **settings)

    def journal(self) -> dict[str, Any]:
        """The journal's last line."""
        return self.cloud.run(lambda one: list(one.journal.lines())[-1])


class Control(TablestoreControl):
    """The control plane of one region."""

    def __init__(self, cloud: ServedCloud, key: AccessKey | None = None, region: str = REGION) -> None:
        super().__init__(cloud.port, cloud.bundle, key or cloud.root, region)

    def refused(self, status: int, code: str, operation: str, **fields: Any) -> str:
        """The message of a refusal that must have this status and code."""
        with pytest.raises(ClientException) as caught:
            self.ask(operation, **fields)
        assert (caught.value.status_code, caught.value.code) == (status, code), caught.value
        return str(caught.value.message)


@pytest.fixture(scope="session")
def tables_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    folder = tmp_path_factory.mktemp("tablestore") / "home"
    with served(folder, [LocationService, RamService, StsService, TablestoreService]) as cloud:
        yield cloud


@pytest.fixture
def control(tables_cloud: ServedCloud) -> Control:
    return Control(tables_cloud)


@pytest.fixture
def tables(tables_cloud: ServedCloud, control: Control) -> Iterator[Tables]:
    """An instance of the test's own, gone afterwards: an account has ten at most."""
    name = f"rows-{next(NUMBERS)}"
    control.ask("CreateInstance", InstanceName=name, ClusterType="SSD")
    made = Tables(tables_cloud, name)
    yield made
    for table in made.client.list_table():
        made.client.delete_table(table)
    control.ask("DeleteInstance", InstanceName=name)


@pytest.fixture
def user(tables_cloud: ServedCloud) -> Callable[..., AccessKey]:
    """Makes a RAM user whose one policy has these statements (Allow, if they do not say), and answers the key."""

    def make(*statements: Mapping[str, Any]) -> AccessKey:
        return user_key(tables_cloud, f"reader-{next(NUMBERS)}", policy(*statements))

    return make
