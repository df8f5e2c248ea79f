"""Tables of a served local cloud, by the official client (tablestore 6.4.8)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any

import pytest
import tablestore as ots

from support.tablestore_clients import asked, table_client, told
from unit.localcloud.alibaba.ram.documents import policy
from unit.localcloud.alibaba.signatures.rpc_client import user_key
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from yunfn.localcloud.alibaba.tablestore import TablestoreService
from yunfn.localcloud.alibaba.tablestore.models.instances import Instance
from yunfn.localcloud.alibaba.tablestore.models.rows import Row, Version
from yunfn.localcloud.keys import AccessKey

REGION = "cn-shanghai"
SERIAL = itertools.count()
ROW = (("job", "STRING"), ("row", "INTEGER"))
ENDS = [[(name, end) for name, _ in ROW] for end in (ots.INF_MIN, ots.INF_MAX)]


class RowTables:
    """The instance as one caller sees it; attributes it has not are the client's."""

    def __init__(self, cloud: ServedCloud, instance: str, key: AccessKey | None = None) -> None:
        self.cloud = cloud
        self.instance = instance
        self.client = table_client(cloud.proxy, key or cloud.root, instance)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    @classmethod
    def served(cls, cloud: ServedCloud) -> RowTables:
        """The owner's view of a new instance."""
        instance = Instance(cloud.account, REGION, f"Rows-{next(SERIAL)}")
        cloud.run(lambda one: one.find(TablestoreService).state.instances.insert(instance))
        return cls(cloud, instance.name)

    def whole(self, table: str, **selection: Any) -> Any:
        """All rows of a table with the usual key, as GetRange answers them at once."""
        return self.range(table, *ENDS, **selection)[2]

    def table(self, key: Sequence[tuple[Any, ...]] = ROW, **options: Any) -> str:
        """The name of a new table."""
        name = f"t{next(SERIAL)}"
        throughput = ots.ReservedThroughput(ots.CapacityUnit(0, 0))
        self.client.create_table(ots.TableMeta(name, list(key)), ots.TableOptions(**options), throughput)
        return name

    def user(self, *statements: dict[str, Any]) -> RowTables:
        """The same instance as a RAM user sees it who may do just this."""
        return RowTables(self.cloud, self.instance, user_key(self.cloud, f"user-{next(SERIAL)}", policy(*statements)))

    def arn(self, table: str = "*") -> str:
        """A table's full name for policies."""
        return f"acs:ots:{REGION}:{self.cloud.account}:instance/{self.instance.lower()}/table/{table}"

    def get(self, table: str, key: Any, **selection: Any) -> Any:
        """The row of a key as (name, value) pairs of its newest versions, or None."""
        row = self.client.get_row(table, key, **{"max_version": 1, **selection})[1]
        return None if row is None else [(name, value) for name, value, _ in row.attribute_columns]

    def put(self, table: str, key: Any, *columns: Any, **given: Any) -> Any:
        """Put a row of these columns."""
        return self.client.put_row(table, ots.Row(key, list(columns)), **given)

    def update(self, table: str, key: Any, changes: dict[str, Any], condition: Any = None, **given: Any) -> Any:
        """Update a row."""
        return self.client.update_row(table, ots.Row(key, changes), condition, **given)

    def delete(self, table: str, key: Any, condition: Any = None) -> Any:
        """Delete a row."""
        return self.client.delete_row(table, key, condition)

    def range(self, table: str, start: Any, end: Any, **selection: Any) -> Any:
        """GetRange: (capacity, next key, rows), up unless ``direction`` says "BACKWARD"."""
        given = {"direction": "FORWARD", "max_version": 1, **selection}
        direction = given.pop("direction")
        return self.client.get_range(table, direction, start, end, **given)[:3]

    def batch(self, **tables: Sequence[Any]) -> Any:
        """Write items of several tables."""
        request = ots.BatchWriteRowRequest()
        for name, items in tables.items():
            request.add(ots.TableInBatchWriteRowItem(name, list(items)))
        return self.client.batch_write_row(request)

    def ask(self, operation: str, **fields: Any) -> Any:
        """The answer of an operation or to a field that the client has not, by all that it has for the others."""
        return asked(self.client, operation, **fields)

    def fill(self, table: str, rows: Sequence[tuple[tuple[Any, ...], dict[str, Any]]]) -> None:
        """Keep many rows without asking for each."""

        def keep(one: Any) -> None:
            state = one.find(TablestoreService).state
            found = state.tables.find(self.cloud.account, REGION, self.instance, table)
            for key, columns in rows:
                state.rows.put(found, Row(key, 1, {name: [Version(1, value)] for name, value in columns.items()}))

        self.cloud.run(keep)

    def cpu(self) -> float:
        """The processor time that the cloud's thread used, in seconds."""
        return self.cloud.run(lambda one: time.thread_time())

    def now(self) -> int:
        """The cloud's time, in milliseconds."""
        return self.cloud.run(lambda one: int(one.clock.time() * 1000))

    def later(self, seconds: float) -> None:
        """Move the cloud's clock."""
        self.cloud.run(lambda one: one.clock.move(seconds))


def condition(existence: str = "IGNORE", column: Any = None) -> ots.Condition:
    """A write's condition."""
    return ots.Condition(getattr(ots.RowExistenceExpectation, existence), column)


def refused(status: int, code: str, work: Any, *given: Any, **named: Any) -> str:
    """The message of a refusal that must have this status and code."""
    with pytest.raises(ots.OTSServiceError) as caught:
        work(*given, **named)
    return told(caught.value, status, code)
