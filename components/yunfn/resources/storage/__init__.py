"""``yunfn:storage:…``: artifacts in object storage."""

from __future__ import annotations

from yunfn.resources.storage.artifact import Artifact

__all__ = ["Artifact"]
