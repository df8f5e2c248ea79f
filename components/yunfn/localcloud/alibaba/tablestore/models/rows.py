"""The rows of tables, in the order of their primary keys."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from yunfn.localcloud.alibaba.tablestore.models.row_keys import row_key
from yunfn.localcloud.alibaba.tablestore.models.tables import FOREVER, Table, TableOptions
from yunfn.localcloud.alibaba.tablestore.plain_buffer import KeyValue
from yunfn.localcloud.alibaba.tablestore.values import Value
from yunfn.localcloud.store import Collection, Document, Store

PrimaryKey = tuple[Value, ...]
"""A row's key, in the table's order of columns."""


class Version(NamedTuple):
    """One value of a column; ``timestamp`` is its version number, in milliseconds."""

    timestamp: int
    value: Value


@dataclass(slots=True)
class Row:
    """A row as it is kept: of each column at least one version, the newest first.

    ``written`` (milliseconds) is when the row itself was last put or updated: a row may have no column at all
    ("Basic operations": attributes are optional), and is there for as long as a cell of that time would be.
    """

    primary_key: PrimaryKey
    written: int
    columns: dict[str, list[Version]] = field(default_factory=dict)


def living(row: Row | None, options: TableOptions, now: int) -> Row | None:
    """What is there of a row at ``now`` (milliseconds): no version too old or too many, None if nothing is left.

    A version is over once ``time_to_live`` seconds went by since its timestamp ("Data versions and TTL").
    """
    if row is None:
        return None
    if options.time_to_live == FOREVER:
        if all(len(versions) <= options.max_versions for versions in row.columns.values()):
            return row
        oldest = None
    else:
        oldest = now - options.time_to_live * 1000
    columns = {}
    for name, versions in row.columns.items():
        kept = [version for version in versions if oldest is None or version.timestamp > oldest]
        if kept:
            columns[name] = kept[: options.max_versions]
    if not columns and oldest is not None and row.written <= oldest:
        return None
    return Row(row.primary_key, row.written, columns)


class Rows:
    """The rows of every table of the cloud."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, table: Table, key: PrimaryKey) -> Row | None:
        """The row of that key as it was kept, however old."""
        document = self._collection(table).get(row_key(key))
        return None if document is None else _row(document)

    def put(self, table: Table, row: Row) -> None:
        """Keep a row, in place of what was there."""
        self._collection(table).put(row_key(row.primary_key), _document(row))

    def delete(self, table: Table, key: PrimaryKey) -> None:
        """Forget a row; nothing if there is none."""
        self._collection(table).delete(row_key(key))

    def scan(
        self, table: Table, start: Sequence[KeyValue], end: Sequence[KeyValue], *, backward: bool = False
    ) -> Iterator[Row]:
        """The rows from ``start`` on, itself included, to ``end``, that excluded; backward, the keys go down.

        They are read one at a time: whether what changes meanwhile is seen is open.
        """
        for _, document in self._collection(table).between(row_key(start), row_key(end), backward=backward):
            yield _row(document)

    def drop(self, table: Table) -> None:
        """Forget all rows of a table, and the numbers it gave out."""
        self._collection(table).clear()
        self._numbers(table).delete(table.name)

    def next_number(self, table: Table, now: int) -> int:
        """The next value of an auto-increment column; greater than every one before, not one more.

        "Auto-increment of the primary key column": unique and increasing, not continuous.
        """
        numbers = self._numbers(table)
        before = numbers.get(table.name)
        number = max(now * 1000, 0 if before is None else before["last"] + 1)
        numbers.put(table.name, {"last": number})
        return number

    def _collection(self, table: Table) -> Collection:
        kind = f"ots/rows/{table.instance.lower()}/{table.name}"
        return self._store.large_collection(table.account, table.region, kind)

    def _numbers(self, table: Table) -> Collection:
        return self._store.collection(table.account, table.region, f"ots/numbers/{table.instance.lower()}")


def _document(row: Row) -> Document:
    return {
        "key": [_to_json(value) for value in row.primary_key],
        "written": row.written,
        "columns": {
            name: [[version.timestamp, _to_json(version.value)] for version in versions]
            for name, versions in row.columns.items()
        },
    }


def _row(document: Document) -> Row:
    columns = {
        name: [Version(timestamp, _from_json(value)) for timestamp, value in versions]
        for name, versions in document["columns"].items()
    }
    return Row(tuple(map(_from_json, document["key"])), document["written"], columns)


def _to_json(value: Value) -> Any:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _from_json(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value
