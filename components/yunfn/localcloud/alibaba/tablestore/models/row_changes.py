"""What writes do to a row. Nothing here reads a clock or a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from yunfn.localcloud.alibaba.tablestore.models.rows import PrimaryKey, Row, Version
from yunfn.localcloud.alibaba.tablestore.values import Value


class Put(NamedTuple):
    """Write a value; ``timestamp`` (milliseconds) is the version, by default the time of the write."""

    name: str
    value: Value
    timestamp: int | None = None


class DeleteVersion(NamedTuple):
    """Forget one version of a column."""

    name: str
    timestamp: int


class DeleteColumn(NamedTuple):
    """Forget all versions of a column."""

    name: str


class Increment(NamedTuple):
    """Add to the newest version of a column, from 0 where there is none; the sum is a new version."""

    name: str
    amount: int


ColumnUpdate = Put | DeleteVersion | DeleteColumn | Increment


class NotACounterError(ValueError):
    """The column to add to holds no integer, or the sum does not fit 64 bits; says which."""


def put(key: PrimaryKey, puts: Sequence[Put], now: int, max_versions: int) -> Row:
    """The row that PutRow leaves, whatever was there: just these columns."""
    row = Row(key, now)
    for column in puts:
        _write(row, column.name, Version(_version(column.timestamp, now), column.value), max_versions)
    return row


def update(
    before: Row | None, key: PrimaryKey, updates: Sequence[ColumnUpdate], now: int, max_versions: int
) -> Row | None:
    """The row that UpdateRow leaves; None if there was none and nothing but deletions is asked for.

    The changes are made one after the other. Without columns the row stays ("UpdateRow": DeleteRow deletes rows).
    Raises NotACounterError.
    """
    writes = any(isinstance(change, Put | Increment) for change in updates)
    if before is None and not writes:
        return None
    row = Row(key, now if before is None or writes else before.written)
    if before is not None:
        row.columns = {name: list(versions) for name, versions in before.columns.items()}
    for change in updates:
        match change:
            case Put(name, value, timestamp):
                _write(row, name, Version(_version(timestamp, now), value), max_versions)
            case Increment(name, amount):
                _write(row, name, _sum(row, name, amount, now), max_versions)
            case DeleteVersion(name, timestamp):
                _keep(row, name, [version for version in row.columns.get(name, []) if version.timestamp != timestamp])
            case DeleteColumn(name):
                _keep(row, name, [])
    return row


def _version(timestamp: int | None, now: int) -> int:
    return now if timestamp is None else timestamp


def _write(row: Row, name: str, version: Version, max_versions: int) -> None:
    others = [other for other in row.columns.get(name, []) if other.timestamp != version.timestamp]
    row.columns[name] = sorted([*others, version], key=lambda one: one.timestamp, reverse=True)[:max_versions]


def _keep(row: Row, name: str, versions: list[Version]) -> None:
    if versions:
        row.columns[name] = versions
    else:
        row.columns.pop(name, None)


def _sum(row: Row, name: str, amount: int, now: int) -> Version:
    """The newest version with ``amount`` more; not older than the one before, which may be of the future."""
    newest, before = next(iter(row.columns.get(name, ())), Version(now, 0))
    if isinstance(before, bool) or not isinstance(before, int):
        raise NotACounterError(f"The value of column '{name}' is no integer, it cannot be incremented.")
    after = before + amount
    if not -(2**63) <= after < 2**63:
        raise NotACounterError(f"The sum of column '{name}' and its increment is out of the range of 64 bits.")
    return Version(max(now, newest), after)
