"""What OSS tells its siblings."""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.localcloud.objectstore.events import StoredObjectEvent


@dataclass(frozen=True, slots=True)
class ObjectEvent(StoredObjectEvent):
    """An object of OSS was created or removed; ``name`` as OSS triggers write it: ``ObjectCreated:PutObject`` …"""

    name: str = "ObjectCreated:PutObject"
