"""The streams of tables: every change of a row, in order, for as long as the table keeps them.

A table has one partition here, so a stream has one shard. Switched off and on again a table has another stream; what
the first one held is gone (Tablestore documentation, "Stream": a log of changes with a time to live in hours).
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from yunfn.localcloud.alibaba.tablestore.events import TableChanged
from yunfn.localcloud.alibaba.tablestore.models.table_key import TableKey
from yunfn.localcloud.alibaba.tablestore.values import Value

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud
    from yunfn.localcloud.store import Collection, Document

ChangeKind = Literal["PutRow", "UpdateRow", "DeleteRow"]
ColumnChange = tuple[Literal["Put", "DeleteOneVersion", "DeleteAllVersions"], str, Value | None, int | None]
"""How a column changed, its name, its value (of Put alone), its version in ms (of DeleteAllVersions none)."""

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one row: its whole primary key by name, and the columns that the request named.

    A row that was put has all its columns as Put, a row that was deleted has none.
    """

    kind: ChangeKind
    primary_key: tuple[tuple[str, Value], ...]
    columns: tuple[ColumnChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that is on: ``hours`` it keeps a change, since when it is on (microseconds), its one shard."""

    table: TableKey
    id: str
    shard: str
    created: int
    hours: int


@dataclass(frozen=True, slots=True)
class Record:
    """One change of a stream: ``number`` goes up by one (from 0), ``time`` is in microseconds since the epoch."""

    number: int
    time: int
    change: Change


class Streams:
    """The streams of every table of the cloud."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud

    def enable(self, table: TableKey, hours: int) -> Stream:
        """Switch a table's stream on, for changes to be kept ``hours`` hours; one that is on stays as it is."""
        found = self.of_table(table)
        if found is not None:
            return found
        created = self._microseconds()
        document = {
            "id": f"{table.table}_{created}",
            "shard": f"{secrets.token_hex(16)}_{created}",
            "created": created,
            "hours": hours,
            "next": 0,
        }
        self._streams(table).put(table.table, document)
        self._tell(table)
        return _stream(table, document)

    def disable(self, table: TableKey) -> None:
        """Switch a table's stream off, or drop it with the table: what it held is gone."""
        if self._streams(table).delete(table.table):
            self._records(table).clear()
            self._tell(table)

    def of_table(self, table: TableKey) -> Stream | None:
        """The stream of a table, or None where it is off."""
        document = self._streams(table).get(table.table)
        return None if document is None else _stream(table, document)

    def of_instance(self, account: str, region: str, instance: str) -> Iterator[Stream]:
        """Every stream of an instance, by the names of their tables."""
        for name, document in self._cloud.store.collection(account, region, _kind(instance)).scan():
            yield _stream(TableKey(account, region, instance, name), document)

    def append(self, table: TableKey, change: Change) -> None:
        """Keep a change of a table and tell of it; nothing where the table's stream is off."""
        streams = self._streams(table)
        document = streams.get(table.table)
        if document is None:
            return
        number = document["next"]
        self._records(table).put(_key(number), {"time": self._microseconds(), **_stored(change)})
        streams.put(table.table, {**document, "next": number + 1})
        self._forget(table, document["hours"])
        self._tell(table)

    def records(self, stream: Stream, start: int, limit: int) -> list[Record]:
        """At most ``limit`` records from number ``start`` on; those whose time is over are not there any more."""
        self._forget(stream.table, stream.hours)
        after = _key(start - 1) if start else ""
        found = self._records(stream.table).scan(after=after, limit=limit)
        return [Record(int(key), document["time"], _change(document)) for key, document in found]

    def next_number(self, stream: Stream) -> int:
        """The number that the stream's next record gets."""
        document = self._streams(stream.table).get(stream.table.table)
        return 0 if document is None else int(document["next"])

    def oldest(self, stream: Stream) -> int:
        """The number of the oldest record that is still there, or of the next one where there is none."""
        self._forget(stream.table, stream.hours)
        first = next(self._records(stream.table).scan(limit=1), None)
        return self.next_number(stream) if first is None else int(first[0])

    def since(self, stream: Stream, time: int) -> int:
        """The number of the first record at or after ``time`` (microseconds), or of the next one for none."""
        self._forget(stream.table, stream.hours)
        for key, document in self._records(stream.table).scan():
            if document["time"] >= time:
                return int(key)
        return self.next_number(stream)

    def _forget(self, table: TableKey, hours: int) -> None:
        records = self._records(table)
        oldest = self._microseconds() - hours * 3_600_000_000
        while True:
            first = next(records.scan(limit=1), None)
            if first is None or first[1]["time"] > oldest:
                return
            records.delete(first[0])

    def _microseconds(self) -> int:
        return int(self._cloud.clock.time() * 1_000_000)

    def _tell(self, table: TableKey) -> None:
        self._cloud.events.publish(TableChanged(*table))

    def _streams(self, table: TableKey) -> Collection:
        return self._cloud.store.collection(table.account, table.region, _kind(table.instance))

    def _records(self, table: TableKey) -> Collection:
        kind = f"ots/changes/{table.instance}/{table.table}"
        return self._cloud.store.large_collection(table.account, table.region, kind)


def _kind(instance: str) -> str:
    return f"ots/streams/{instance}"


def _key(number: int) -> str:
    return str(number).zfill(_DIGITS)


def _stream(table: TableKey, document: Document) -> Stream:
    return Stream(table, document["id"], document["shard"], document["created"], document["hours"])


def _stored(change: Change) -> Document:
    return {
        "kind": change.kind,
        "key": [[name, _to_json(value)] for name, value in change.primary_key],
        "columns": [[kind, name, _to_json(value), version] for kind, name, value, version in change.columns],
    }


def _change(document: Document) -> Change:
    key = tuple((name, _from_json(value)) for name, value in document["key"])
    columns = tuple((kind, name, _from_json(value), version) for kind, name, value, version in document["columns"])
    return Change(document["kind"], key, columns)


def _to_json(value: Value | None) -> Any:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _from_json(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value
