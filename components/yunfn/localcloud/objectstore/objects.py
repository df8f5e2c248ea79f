"""Objects and their versions.

The newest version of a key, if it is no delete marker, lies in the collection ``{service}/objects/{bucket}`` at the
key.
Older versions, and delete markers new or old, lie in ``{service}/versions/{bucket}`` at key, NUL and a number that
sorts the newest first. A bucket that never was versioned has no second collection.
"""

from __future__ import annotations

import secrets
import shutil
import string
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yunfn.localcloud.blobs import BlobStore
from yunfn.localcloud.objectstore.blob_leases import BlobLeases
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import NULL_VERSION, StoredObject
from yunfn.localcloud.store import Collection, Store

_NEWEST_FIRST = 1 << 63
_LETTERS = string.ascii_letters + string.digits
# Pages grow from the first to the second: a listing by folders leaves most scans after a few keys.
_FIRST_PAGE = 8
_LARGEST_PAGE = 512


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a delete did: the version it removed or the delete marker it made, and whether anything changed."""

    version: str = ""
    marker: bool = False
    removed: bool = False


class Objects:
    """All objects of all buckets."""

    def __init__(self, store: Store, blobs: BlobStore, leases: BlobLeases, service: str) -> None:
        self._store = store
        self._service = service
        self._blobs = blobs
        self._leases = leases
        self._order = 0

    def next_order(self) -> int:
        """A number above all handed out before, across restarts (real time in nanoseconds, never twice)."""
        self._order = max(self._order + 1, time.time_ns())
        return self._order

    def new_version(self, bucket: Bucket) -> str:
        """The version id of the next write: random where versioning is on, else the null version."""
        if bucket.versioning != "Enabled":
            return NULL_VERSION
        return "CAEQ" + "".join(secrets.choice(_LETTERS) for _ in range(60))

    def current(self, bucket: Bucket, key: str) -> StoredObject | None:
        """The newest version, or None where there is none or it is a delete marker."""
        document = self._current(bucket).get(key)
        return None if document is None else StoredObject.from_document(document)

    def newest(self, bucket: Bucket, key: str) -> StoredObject | None:
        """The newest version or delete marker."""
        found = self.current(bucket, key)
        if found is not None or not bucket.keeps_versions:
            return found
        return next((version for _, version in self._older_of(bucket, key)), None)

    def version(self, bucket: Bucket, key: str, version: str) -> StoredObject | None:
        """The version of that id, a delete marker maybe."""
        found = self.current(bucket, key)
        if found is not None and found.version == version:
            return found
        return next((older for _, older in self._older_of(bucket, key) if older.version == version), None)

    def put(self, bucket: Bucket, key: str, stored: StoredObject) -> None:
        """Make ``stored`` the newest version; what it replaces is kept or removed by the bucket's versioning."""
        current = self._current(bucket)
        replaced = current.get(key)
        # The new document stands before the old blobs go: a kill between the two loses nothing but space.
        if bucket.keeps_versions:
            doomed = self._set_aside(bucket, key, replaced, stored.version)
        else:
            doomed = [] if replaced is None else [StoredObject.from_document(replaced)]
        current.put(key, stored.to_document())
        self._drop_pieces(*doomed)

    def add(self, bucket: Bucket, key: str, stored: StoredObject, now: float) -> None:
        """Make ``stored`` the newest version, as one that is written ``now``."""
        stored.version = self.new_version(bucket)
        stored.order = self.next_order()
        stored.modified = now
        self.put(bucket, key, stored)

    def replace(self, bucket: Bucket, key: str, stored: StoredObject) -> None:
        """Change what is known of a version that exists (tags, ACL, appended pieces), wherever it lies."""
        found = self.current(bucket, key)
        if found is not None and found.version == stored.version:
            self._current(bucket).put(key, stored.to_document())
            return
        self._older(bucket).put(_older_key(key, stored.order), stored.to_document())

    def remove(self, bucket: Bucket, key: str, version: str, now: float) -> Deletion:
        """Delete the version, or what is newest where ``version`` is ""."""
        return self.delete_version(bucket, key, version) if version else self.delete(bucket, key, now)

    def delete(self, bucket: Bucket, key: str, now: float) -> Deletion:
        """Delete without naming a version: removes the object, or hides it under a delete marker."""
        current = self._current(bucket)
        document = current.get(key)
        if not bucket.keeps_versions:
            if document is None:
                return Deletion()
            current.delete(key)
            self._drop_pieces(StoredObject.from_document(document))
            return Deletion(removed=True)
        version = self.new_version(bucket)
        doomed = self._set_aside(bucket, key, document, version)
        current.delete(key)
        self._drop_pieces(*doomed)
        marker = StoredObject(version, self.next_order(), now, marker=True)
        self._older(bucket).put(_older_key(key, marker.order), marker.to_document())
        return Deletion(version, marker=True, removed=document is not None)

    def delete_version(self, bucket: Bucket, key: str, version: str) -> Deletion:
        """Remove one version for good; the next newest becomes current if it is no delete marker."""
        found = self.current(bucket, key)
        if found is not None and found.version == version:
            promoted = next(self._older_of(bucket, key), None)
            if promoted is None or promoted[1].marker:
                self._current(bucket).delete(key)
            else:
                self._current(bucket).put(key, promoted[1].to_document())
                self._older(bucket).delete(promoted[0])
            self._drop_pieces(found)
            return Deletion(version, removed=True)
        for older_key, older in self._older_of(bucket, key):
            if older.version == version:
                self._older(bucket).delete(older_key)
                self._drop_pieces(older)
                if found is None:
                    self._promote(bucket, key)
                return Deletion(version, marker=older.marker, removed=True)
        return Deletion(version)

    def scan(self, bucket: Bucket, prefix: str = "", after: str = "") -> Iterator[tuple[str, StoredObject]]:
        """Current objects by key (bytes of UTF-8), read page by page so that the caller may stop early."""
        size = _FIRST_PAGE
        while True:
            key, read = after, 0
            for key, document in self._current(bucket).scan(prefix, after, size):
                read += 1
                yield key, StoredObject.from_document(document)
            if read < size:
                return
            after, size = key, min(size * 4, _LARGEST_PAGE)

    def versions(self, bucket: Bucket, prefix: str = "", after: str = "") -> Iterator[tuple[str, StoredObject, bool]]:
        """All versions and delete markers by key above ``after``, newest first; the flag marks the newest of a key."""
        current, older = self.scan(bucket, prefix, after), self._scan_older(bucket, prefix, after)
        newest, next_older = next(current, None), next(older, None)
        while newest is not None or next_older is not None:
            if next_older is None or (newest is not None and newest[0].encode() <= next_older[0].encode()):
                assert newest is not None
                key = newest[0]
                yield key, newest[1], True
                latest = False
                newest = next(current, None)
            else:
                key, latest = next_older[0], True
            while next_older is not None and next_older[0] == key:
                yield key, next_older[1], latest
                latest = False
                next_older = next(older, None)

    def link(self, pieces: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """The same bytes under blob names of their own: hard links, as blobs are never written again."""
        linked = []
        for name, size in pieces:
            copy = self._blobs.put(b"").name
            path = self._blobs.path(copy)
            path.unlink()
            path.hardlink_to(self._blobs.path(name))
            linked.append((copy, size))
        return linked

    def versions_of(self, bucket: Bucket, key: str) -> Iterator[tuple[str, StoredObject, bool]]:
        """The versions and delete markers of one key, newest first; the flag marks the newest."""
        current = self.current(bucket, key)
        if current is not None:
            yield key, current, True
        for number, (_, older) in enumerate(self._older_of(bucket, key)):
            yield key, older, current is None and number == 0

    def single_file(self, bucket: Bucket, key: str, stored: StoredObject) -> Path:
        """The path of one file that holds all bytes of a current object; pieces are joined first."""
        if len(stored.pieces) != 1:
            joined = self._blobs.put(b"")
            with self._blobs.path(joined.name).open("wb") as target:
                for name, _ in stored.pieces:
                    with self._blobs.path(name).open("rb") as source:
                        shutil.copyfileobj(source, target)
            old, stored.pieces = stored.pieces, [(joined.name, stored.size)]
            self.replace(bucket, key, stored)
            self._leases.delete(name for name, _ in old)
        return self._blobs.path(stored.pieces[0][0])

    def is_empty(self, bucket: Bucket) -> bool:
        """Whether the bucket holds no object, no version and no delete marker."""
        return next(self._current(bucket).scan(limit=1), None) is None and (
            next(self._older(bucket).scan(limit=1), None) is None
        )

    def _set_aside(self, bucket: Bucket, key: str, replaced: dict[str, Any] | None, version: str) -> list[StoredObject]:
        """Before ``version`` becomes newest: keep the current one as older; returns the null version it replaces."""
        doomed = []
        if replaced is not None:
            old = StoredObject.from_document(replaced)
            if old.version == version == NULL_VERSION:
                doomed.append(old)
            else:
                self._older(bucket).put(_older_key(key, old.order), replaced)
        if version == NULL_VERSION:
            for older_key, older in list(self._older_of(bucket, key)):
                if older.version == NULL_VERSION:
                    self._older(bucket).delete(older_key)
                    doomed.append(older)
        return doomed

    def _promote(self, bucket: Bucket, key: str) -> None:
        """Make the newest older version current, unless it is a delete marker."""
        newest = next(self._older_of(bucket, key), None)
        if newest is not None and not newest[1].marker:
            self._current(bucket).put(key, newest[1].to_document())
            self._older(bucket).delete(newest[0])

    def _drop_pieces(self, *doomed: StoredObject) -> None:
        self._leases.delete(name for stored in doomed for name, _ in stored.pieces)

    def _older_of(self, bucket: Bucket, key: str) -> Iterator[tuple[str, StoredObject]]:
        for older_key, document in self._older(bucket).scan(key + "\0"):
            yield older_key, StoredObject.from_document(document)

    def _scan_older(self, bucket: Bucket, prefix: str, after: str) -> Iterator[tuple[str, StoredObject]]:
        # Everything of the key ``after`` itself lies below its NUL's successor.
        low = after + "\1" if after else ""
        size = _FIRST_PAGE
        while True:
            older_key, read = low, 0
            for older_key, document in self._older(bucket).scan(prefix, low, size):
                read += 1
                yield older_key.partition("\0")[0], StoredObject.from_document(document)
            if read < size:
                return
            low, size = older_key, min(size * 4, _LARGEST_PAGE)

    def _current(self, bucket: Bucket) -> Collection:
        return self._store.collection(bucket.account, bucket.region, f"{self._service}/objects/{bucket.name}")

    def _older(self, bucket: Bucket) -> Collection:
        return self._store.collection(bucket.account, bucket.region, f"{self._service}/versions/{bucket.name}")


def _older_key(key: str, order: int) -> str:
    return f"{key}\0{_NEWEST_FIRST - order:020d}"
