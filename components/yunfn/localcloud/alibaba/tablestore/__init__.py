"""Tablestore: instances, tables, rows and streams, over the protobuf wire of its clients."""

from __future__ import annotations

from yunfn.localcloud.alibaba.tablestore.service import TablestoreService

__all__ = ["TablestoreService"]
