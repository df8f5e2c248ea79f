"""What COS tells its siblings."""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.localcloud.objectstore.events import StoredObjectEvent


@dataclass(frozen=True, slots=True)
class CosObjectEvent(StoredObjectEvent):
    """An object of COS was created or removed; ``name`` as COS triggers write it: ``cos:ObjectCreated:Put`` …"""
