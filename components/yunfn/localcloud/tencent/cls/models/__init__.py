"""CLS's state: logsets, topics with their indexes, and the logs."""

from yunfn.localcloud.tencent.cls.models.entries import ClsEntry, StoredEntry
from yunfn.localcloud.tencent.cls.models.state import ClsState

__all__ = ["ClsEntry", "ClsState", "StoredEntry"]
