"""What OSS tells its siblings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ObjectEvent:
    """An object was created or removed, after the fact.

    ``name`` is the event as OSS triggers name it (``ObjectCreated:PutObject``, ``ObjectRemoved:DeleteObject`` …),
    ``size`` in bytes (0 for a removal), ``etag`` without quotes, ``time`` in seconds by the cloud's clock.
    """

    account: str
    region: str
    bucket: str
    key: str
    name: str = "ObjectCreated:PutObject"
    size: int = 0
    etag: str = ""
    time: float = 0.0
