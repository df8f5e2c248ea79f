"""Blobs that are being read stay until the last reader is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from yunfn.localcloud.blobs import BlobStore


class BlobLeases:
    """Deletes blobs, later for those that someone still reads."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._readers: Counter[str] = Counter()
        self._doomed: set[str] = set()

    @contextmanager
    def hold(self, names: Iterable[str]) -> Iterator[None]:
        """Keep the blobs ``names`` readable inside the block, whatever is deleted meanwhile."""
        held = list(names)
        self._readers.update(held)
        try:
            yield
        finally:
            for name in held:
                self._readers[name] -= 1
                if not self._readers[name]:
                    del self._readers[name]
                    if name in self._doomed:
                        self._doomed.discard(name)
                        self._blobs.delete(name)

    @contextmanager
    def removed_on_failure(self, pieces: Iterable[tuple[str, int]]) -> Iterator[None]:
        """Remove the blobs of an object's ``pieces`` if the block raises."""
        try:
            yield
        except BaseException:
            self.delete(name for name, _ in pieces)
            raise

    def delete(self, names: Iterable[str]) -> None:
        """Remove the blobs, those that are held as soon as they are not."""
        for name in names:
            if self._readers[name]:
                self._doomed.add(name)
            else:
                # Counter makes no entry on reading, so nothing piles up here.
                self._blobs.delete(name)
