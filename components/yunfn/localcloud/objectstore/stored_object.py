"""One version of one object, as it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

NULL_VERSION = "null"


@dataclass(slots=True)
class StoredObject:
    """An object's version, or a delete marker.

    ``order`` grows with every write in the cloud and tells newer versions from older ones. ``modified`` is in seconds
    by the cloud's clock, ``size`` in bytes. ``pieces`` are the blobs that hold the bytes, in order, with their sizes:
    none for an empty object, one for a plain one, one a part after a multipart upload or an append. ``headers`` are
    answered as they are (lower-case names; content-type, cache-control, x-oss-meta-* …).
    """

    version: str
    order: int
    modified: float
    size: int = 0
    etag: str = ""
    crc: int = 0
    kind: str = "Normal"
    storage_class: str = "Standard"
    acl: str = "default"
    encryption: str = ""
    kms_key: str = ""
    link_target: str = ""
    marker: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    pieces: list[tuple[str, int]] = field(default_factory=list)

    @property
    def last_modified(self) -> str:
        """When it was written, as headers say it: ``Thu, 01 Jan 2026 00:00:00 GMT``."""
        return formatdate(self.modified, usegmt=True)

    def to_document(self) -> dict[str, Any]:
        """The document to store; fields at their default are left out to keep it small."""
        document: dict[str, Any] = {"version": self.version, "order": self.order, "modified": self.modified}
        for name, default in _DEFAULTS:
            value = getattr(self, name)
            if value and value != default:
                document[name] = value
        return document

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> StoredObject:
        """The object that ``document`` describes."""
        return cls(**document)


_DEFAULTS: tuple[tuple[str, object], ...] = (
    ("size", 0),
    ("etag", ""),
    ("crc", 0),
    ("kind", "Normal"),
    ("storage_class", "Standard"),
    ("acl", "default"),
    ("encryption", ""),
    ("kms_key", ""),
    ("link_target", ""),
    ("marker", False),
    ("headers", None),
    ("tags", None),
    ("pieces", None),
)
