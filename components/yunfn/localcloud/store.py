"""The cloud's state: JSON documents by account, region and kind, in one SQLite file."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_COLUMNS = """(
    account TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (account, region, kind, key)
)"""
# Beside its key a small document is found and scanned fastest. A search that comes by a large one would read all of
# it, megabytes for each step: those have an index of their keys alone.
_SMALL, _LARGE = "documents", "large_documents"
_SCHEMA = (
    f"CREATE TABLE IF NOT EXISTS {_SMALL} {_COLUMNS} WITHOUT ROWID",
    f"CREATE TABLE IF NOT EXISTS {_LARGE} {_COLUMNS}",
)


class Collection:
    """The documents of one kind in one account and region, ordered by key (bytes, not locale)."""

    def __init__(self, connection: sqlite3.Connection, table: str, account: str, region: str, kind: str) -> None:
        self._connection = connection
        self._table = table
        self._scope = (account, region, kind)

    def get(self, key: str) -> Document | None:
        """The document at ``key``, or None."""
        row = self._connection.execute(
            f"SELECT body FROM {self._table} WHERE account=? AND region=? AND kind=? AND key=?",  # noqa: S608 - one of two names
            (*self._scope, key),
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, key: str, document: Mapping[str, Any]) -> None:
        """Store ``document`` at ``key``, in place of what was there."""
        self._connection.execute(
            f"INSERT OR REPLACE INTO {self._table} VALUES (?,?,?,?,?)",  # noqa: S608 - one of two names
            (*self._scope, key, json.dumps(document, ensure_ascii=False, separators=(",", ":"))),
        )

    def insert(self, key: str, document: Mapping[str, Any]) -> bool:
        """Store ``document`` if ``key`` is free; False, and nothing changed, if it is not."""
        cursor = self._connection.execute(
            f"INSERT OR IGNORE INTO {self._table} VALUES (?,?,?,?,?)",  # noqa: S608 - one of two names
            (*self._scope, key, json.dumps(document, ensure_ascii=False, separators=(",", ":"))),
        )
        return cursor.rowcount == 1

    def delete(self, key: str) -> bool:
        """Remove the document at ``key``; False if there was none."""
        cursor = self._connection.execute(
            f"DELETE FROM {self._table} WHERE account=? AND region=? AND kind=? AND key=?",  # noqa: S608 - one of two names
            (*self._scope, key),
        )
        return cursor.rowcount == 1

    def scan(self, prefix: str = "", after: str = "", limit: int | None = None) -> Iterator[tuple[str, Document]]:
        """Documents whose key starts with ``prefix`` and is greater than ``after``, in key order."""
        low, high = prefix, prefix + "\U0010ffff"
        operator = ">=" if low > after else ">"
        rows = self._connection.execute(
            f"SELECT key, body FROM {self._table} WHERE account=? AND region=? AND kind=? AND key {operator} ? "  # noqa: S608 - the operator is one of two literals
            "AND key < ? ORDER BY key LIMIT ?",
            (*self._scope, max(low, after), high, -1 if limit is None else limit),
        ).fetchall()
        for key, body in rows:
            yield key, json.loads(body)

    def between(self, start: str, end: str, *, backward: bool = False) -> Iterator[tuple[str, Document]]:
        """The documents from key ``start`` to ``end``, that excluded, in the order of the keys.

        ``backward`` goes down, from a ``start`` above ``end``. One document is read at a time: whether what changes
        meanwhile is seen is open.
        """
        after, before, order = ("<", ">", "DESC") if backward else (">", "<", "ASC")
        rows = self._connection.execute(
            f"SELECT key, body FROM {self._table} WHERE account=? AND region=? AND kind=? AND key {after}= ? "  # noqa: S608 - operators and order are literals
            f"AND key {before} ? ORDER BY key {order}",
            (*self._scope, start, end),
        )
        for key, body in rows:
            yield key, json.loads(body)

    def clear(self) -> None:
        """Forget every document of this kind, account and region."""
        self._connection.execute(
            f"DELETE FROM {self._table} WHERE account=? AND region=? AND kind=?",  # noqa: S608 - one of two names
            self._scope,
        )

    def count(self) -> int:
        """How many documents there are."""
        (number,) = self._connection.execute(
            f"SELECT COUNT(*) FROM {self._table} WHERE account=? AND region=? AND kind=?",  # noqa: S608 - one of two names
            self._scope,
        ).fetchone()
        return int(number)


class Store:
    """One SQLite file that holds all documents; each call is its own transaction."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        # A killed process loses nothing under WAL; only a power cut may lose the last moments.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        for statement in _SCHEMA:
            self._connection.execute(statement)

    def collection(self, account: str, region: str, kind: str) -> Collection:
        """The documents of ``kind`` (for example ``oss/objects/my-bucket``); region "" for global services."""
        return Collection(self._connection, _SMALL, account, region, kind)

    def large_collection(self, account: str, region: str, kind: str) -> Collection:
        """The same for documents of many kilobytes or megabytes each; it holds others than :meth:`collection`'s."""
        return Collection(self._connection, _LARGE, account, region, kind)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all changes of the block or, if it raises or the process is killed meanwhile, none.

        Nothing may be awaited inside; a block within a block is part of it.
        """
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def kinds(self, prefix: str = "") -> list[tuple[str, str, str, int]]:
        """(account, region, kind, number of documents) of every non-empty collection under ``prefix``."""
        rows = self._connection.execute(
            f"SELECT account, region, kind, COUNT(*) FROM (SELECT account, region, kind FROM {_SMALL} "  # noqa: S608 - names
            f"UNION ALL SELECT account, region, kind FROM {_LARGE}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ).fetchall()
        return [(a, r, k, n) for a, r, k, n in rows if k.startswith(prefix)]

    def clear(self) -> None:
        """Forget every document."""
        for table in (_SMALL, _LARGE):
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - one of two names

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
