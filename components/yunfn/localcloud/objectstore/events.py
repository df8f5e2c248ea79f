"""What an object store tells its siblings: each store has a class of its own, so that siblings hear only theirs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredObjectEvent:
    """An object was created or removed, after the fact.

    ``name`` is the event as the cloud's triggers name it, ``size`` in bytes (0 for a removal), ``etag`` without quotes,
    ``time`` in seconds by the cloud's clock.
    """

    account: str
    region: str
    bucket: str
    key: str
    name: str
    size: int = 0
    etag: str = ""
    time: float = 0.0
