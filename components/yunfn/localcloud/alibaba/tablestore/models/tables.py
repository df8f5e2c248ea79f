"""Tables: their keys, defined columns and options; rows and streams are kept beside them, under the same name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from yunfn.localcloud.alibaba.tablestore.models.instances import Instance
from yunfn.localcloud.alibaba.tablestore.models.table_key import TableKey
from yunfn.localcloud.store import Collection, Store

FOREVER = -1
"""The time to live of cells that do not expire."""


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A primary key column; ``type`` is INTEGER, STRING or BINARY."""

    name: str
    type: str
    auto_increment: bool = False


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How long cells live (seconds, or FOREVER), how many versions of a column stay, and how far from the present a
    cell's version may be (seconds).

    Without ``allow_update`` UpdateRow is refused; a table with a time to live and a search index needs that.
    """

    time_to_live: int = FOREVER
    max_versions: int = 1
    deviation_seconds: int = 86400
    allow_update: bool = True


@dataclass(frozen=True, slots=True)
class Encryption:
    """Encryption at rest; ``key_type`` is SSE_KMS_SERVICE or SSE_BYOK, the latter with a key and a role."""

    key_type: str
    key_id: str = ""
    role_arn: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an instance. ``created`` and ``throughput_changed`` are seconds since the epoch by the cloud's clock;
    ``defined_columns`` map names to types as the wire has them without ``DCT_`` (INTEGER, DOUBLE, BOOLEAN, STRING,
    BLOB).
    """

    account: str
    region: str
    instance: str
    name: str
    primary_key: tuple[KeyColumn, ...]
    options: TableOptions = TableOptions()
    defined_columns: dict[str, str] = field(default_factory=dict)
    encryption: Encryption | None = None
    reserved_read: int = 0
    reserved_write: int = 0
    created: float = 0.0
    throughput_changed: float = 0.0

    @property
    def key(self) -> TableKey:
        """Where its rows and its stream are kept."""
        return TableKey(self.account, self.region, self.instance.lower(), self.name)


class Tables:
    """The tables of every instance."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, instance: Instance, name: str) -> Table | None:
        """The table of that name."""
        return self.find(instance.account, instance.region, instance.name, name)

    def find(self, account: str, region: str, instance: str, name: str) -> Table | None:
        """The table of that name of an instance that is known by name only."""
        document = self._collection(account, region, instance).get(name)
        return None if document is None else _read(document)

    def listed(self, instance: Instance) -> Iterator[Table]:
        """The instance's tables, by name."""
        for _, document in self._collection(instance.account, instance.region, instance.name).scan():
            yield _read(document)

    def count(self, instance: Instance) -> int:
        """How many tables the instance has."""
        return self._collection(instance.account, instance.region, instance.name).count()

    def insert(self, table: Table) -> bool:
        """Keep a new table; False, and nothing changed, if the instance has one of that name."""
        return self._collection(table.account, table.region, table.instance).insert(table.name, asdict(table))

    def update(self, table: Table, **changes: Any) -> Table:
        """Keep the table with ``changes`` and return it."""
        changed = replace(table, **changes)
        self._collection(table.account, table.region, table.instance).put(table.name, asdict(changed))
        return changed

    def delete(self, table: Table) -> None:
        """Forget a table; the events that go with it are the caller's."""
        self._collection(table.account, table.region, table.instance).delete(table.name)

    def _collection(self, account: str, region: str, instance: str) -> Collection:
        return self._store.collection(account, region, f"ots/tables/{instance.lower()}")


def _read(document: dict[str, Any]) -> Table:
    document["primary_key"] = tuple(KeyColumn(**column) for column in document["primary_key"])
    document["options"] = TableOptions(**document["options"])
    if document["encryption"] is not None:
        document["encryption"] = Encryption(**document["encryption"])
    return Table(**document)
